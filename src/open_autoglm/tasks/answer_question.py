"""A question to a knowledge base: what is found is given to a model, and what it says is held against it.

The order of things: a follow-up is completed from the conversation, passages are found, those that fit the
window are given to the model, and each of its sentences is shown as soon as it is checked. Where the search
finds nothing good enough, or the model says that the passages hold no answer, the answer is that these
documents have none. Where what the model says does not hold, the passages' own sentences stand instead.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field

from open_autoglm.engine.blocking import AnsweringModel
from open_autoglm.errors import LimitExceeded, UsageError
from open_autoglm.knowledge.embedding.embedder import Embedder
from open_autoglm.knowledge.hit import Found, Retriever
from open_autoglm.knowledge.store.base_store import Filters
from open_autoglm.tasks.answer_passages import GivenPassages, choose_passages, source_of
from open_autoglm.tasks.answer_prompt import (
    ANSWER_TOKENS,
    INSTRUCTION_TOKENS,
    Claim,
    LineReader,
    answer_question_of,
)
from open_autoglm.tasks.answer_result import (
    AnsweredQuestion,
    AnswerSentence,
    Outcome,
    RemovedSentence,
    Source,
    Timings,
)
from open_autoglm.tasks.answer_support import Judgement, SupportChecker, question_words, share_held
from open_autoglm.tasks.answer_words import WORDS
from open_autoglm.tasks.document_context import estimated_tokens
from open_autoglm.tasks.document_result import ModelUsed
from open_autoglm.tasks.follow_up import Exchange, StandingQuestion, standing_question
from open_autoglm.tasks.lexical import rank, same_statement
from open_autoglm.tasks.model_answers import request_of
from open_autoglm.tasks.sentences import ended
from open_autoglm.text_language import Language, is_bare, is_in, language_of

MAX_QUESTION_CHARACTERS = 2_000
NEAREST = 3
"""Passages shown where nothing was found."""
QUOTED = 2
"""Sentences of the passages that stand for an answer of the model."""
QUOTED_SHARE = 0.5
"""Of the question's words, how many a sentence with its headings must hold to stand for an answer."""
MAX_CITED = 3

_CITED = re.compile(r"\s*(?:\[\d{1,3}\])+")
NOT_FOUND: Mapping[Language, str] = {
    "en": "Not found in these documents.",
    "zh": "这些文档中没有找到。",
}


@dataclass(frozen=True, slots=True)
class Searched:
    """The search is over; the model begins to read. ``sources`` are empty where nothing is good enough."""

    question: StandingQuestion
    sources: tuple[Source, ...]


AnswerEvent = Searched | AnswerSentence | RemovedSentence
Report = Callable[[AnswerEvent], None]


@dataclass(frozen=True, slots=True)
class AnswerOptions:
    """How a question is answered; ``name`` shortens the path of a file to what a person is shown."""

    limit: int = 4
    """Passages given to the model at most: each costs a small machine seconds to read."""
    filters: Filters | None = None
    embedder: Embedder | None = None
    """That of the base: compares sentences with passages of another language."""
    model: ModelUsed | None = None
    name: Callable[[str], str] = field(default=lambda path: path.rpartition("/")[2])


def answer_question(
    question: str,
    history: Sequence[Exchange],
    retriever: Retriever,
    engine: AnsweringModel | None,
    options: AnswerOptions | None = None,
    report: Report = lambda _event: None,
) -> AnsweredQuestion:
    """The answer; ``report`` is told of the search, and of each sentence once it is checked.

    Without an engine the best sentences of the passages are quoted. Raises UsageError for an empty question,
    LimitExceeded for one that is too long, and what the retriever and the engine raise.
    """
    return _Answering(
        _required(question), history, retriever, engine, options or AnswerOptions(), report
    ).run()


def without_citations(answer: str) -> str:
    """An answer as a conversation remembers it: without the numbers of passages."""
    return _CITED.sub("", answer)


def _required(question: str) -> str:
    if len(question) > MAX_QUESTION_CHARACTERS:
        raise LimitExceeded(
            f"The question has {len(question):,} characters; it may have {MAX_QUESTION_CHARACTERS:,}.",
            hint="Ask more briefly, or put the long text into a file of the base.",
        )
    question = " ".join(question.split())
    if not question:
        raise UsageError("The question is empty.", hint="Ask something.")
    return question


