"""How sure it is that a chunk answers a question: 0 to 1, comparable between questions and languages.

Logistic curves, fitted on every second question of CMRC 2018 (trial part) and of our own set over Debian's
manuals: on their answers, and on questions whose answer was taken out of the base or never stood there. Which
figures they reach on the other half stands in docs/benchmarks.md.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

ANSWERABLE = 0.5
"""Scores from here on are good enough to answer from: about one answerable question in twenty is below."""
CALIBRATED = ("multilingual-e5-small-int8",)
"""Models whose cosines the curves were fitted on; those of others say too little by themselves."""
_STEEPEST = 30.0


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for a chunk, and against the question."""

    meaning: float | None
    """Cosine of the best window; across languages without the lean of the question's (see language_lean).
    None without vectors, or with those of a model that is not calibrated."""
    covered: float
    """BM25 as a share of the best chunk's, times the share of the question's telling terms that stand in
    that one: what it says of words that are rare, on a scale that compares between questions."""
    unknown: float
    """Share of the question's telling terms in Latin script that stand nowhere in the base: names of things
    that it does not know."""
    asked_han: bool
    """Whether the question is in Chinese."""
    chunk_han: bool


@dataclass(frozen=True, slots=True)
class _Curve:
    offset: float
    meaning: float
    covered: float
    unknown: float

    def at(self, evidence: Evidence) -> float:
        value = (
            self.offset
            + self.meaning * (evidence.meaning or 0.0)
            + self.covered * evidence.covered
            + self.unknown * evidence.unknown
        )
        return max(-_STEEPEST, min(_STEEPEST, value))


_CURVES: Mapping[tuple[bool, bool], _Curve] = {
    (True, True): _Curve(-79.3, 87.75, 5.73, -2.94),
    (False, False): _Curve(-52.5, 58.8, 7.25, -4.66),
    (True, False): _Curve(-4.6, 78.3, 0.5, -8.9),
    (False, True): _Curve(0.1, 41.7, 0.5, -5.6),
}
"""By whether the question and the chunk are in Chinese."""
_WORDS_ALONE = _Curve(-4.0, 0.0, 9.0, -4.0)


def log_odds(evidence: Evidence) -> float:
    """Of the chunk answering the question; what chunks are ordered by."""
    if evidence.meaning is None:
        return _WORDS_ALONE.at(evidence)
    return _CURVES[evidence.asked_han, evidence.chunk_han].at(evidence)


def score(evidence: Evidence) -> float:
    """The same as a probability."""
    return 1.0 / (1.0 + math.exp(-log_odds(evidence)))


def is_calibrated(embedder: str) -> bool:
    """By the identity of an embedder."""
    return embedder.split("@")[0] in CALIBRATED
