"""What a measurement of a knowledge base found: figures with their intervals, and every question."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from statistics import median
from typing import Any, Literal

from open_autoglm.evaluation.code_statistics import Estimate, wilson
from open_autoglm.evaluation.question_file import KnownQuestion
from open_autoglm.evaluation.rag.answer_score import AnswerScore, GivenAnswer
from open_autoglm.evaluation.rag.questions import is_answerable
from open_autoglm.evaluation.rag.retrieval_score import hit_rate, mean_reciprocal_rank
from open_autoglm.evaluation.rag.right_passage import Passage

Problem = Literal[
    "not_retrieved", "search_refused", "search_not_told", "refused", "cites_other", "lacks_answer", "not_told"
]


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer with its score."""

    given: GivenAnswer
    score: AnswerScore


@dataclass(frozen=True, slots=True)
class QuestionScore:
    """One question: what was found, and what was answered where that was asked for."""

    question: KnownQuestion
    place: int | None
    """Of the first right passage, from 1; None where none was found, or none is right."""
    search_told: bool
    """The search said that nothing it found answers."""
    wrong: tuple[Passage, ...]
    """The first that were found before the right one."""
    answered: Answered | None = None

    @property
    def answerable(self) -> bool:
        return is_answerable(self.question)


@dataclass(frozen=True, slots=True)
class Measure:
    """A figure over ``of`` questions or sentences."""

    name: str
    estimate: Estimate
    of: int


@dataclass(frozen=True, slots=True)
class RagReport:
    """``asked`` is how many questions there were; one that was stopped has scored fewer."""

    base: str
    source: str
    asked: int
    ks: tuple[int, ...]
    """Ascending."""
    scores: tuple[QuestionScore, ...]
    search_seconds: float = 0.0
    model: str | None = None
    """That wrote the answers; None where none was asked for."""
    notes: tuple[str, ...] = field(default=())

    @property
    def whole(self) -> bool:
        return len(self.scores) == self.asked and (self.model is None or len(self.answered) == self.asked)

    @property
    def answered(self) -> list[Answered]:
        return [score.answered for score in self.scores if score.answered is not None]

    @property
    def answer_seconds(self) -> float | None:
        """The median; None where nothing was answered."""
        return median(one.given.seconds for one in self.answered) if self.answered else None

    @property
    def measures(self) -> list[Measure]:
        """Those for which there is at least one question, or one cited sentence."""
        return [one for one in (*self._of_search(), *self._of_answers()) if one.of]

    def problems(self, score: QuestionScore) -> list[Problem]:
        """Why the question does not count as right; empty where it does."""
        return problems_of(score, max(self.ks))

    def _of_search(self) -> Iterator[Measure]:
        answerable = [score for score in self.scores if score.answerable]
        places = [score.place for score in answerable]
        for k in self.ks:
            yield Measure(f"hit@{k}", hit_rate(places, k), len(places))
        yield Measure("mrr", mean_reciprocal_rank(places), len(places))
        others = [score for score in self.scores if not score.answerable]
        yield _share("search_not_found", [score.search_told for score in others])
        yield _share("search_refused", [score.search_told for score in answerable])

    def _of_answers(self) -> Iterator[Measure]:
        answerable = [one.answered for one in self.scores if one.answerable and one.answered is not None]
        others = [one.answered for one in self.scores if not one.answerable and one.answered is not None]
        sentences = sum(one.score.sentences for one in answerable)
        right = sum(one.score.cited_right for one in answerable)
        yield Measure("citation_precision", wilson(right, sentences), sentences)
        known = [one.score.holds_known for one in answerable if one.score.holds_known is not None]
        yield _share("known_answer", known)
        yield _share("not_found", [not one.given.found for one in others])
        yield _share("refused", [not one.given.found for one in answerable])


def problems_of(score: QuestionScore, k: int) -> list[Problem]:
    """The same for one question; its passage has to be among the first ``k``."""
    return list(_problems(score, k))


def as_json(report: RagReport) -> dict[str, Any]:
    """For programs; shares are of 0 to 1."""
    return {
        "base": report.base,
        "questions": report.source,
        "asked": report.asked,
        "whole": report.whole,
        "model": report.model,
        "notes": list(report.notes),
        "search_seconds": round(report.search_seconds, 3),
        "answer_seconds_median": report.answer_seconds,
        "measures": {
            one.name: {
                **{name: round(value, 4) for name, value in asdict(one.estimate).items()},
                "of": one.of,
            }
            for one in report.measures
        },
        "scores": [_score_json(report, score) for score in report.scores],
    }


def _score_json(report: RagReport, score: QuestionScore) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "id": score.question.id,
        "question": score.question.question,
        "answerable": score.answerable,
        "place": score.place,
        "search_told": score.search_told,
        "wrong": [{"file": one.file, "page": one.pages[0], "text": one.text} for one in score.wrong],
        "problems": report.problems(score),
    }
    if score.answered is not None:
        given = score.answered.given
        fields["answer"] = {
            "text": given.text,
            "found": given.found,
            "quoted": given.quoted,
            **asdict(score.answered.score),
            "removed": given.removed,
            "seconds": round(given.seconds, 3),
        }
    return fields


def _share(name: str, true: Sequence[bool]) -> Measure:
    return Measure(name, wilson(sum(true), len(true)), len(true))


def _problems(score: QuestionScore, k: int) -> Iterator[Problem]:
    if not score.answerable:
        if score.answered is None:
            if not score.search_told:
                yield "search_not_told"
        elif score.answered.given.found:
            yield "not_told"
        return
    if score.place is None or score.place > k:
        yield "not_retrieved"
    if score.search_told:
        yield "search_refused"
    if score.answered is None:
        return
    if not score.answered.given.found:
        if not score.search_told:
            yield "refused"
        return
    if score.answered.score.cited_right < score.answered.score.sentences:
        yield "cites_other"
    if score.answered.score.holds_known is False:
        yield "lacks_answer"
