"""What was found in one composed scene, and the table over many of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from document_sections.section import Section
from open_autoglm.evaluation.event_score import (
    WITHIN_S,
    EventPairs,
    TimedEvent,
    pair_events,
    score_events,
)
from open_autoglm.video.events.event import Event
from video_scenes.scene import Scene


@dataclass(frozen=True, slots=True)
class Outcome:
    """``cpu_s`` is the processor time of what was measured, over ``frames`` analysed frames."""

    scene: Scene
    found: tuple[Event, ...]
    frames: int
    cpu_s: float

    @property
    def pairs(self) -> EventPairs:
        return pair_events(self.found_times, self.true_times)

    @property
    def found_times(self) -> list[TimedEvent]:
        return [TimedEvent(one.type, one.start_seconds, one.zone, one.note) for one in self.found]

    @property
    def true_times(self) -> list[TimedEvent]:
        return [TimedEvent(one.type, one.start_s, one.zone, one.note) for one in self.scene.truth]


def table(title: str, outcomes: Sequence[Outcome]) -> Section:
    """Precision and recall of each type, with every event that was missed or false named below."""
    section = Section(
        f"{title}: events at ±{WITHIN_S:g} s in {len(outcomes)} scenes",
        ("type", "true", "found", "precision", "recall"),
    )
    scores = score_events([(outcome.found_times, outcome.true_times) for outcome in outcomes])
    for kind, score in scores.items():
        row = (kind, str(score.true), str(score.found), f"{score.precision:.2f}", f"{score.recall:.2f}")
        section.rows.append(row)
    if delays := [delay for outcome in outcomes for delay in _delays(outcome)]:
        section.notes.append(
            f"an abandoned object is told {np.median(delays):.1f} s past its timeout (median), "
            f"{max(delays):.1f} s at most"
        )
    frames = sum(outcome.frames for outcome in outcomes)
    section.notes.append(
        f"{1000 * sum(outcome.cpu_s for outcome in outcomes) / max(1, frames):.1f} ms of one core a frame"
    )
    section.notes += [remark for outcome in outcomes for remark in _remarks(outcome)]
    return section


def _delays(outcome: Outcome) -> list[float]:
    return [
        outcome.found[row].decided_seconds - due
        for row, column in outcome.pairs.matched
        if (due := outcome.scene.truth[column].due_s) is not None
    ]


def _remarks(outcome: Outcome) -> list[str]:
    pairs, name = outcome.pairs, outcome.scene.name
    missed = [outcome.scene.truth[column] for column in pairs.missed]
    false = [outcome.found[row] for row in pairs.false]
    return [
        *(f"{name}: missed {one.type} at {one.start_s:.1f} s" for one in missed),
        *(
            f"{name}: false {one.type} {one.note or ''} from {one.start_seconds:.1f} s, decided at "
            f"{one.decided_seconds:.1f} s, box {[round(side) for side in one.box or ()]}"
            for one in false
        ),
    ]
