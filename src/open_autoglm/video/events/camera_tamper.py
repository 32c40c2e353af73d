"""The camera was covered or moved, or shows a picture that stands still."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from statistics import median
from typing import Literal

from open_autoglm.video.events.event import Event
from open_autoglm.video.events.numbering import EventNumbers
from open_autoglm.video.observation import CameraState
from open_autoglm.video.rule_settings import TamperSettings
from open_autoglm.video.scene import Scene

Kind = Literal["covered", "moved", "frozen"]

STRANGE = 0.5
"""Edges that match the background less are those of another picture."""

FLAT = 0.07
"""Of its usual sharpness that a covered camera still has at most."""

FROZEN = 0.03
"""Levels: a picture that differs less from the one before is the same picture."""
QUIET_SHARE = 0.35
"""Of the usual difference: a frozen picture differs less from its first moment on."""
REFINED_S = 4.0
"""For so long an encoder may refine a picture that stands still before it repeats it."""
LIVELY = 0.12
"""Levels that pictures usually differ by where a frozen one can be told: noise alone does in most."""
FROZEN_LEAST_S = 4.0
"""Encoders repeat a quiet picture for a moment; so a frozen one must last for at least so long."""

BACK_S = 1.0
"""It is over when all was well for so long."""

USUAL_S = 60.0
"""What is usual is the median of so many seconds."""
USUAL_LEAST = 8
"""Moments that must be known before anything can be unusual."""


@dataclass(slots=True)
class _Trouble:
    kinds: list[Kind]
    first_s: float
    last_s: float
    worst: CameraState
    event_id: str | None = None
    decided_s: float = 0.0

    @property
    def kind(self) -> Kind:
        """What it mostly was."""
        return max(set(self.kinds), key=self.kinds.count)


class CameraTamperRule:
    """The whole picture."""

    def __init__(self, settings: TamperSettings, numbers: EventNumbers) -> None:
        self._settings = settings
        self._numbers = numbers
        self._usual: deque[tuple[float, float, float]] = deque()
        """Time, sharpness and difference of moments that were as they should be."""
        self._trouble: _Trouble | None = None
        self._quiet_since_s: float | None = None

    def update(self, scene: Scene) -> tuple[Event, ...]:
        state, time_s = scene.camera, scene.time_s
        if state is None:
            return ()
        kind = self._what_is_wrong(state, time_s)
        trouble = self._trouble
        if kind is None:
            if trouble is None:
                self._remember(state, time_s)
                return ()
            if time_s - trouble.last_s < BACK_S:
                return ()
            self._trouble = None
            return (self._event(trouble, trouble.last_s),) if trouble.event_id is not None else ()
        if trouble is None:
            trouble = self._trouble = _Trouble([], self._began_s(kind, time_s), time_s, state)
        trouble.kinds.append(kind)
        trouble.last_s = time_s
        if state.background_match < trouble.worst.background_match:
            trouble.worst = state
        if trouble.event_id is None and time_s - trouble.first_s >= self._needed_s(trouble.kind):
            trouble.event_id = self._numbers.next_id("camera_tampered")
            trouble.decided_s = time_s
            return (self._event(trouble, None),)
        return ()

    def finish(self, time_s: float) -> tuple[Event, ...]:
        trouble, self._trouble = self._trouble, None
        if trouble is None or trouble.event_id is None:
            return ()
        return (self._event(trouble, time_s if time_s - trouble.last_s <= BACK_S else trouble.last_s),)

    def _needed_s(self, kind: Kind) -> float:
        least = self._settings.min_duration_s
        return max(least, FROZEN_LEAST_S) if kind == "frozen" else least

    def _began_s(self, kind: Kind, time_s: float) -> float:
        if kind != "frozen" or self._quiet_since_s is None:
            return time_s
        return max(self._quiet_since_s, time_s - REFINED_S)

    def _what_is_wrong(self, state: CameraState, time_s: float) -> Kind | None:
        if len(self._usual) < USUAL_LEAST:
            return None
        usual_sharpness = median(sharpness for _time, sharpness, _difference in self._usual)
        usual_difference = median(difference for _time, _sharpness, difference in self._usual)
        if state.difference >= QUIET_SHARE * usual_difference:
            self._quiet_since_s = None
        elif self._quiet_since_s is None:
            self._quiet_since_s = time_s
        if state.background_match < STRANGE:
            return "covered" if state.sharpness < FLAT * usual_sharpness else "moved"
        if state.difference < FROZEN and usual_difference >= LIVELY:
            return "frozen"
        return None

    def _remember(self, state: CameraState, time_s: float) -> None:
        self._usual.append((time_s, state.sharpness, state.difference))
        while self._usual[0][0] < time_s - USUAL_S:
            self._usual.popleft()

    def _event(self, trouble: _Trouble, end_s: float | None) -> Event:
        worst = trouble.worst
        return Event(
            id=trouble.event_id or "",
            type="camera_tampered",
            zone=None,
            start_seconds=trouble.first_s,
            decided_seconds=trouble.decided_s,
            peak_seconds=trouble.decided_s,
            end_seconds=end_s,
            confidence=round(min(0.99, max(0.5, 1.0 - max(0.0, worst.background_match))), 3)
            if trouble.kind != "frozen"
            else 0.9,
            numbers={
                "background_match": worst.background_match,
                "sharpness": worst.sharpness,
                "brightness": worst.brightness,
                "min_duration_s": self._settings.min_duration_s,
            },
            note=trouble.kind,
        )
