"""Holds on to people and things from one detection to the next, also through short gaps.

Sure detections choose first among all known objects; unsure ones only go on with an object that is left
over and was just seen, and never begin one ("ByteTrack", Zhang et al., 2022). Everything is reckoned in
seconds, so that 2 detections a second and 10 take the same settings.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from open_autoglm.video.geometry import Box
from open_autoglm.video.observation import Detection, Observation
from open_autoglm.video.scene import TrackedObject
from open_autoglm.video.track.assignment import best_pairs
from open_autoglm.video.track.motion import Motion

SURE = 0.48
"""Score from which on a detection counts by itself."""
BEGINS = 0.57
"""Score from which on a detection begins a track."""
CERTAIN = 0.74
"""Score from which on it needs no second sighting to be believed."""
KEPT_S = 4.0
"""A track that is not seen for so long has ended; who comes back later is somebody new."""
SUPPOSED_S = 1.0
"""So long an unseen object is told of at the place where it must be."""
UNSURE_WITHIN_S = 0.5
"""An unsure detection goes on with an object seen just before, or in the last so many seconds."""
CONFIRMED_WITHIN_S = 1.1
"""Within so many seconds, or in the next detections, a doubtful object must be seen a second time."""
GATE = 9.3
"""What fits less is not the same object; see Motion.distance."""
UNSURE_GATE = 5.5
UNSURE_OVERLAP = 0.68
"""An unsure detection must lie where the object must be: intersection over union."""
UNSURE_TRUST = 0.8

_KINDS = (
    ("car", "truck", "bus", "train"),
    ("bicycle", "motorcycle"),
    ("backpack", "handbag", "suitcase"),
)
"""Classes that detectors take for one another; an object may go from one to the other."""
_KIND_OF = {name: names[0] for names in _KINDS for name in names}

T = TypeVar("T")


@dataclass(slots=True)
class _Track:
    id: int
    kind: str
    motion: Motion
    since_s: float
    seen_s: float
    box: Box
    score: float
    sightings: int = 1
    confirmed: bool = False
    weights: dict[str, float] = field(default_factory=dict)
    """Sum of the scores for each class name."""

    @property
    def class_name(self) -> str:
        return max(self.weights, key=lambda name: self.weights[name])


class ByteTracker:
    """Observations come in the order of time."""

    def __init__(self) -> None:
        self._tracks: list[_Track] = []
        self._next_id = 1
        self._began_s: float | None = None
        self._before_s = 0.0
        """When the detector was asked the last time."""

    def update(self, observation: Observation) -> tuple[TrackedObject, ...]:
        """Every object that is seen or must be there, in the order of their numbers.

        A doubtful object is told of from its second sighting on. An observation without detections (the
        detector was not asked) changes nothing: everything is where it must be.
        """
        now = observation.time_s
        if observation.detections is not None:
            self._forget(now)
            self._take_in(observation.detections, now)
            self._before_s = now
        told = (self._told(track, now) for track in self._tracks)
        return tuple(sorted((one for one in told if one is not None), key=lambda one: one.track_id))

    def _take_in(self, detections: Sequence[Detection], now: float) -> None:
        if self._began_s is None:
            self._began_s = now
        sure = [found for found in detections if found.score >= SURE]
        unsure = [found for found in detections if found.score < SURE]
        believed = [track for track in self._tracks if track.confirmed]
        left_tracks, left = self._match(believed, sure, now, GATE)
        recent = [track for track in left_tracks if self._is_recent(track, now, UNSURE_WITHIN_S)]
        self._match(recent, unsure, now, UNSURE_GATE, UNSURE_OVERLAP, UNSURE_TRUST)
        doubtful = [track for track in self._tracks if not track.confirmed]
        _, left = self._match(doubtful, left, now, GATE)
        for found in left:
            if found.score >= BEGINS:
                self._begin(found, now)

    def _match(
        self,
        tracks: Sequence[_Track],
        detections: Sequence[Detection],
        now: float,
        gate: float,
        min_overlap: float = 0.0,
        trust: float = 1.0,
    ) -> tuple[list[_Track], list[Detection]]:
        """Join what fits best; answers the tracks and detections that are left over."""
        worth: dict[tuple[int, int], float] = {}
        for row, track in enumerate(tracks):
            for column, found in enumerate(detections):
                if track.kind == _kind(found.class_name) and (
                    not min_overlap or track.motion.box_at(now).overlap(found.box) >= min_overlap
                ):
                    value = gate - track.motion.distance(found.box, now)
                    if value > 0:
                        worth[row, column] = value
        pairs = best_pairs(worth)
        for row, column in pairs:
            self._see(tracks[row], detections[column], now, trust)
        return (
            _without(tracks, {row for row, _ in pairs}),
            _without(detections, {column for _, column in pairs}),
        )

    def _see(self, track: _Track, found: Detection, now: float, trust: float) -> None:
        track.motion.see(found.box, now, trust)
        track.box = found.box
        track.score = found.score
        track.seen_s = now
        track.sightings += 1
        track.confirmed = True
        track.weights[found.class_name] = track.weights.get(found.class_name, 0.0) + found.score

    def _begin(self, found: Detection, now: float) -> None:
        self._tracks.append(
            _Track(
                id=self._next_id,
                kind=_kind(found.class_name),
                motion=Motion(found.box, now),
                since_s=now,
                seen_s=now,
                box=found.box,
                score=found.score,
                # Who is there from the beginning did not just appear.
                confirmed=found.score >= CERTAIN or now == self._began_s,
                weights={found.class_name: found.score},
            )
        )
        self._next_id += 1

    def _forget(self, now: float) -> None:
        self._tracks = [
            track
            for track in self._tracks
            if self._is_recent(track, now, KEPT_S if track.confirmed else CONFIRMED_WITHIN_S)
        ]

    def _is_recent(self, track: _Track, now: float, within_s: float) -> bool:
        """Whether it was seen when the detector was last asked, however long ago, or within the time."""
        return track.seen_s >= self._before_s or now - track.seen_s <= within_s

    def _told(self, track: _Track, now: float) -> TrackedObject | None:
        seen = track.seen_s == now
        if not track.confirmed or now - track.seen_s > SUPPOSED_S:
            return None
        return TrackedObject(
            track_id=track.id,
            class_name=track.class_name,
            box=track.box if seen else _rounded(track.motion.box_at(now)),
            score=track.score,
            seen=seen,
            since_s=track.since_s,
        )


def _kind(class_name: str) -> str:
    return _KIND_OF.get(class_name, class_name)


def _without(items: Sequence[T], taken: Iterable[int]) -> list[T]:
    gone = set(taken)
    return [item for number, item in enumerate(items) if number not in gone]


def _rounded(box: Box) -> Box:
    return Box(*(round(number, 2) for number in box))
