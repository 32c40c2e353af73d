"""Runs an evaluation of a knowledge base: every question is searched for, then answered."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from itertools import chain

from open_autoglm.cli.eval_display import EvalDisplay
from open_autoglm.cli.interrupt import Interrupt
from open_autoglm.cli.render import stderr
from open_autoglm.engine.blocking import BlockingEngine
from open_autoglm.errors import Cancelled, OpenAutoGLMError
from open_autoglm.evaluation.answer_file import AnswerFile
from open_autoglm.evaluation.question_file import KnownQuestion
from open_autoglm.evaluation.rag.answer_score import GivenAnswer, score_answer
from open_autoglm.evaluation.rag.kept_model import KeptModel
from open_autoglm.evaluation.rag.questions import files_not_held, is_answerable
from open_autoglm.evaluation.rag.report import Answered, QuestionScore, RagReport, problems_of
from open_autoglm.evaluation.rag.retrieval_score import LOOKED_AT, first_right
from open_autoglm.evaluation.rag.right_passage import Passage, is_right, passages_of
from open_autoglm.gateway.knowledge.kept import KeptBase
from open_autoglm.gateway.knowledge.shown_names import ShownNames
from open_autoglm.knowledge.hit import Found
from open_autoglm.tasks.answer_question import AnswerOptions, answer_question
from open_autoglm.tasks.answer_result import AnsweredQuestion, Source
from open_autoglm.tasks.document_result import ModelUsed

AT_ONCE = 16
"""Questions that are searched for together: few enough that Ctrl-C is heeded soon."""
WRONG_SHOWN = 3
NAMED = 5
"""Missing files that a note names."""


@dataclass(frozen=True, slots=True)
class RagEvaluation:
    """What a base is asked; ``ks`` ascend."""

    base: str
    source: str
    questions: Sequence[KnownQuestion]
    ks: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class AnswerModel:
    """The model that writes answers: loaded when the search is over."""

    used: ModelUsed
    opened: Callable[[], AbstractContextManager[BlockingEngine]]
    kept: AnswerFile


def evaluate_base(
    base: KeptBase, evaluation: RagEvaluation, model: AnswerModel | None, interrupt: Interrupt
) -> tuple[RagReport, OpenAutoGLMError | None]:
    """The report of all that was done, and why no more was done; None where it is whole."""
    return _Evaluating(base, evaluation, model, interrupt).run()


class _Evaluating:
    """One evaluation on its way, with what has come of it."""

    def __init__(
        self, base: KeptBase, evaluation: RagEvaluation, model: AnswerModel | None, interrupt: Interrupt
    ) -> None:
        self._base = base
        self._evaluation = evaluation
        self._model = model
        self._interrupt = interrupt
        self._shown = ShownNames(base.folders)
        self._scores: list[QuestionScore] = []
        self._copies: list[Mapping[int, tuple[Passage, ...]]] = []
        """Of each question: by chunk found, what says nearly the same elsewhere."""
        self._search_s = 0.0
        self._notes: dict[str, None] = dict.fromkeys(self._missing_files())

    def run(self) -> tuple[RagReport, OpenAutoGLMError | None]:
        failure: OpenAutoGLMError | None = None
        try:
            self._search()
            if self._model is not None:
                self._require_no_stop()
                with self._model.opened() as engine:
                    self._answer(KeptModel(self._model.kept, self._model.used.name, engine))
        except Cancelled:
            failure = self._stopped()
        except OpenAutoGLMError as error:
            failure = error
        return self._report(), failure

    def _search(self) -> None:
        questions = self._evaluation.questions
        limit = max(LOOKED_AT, *self._evaluation.ks)
        with EvalDisplay(stderr(), "search", len(questions), "questions") as display:
            for start in range(0, len(questions), AT_ONCE):
                self._require_no_stop()
                some = questions[start : start + AT_ONCE]
                began = time.monotonic()
                answers = self._base.retriever.search_many([one.question for one in some], limit)
                self._search_s += time.monotonic() - began
                for one, found in zip(some, answers, strict=True):
                    self._score_search(one, found)
                    display.advance(right=self._is_right(-1))

    def _score_search(self, question: KnownQuestion, found: Found) -> None:
        self._notes.update(dict.fromkeys(found.notes))
        ranking = [passages_of(hit, self._shown.of) for hit in found.hits]
        place = None
        if is_answerable(question):
            place = first_right(ranking, lambda group: any(is_right(question, one) for one in group))
        told = not found.hits or not found.answerable
        # What was found for a question without an answer is wrong only where it is taken for one.
        shown = 0 if told and not is_answerable(question) else WRONG_SHOWN
        before = ranking[: shown if place is None else min(place - 1, shown)]
        self._scores.append(QuestionScore(question, place, told, tuple(group[0] for group in before)))
        self._copies.append({group[0].chunk: group[1:] for group in ranking})

    def _answer(self, model: KeptModel) -> None:
        options = AnswerOptions(embedder=self._base.embedder, name=self._shown.of)
        with EvalDisplay(stderr(), "answers", len(self._scores), "questions") as display:
            for number in range(len(self._scores)):
                self._require_no_stop()
                self._scores[number] = self._answered(number, model, options)
                display.advance(right=self._is_right(number))

    def _answered(self, number: int, model: KeptModel, options: AnswerOptions) -> QuestionScore:
        score = self._scores[number]
        question, remembered_s = score.question, model.remembered_s
        result = answer_question(question.question, (), self._base.retriever, model, options)
        given = given_answer(result, self._copies[number])
        # What was kept counts with the seconds of the run that made it.
        given = replace(given, seconds=given.seconds + model.remembered_s - remembered_s)
        scored = score_answer(given, lambda one: is_right(question, one), question.answers)
        return replace(score, answered=Answered(given, scored))

    def _missing_files(self) -> Iterator[str]:
        shown = (self._shown.of(one.path) for one in self._base.store.files() if one.state == "read")
        missing = files_not_held(self._evaluation.questions, shown)
        if missing:
            more = f" and {len(missing) - NAMED} more" if len(missing) > NAMED else ""
            yield f"The base does not hold files that questions name: {', '.join(missing[:NAMED])}{more}."

    def _is_right(self, number: int) -> bool:
        return not problems_of(self._scores[number], max(self._evaluation.ks))

    def _require_no_stop(self) -> None:
        if self._interrupt():
            raise self._stopped()

    def _stopped(self) -> Cancelled:
        resumes = self._model is not None and self._model.kept.path is not None
        return Cancelled("The evaluation was stopped.", hint="Go on with --resume." if resumes else None)

    def _report(self) -> RagReport:
        return RagReport(
            base=self._evaluation.base,
            source=self._evaluation.source,
            asked=len(self._evaluation.questions),
            ks=self._evaluation.ks,
            scores=tuple(self._scores),
            search_seconds=self._search_s,
            model=None if self._model is None else self._model.used.name,
            notes=tuple(self._notes),
        )


def given_answer(
    result: AnsweredQuestion, copies: Mapping[int, tuple[Passage, ...]] | None = None
) -> GivenAnswer:
    """What is scored of an answer. ``copies``: by chunk, passages elsewhere that say nearly the same; who
    cites the chunk cites them too.
    """
    sources = {one.number: (_passage(one), *(copies or {}).get(one.chunk, ())) for one in result.sources}
    cited = tuple(
        tuple(chain.from_iterable(sources[one.number] for one in sentence.citations))
        for sentence in result.sentences
    )
    return GivenAnswer(
        text=result.answer,
        found=result.outcome != "not_found",
        quoted=result.outcome == "quoted",
        cited=cited,
        removed=len(result.removed),
        seconds=result.seconds.total,
    )


def _passage(source: Source) -> Passage:
    pages = tuple(dict.fromkeys(place.page for place in source.places))
    return Passage(source.chunk, source.file, pages, source.headings, source.text)