class _Answering:
    """One question on its way, with what has come of its answer."""

    def __init__(
        self,
        question: str,
        history: Sequence[Exchange],
        retriever: Retriever,
        engine: AnsweringModel | None,
        options: AnswerOptions,
        report: Report,
    ) -> None:
        self._question = question
        self._history = history
        self._retriever = retriever
        self._engine = engine
        self._options = options
        self._report = report
        self._language: Language = language_of(question)
        self._told = WORDS[self._language]
        self._began = time.monotonic()
        self._search_s = 0.0
        self._first_s: float | None = None
        self._sentences: list[AnswerSentence] = []
        self._removed: list[RemovedSentence] = []
        self._notes: list[str] = []

    def run(self) -> AnsweredQuestion:
        standing = standing_question(self._question, self._history, self._engine)
        found = self._search(standing)
        self._notes.extend(found.notes)
        if not found.hits or not found.answerable:
            self._report(Searched(standing, ()))
            return self._result(standing, "not_found", self._nearest(found))
        passages = choose_passages(found.hits, self._room(standing.text), self._options.name, self._told)
        self._notes.extend(passages.notes)
        self._report(Searched(standing, passages.sources))
        checker = SupportChecker(passages.sources, standing.text, self._options.embedder)
        if self._engine is not None:
            if self._nothing_said(standing.text, passages, checker, self._engine):
                return self._result(standing, "not_found", self._nearest(found))
            if self._sentences:
                return self._result(standing, "answered", passages.sources)
        if self._quote(standing.text, passages, checker):
            return self._result(standing, "quoted", passages.sources)
        return self._result(standing, "not_found", self._nearest(found))

    def _search(self, standing: StandingQuestion) -> Found:
        began = time.monotonic()
        found = self._retriever.search(standing.text, self._options.limit, self._options.filters)
        self._search_s = time.monotonic() - began
        return found

    def _room(self, question: str) -> int:
        """Tokens that passages may take."""
        window = self._engine.capabilities.context_window if self._engine is not None else 4096
        return window - ANSWER_TOKENS - INSTRUCTION_TOKENS - estimated_tokens(question)

    def _nothing_said(
        self, question: str, passages: GivenPassages, checker: SupportChecker, engine: AnsweringModel
    ) -> bool:
        """Asks the model and checks what it says; True where it says that the passages hold no answer."""
        reader = LineReader(self._language)
        request = request_of(answer_question_of(question, passages, self._language), engine, self._language)
        broken_off = False
        with closing(engine.stream(request)) as events:
            for event in events:
                broken_off = event.finish_reason == "length"
                for claim in reader.add(event.text):
                    self._check(claim, checker)
        for claim in reader.end(broken_off=broken_off):
            self._check(claim, checker)
        return reader.says_nothing and not self._sentences

    def _check(self, claim: Claim, checker: SupportChecker) -> None:
        """The claim becomes a sentence of the answer, or one that was removed."""
        if any(same_statement(claim.text, other.text) for other in self._sentences):
            return
        if not claim.whole:
            self._remove(claim, self._told.broken_off)
            return
        if not is_in(claim.text, self._language) and not is_bare(claim.text):
            self._remove(claim, self._told.wrong_language)
            return
        cited = [number for number in claim.numbers if number in checker.numbers]
        judged = {number: checker.judge(claim.text, number) for number in cited}
        holding = [number for number in cited if judged[number].supported][:MAX_CITED]
        note = ""
        if not holding:
            others = {
                number: checker.judge(claim.text, number)
                for number in checker.numbers
                if number not in judged
            }
            better = [number for number, judgement in others.items() if judgement.supported]
            if not better:
                self._remove(claim, _first_reason({**judged, **others}) or self._told.names_no_passage)
                return
            judged.update(others)
            holding = [max(better, key=lambda number: judged[number].share)]
            named = ", ".join(map(str, claim.numbers)) or self._told.no_number
            note = self._told.cited_other.format(named, holding[0])
        citations = tuple(
            checker.cite(number, judged[number].quote, judged[number].start) for number in holding
        )
        text = claim.text if is_bare(claim.text) else ended(claim.text, self._language)
        self._say(AnswerSentence(text=text, citations=citations, note=note))

    def _say(self, sentence: AnswerSentence) -> None:
        self._first_s = self._first_s or time.monotonic() - self._began
        self._sentences.append(sentence)
        self._report(sentence)

    def _remove(self, claim: Claim, reason: str) -> None:
        removed = RemovedSentence(text=claim.text, reason=reason)
        self._removed.append(removed)
        self._report(removed)

    def _quote(self, question: str, passages: GivenPassages, checker: SupportChecker) -> bool:
        """Sentences of the passages that share most with the question, where they share enough."""
        headings = {source.number: " ".join(source.headings) for source in passages.sources}
        units = [(number, unit) for number in checker.numbers for unit in checker.units(number)]
        texts = [f"{headings[number]}\n{unit.text}" for number, unit in units]
        asked = question_words(question)
        best = [place for place in rank(question, texts) if share_held(asked, texts[place]) >= QUOTED_SHARE]
        best = best[:QUOTED]
        if not best and language_of(question) == language_of("\n".join(texts)):
            return False
        if not best:  # in another language no word is shared; what was found first is nearest in meaning
            best = list(range(min(QUOTED, len(units))))
        for place in sorted(best):
            number, unit = units[place]
            citation = checker.cite(number, unit.text, unit.start)
            self._say(AnswerSentence(text=unit.told, citations=(citation,)))
        if self._sentences and self._engine is not None:
            self._notes.append(self._told.quoted)
        return bool(self._sentences)

    def _nearest(self, found: Found) -> tuple[Source, ...]:
        return tuple(
            source_of(hit, number, self._options.name)
            for number, hit in enumerate(found.hits[:NEAREST], start=1)
        )

    def _result(
        self, standing: StandingQuestion, outcome: Outcome, sources: tuple[Source, ...]
    ) -> AnsweredQuestion:
        told = [sentence.cited for sentence in self._sentences]
        return AnsweredQuestion(
            question=self._question,
            searched=standing.text,
            searched_from=standing.worded_by,
            language=self._language,
            outcome=outcome,
            answer=" ".join(told) if told else NOT_FOUND[self._language],
            sentences=tuple(self._sentences),
            removed=tuple(self._removed),
            sources=sources,
            model=self._options.model if self._engine is not None else None,
            notes=tuple(self._notes),
            seconds=Timings(
                search=round(self._search_s, 3),
                first_sentence=None if self._first_s is None else round(self._first_s, 3),
                total=round(time.monotonic() - self._began, 3),
            ),
        )


def _first_reason(judged: Mapping[int, Judgement]) -> str:
    """Why the passage that comes nearest does not hold it; empty where there is none."""
    return "" if not judged else max(judged.values(), key=lambda judgement: judgement.share).reason
