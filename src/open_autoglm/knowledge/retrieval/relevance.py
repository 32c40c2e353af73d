"""How well a chunk fits a question: an order among chunks of one question, a score between questions.

The order was tuned on CMRC 2018 (trial part), the score calibrated there and on Debian's manuals, with their
own questions and with questions whose answer was taken out of the base: see docs/knowledge_base.md.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

MEANING_WEIGHT = 10.0
"""Of a cosine beside words between 0 and 1. Cosines of E5 lie between 0.7 and 0.95: a tenth of it decides as
much as all words."""


@dataclass(frozen=True, slots=True)
class Evidence:
    meaning: float | None
    """Cosine of the best window; None without vectors."""
    covered: float
    """Share of the question's telling terms that stand in the chunk or its headings."""
    same_script: bool
    """Whether both are Chinese, or neither is."""


def order(words_share: float, meaning: float | None) -> float:
    """``words_share``: BM25 as a share of the best chunk's, times what that one covers of the question."""
    return words_share + MEANING_WEIGHT * (meaning or 0.0)


@dataclass(frozen=True, slots=True)
class _Curve:
    """A logistic curve; 0.5 lies where answering and refusing are equally wrong."""

    offset: float
    meaning: float
    covered: float

    def at(self, evidence: Evidence) -> float:
        value = self.offset + self.meaning * (evidence.meaning or 0.0) + self.covered * evidence.covered
        return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, value))))


_SAME_SCRIPT = _Curve(offset=-58.0, meaning=63.0, covered=6.5)
_OTHER_SCRIPT = _Curve(offset=-50.0, meaning=60.0, covered=2.0)
_WORDS_ALONE = _Curve(offset=-4.5, meaning=0.0, covered=9.0)

ANSWERABLE = 0.5
"""Scores from here on are good enough to answer from."""


def score(evidence: Evidence) -> float:
    """Between 0 and 1: how sure it is that the chunk answers the question."""
    if evidence.meaning is None:
        return _WORDS_ALONE.at(evidence)
    return (_SAME_SCRIPT if evidence.same_script else _OTHER_SCRIPT).at(evidence)
