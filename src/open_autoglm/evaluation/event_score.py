"""How well events are found: precision and recall of each type, with starts at most two seconds apart."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from open_autoglm.video.track.assignment import best_pairs

WITHIN_S = 2.0
_EXACT_S = 1e-6
"""Starts that are exactly ``within_s`` apart still belong together."""


@dataclass(frozen=True, slots=True)
class TimedEvent:
    """What counts of an event: two are the same where all but the start agree and the starts are near."""

    type: str
    start_s: float
    zone: str | None = None
    note: str | None = None
    """Compared only where the true event has one."""


@dataclass(frozen=True, slots=True)
class EventPairs:
    """By their places in what was given."""

    matched: tuple[tuple[int, int], ...]
    """Found, true."""
    false: tuple[int, ...]
    missed: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class EventScore:
    """Of one type of event."""

    right: int
    found: int
    true: int

    @property
    def precision(self) -> float:
        """Share of the events found that are true; 1 where none was found."""
        return self.right / self.found if self.found else 1.0

    @property
    def recall(self) -> float:
        """Share of the true events that were found; 1 where there was none."""
        return self.right / self.true if self.true else 1.0

    def __add__(self, other: EventScore) -> EventScore:
        return EventScore(self.right + other.right, self.found + other.found, self.true + other.true)


def pair_events(
    found: Sequence[TimedEvent], truth: Sequence[TimedEvent], within_s: float = WITHIN_S
) -> EventPairs:
    """As many pairs as possible, of those the nearest starts."""
    worth: dict[tuple[int, int], float] = {}
    for row, event in enumerate(found):
        for column, true in enumerate(truth):
            apart = abs(event.start_s - true.start_s)
            if _same_kind(event, true) and apart <= within_s + _EXACT_S:
                # One more pair is always worth more than nearer starts.
                worth[row, column] = 1.0 + (1 - apart / (within_s + 2 * _EXACT_S)) / (1 + len(truth))
    matched = tuple(best_pairs(worth))
    taken_found = {row for row, _ in matched}
    taken_true = {column for _, column in matched}
    return EventPairs(
        matched,
        tuple(number for number in range(len(found)) if number not in taken_found),
        tuple(number for number in range(len(truth)) if number not in taken_true),
    )


def score_events(
    recordings: Iterable[tuple[Sequence[TimedEvent], Sequence[TimedEvent]]], within_s: float = WITHIN_S
) -> dict[str, EventScore]:
    """The score of each type over recordings of (found, truth), sorted by type."""
    scores: dict[str, EventScore] = {}
    for found, truth in recordings:
        pairs = pair_events(found, truth, within_s)
        for kind in {event.type for event in (*found, *truth)}:
            score = EventScore(
                sum(found[row].type == kind for row, _ in pairs.matched),
                sum(event.type == kind for event in found),
                sum(event.type == kind for event in truth),
            )
            scores[kind] = scores.get(kind, EventScore(0, 0, 0)) + score
    return dict(sorted(scores.items()))


def _same_kind(event: TimedEvent, true: TimedEvent) -> bool:
    return event.type == true.type and event.zone == true.zone and true.note in (None, event.note)
