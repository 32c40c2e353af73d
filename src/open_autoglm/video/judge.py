"""From observations to events: identities, scenes, rules. The same for a recording and for a kept log."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from open_autoglm.video.analysis import Tracking
from open_autoglm.video.events.event import Event, Rule
from open_autoglm.video.observation import Observation, VideoFacts
from open_autoglm.video.scene import Scene
from open_autoglm.video.track_history import TrackHistories


class Judge:
    def __init__(
        self,
        facts: VideoFacts,
        tracker: Tracking,
        rules: Sequence[Rule],
        *,
        on_event: Callable[[Event], None] | None = None,
        on_scene: Callable[[Scene], None] | None = None,
    ) -> None:
        self._facts = facts
        self._tracker = tracker
        self._rules = rules
        self._on_event = on_event
        self._on_scene = on_scene
        self._events: dict[str, Event] = {}
        self.histories = TrackHistories()
        self.last_s = 0.0
        self.analysed = 0
        self.detected = 0
        self.people = 0
        """In the picture, when the detector last looked."""

    @property
    def events(self) -> tuple[Event, ...]:
        """Each in its last state, in the order they began."""
        return tuple(sorted(self._events.values(), key=lambda event: (event.start_seconds, event.id)))

    def see(self, observation: Observation) -> None:
        detected = observation.detections is not None
        tracks = self._tracker.update(observation) if detected else ()
        scene = Scene(
            time_s=observation.time_s,
            width=self._facts.width,
            height=self._facts.height,
            detected=detected,
            tracks=tracks,
            still=observation.still,
            camera=observation.camera,
            frame=observation.frame,
        )
        self.last_s = observation.time_s
        self.analysed += 1
        if detected:
            self.detected += 1
            self.people = sum(track.class_name == "person" and track.seen for track in tracks)
        self.histories.add(scene)
        if self._on_scene is not None:
            self._on_scene(scene)
        for rule in self._rules:
            self._note(rule.update(scene))

    def finish(self) -> None:
        for rule in self._rules:
            self._note(rule.finish(self.last_s))

    def _note(self, events: Sequence[Event]) -> None:
        for event in events:
            self._events[event.id] = event
            if self._on_event is not None:
                self._on_event(event)
