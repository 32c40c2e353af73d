"""Answers with citations, by a small model: whether the cited passage holds them, and what is not answered.

Passages and questions with known answers are from CMRC 2018 (trial part). A passage is up to 380 characters
of a context; the one that holds the known answer is the one that must be cited. A question becomes
unanswerable by leaving all passages of its context out of the base. The search here is by words alone and
answers everything, so that what is measured is the model and the check of its sentences, not the search.
"""

from __future__ import annotations

import json
import random
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from document_sections.section import Options, Section
from open_autoglm.cli.eval_rag_run import given_answer
from open_autoglm.config import load_settings
from open_autoglm.engine.blocking import BlockingEngine
from open_autoglm.evaluation.rag.answer_score import score_answer
from open_autoglm.knowledge.chunk import Chunk, Place, Window
from open_autoglm.knowledge.hit import Found, Hit, Reasons
from open_autoglm.knowledge.store.base_store import FileRecord, Filters, StoredChunk
from open_autoglm.runtime import Runtime
from open_autoglm.tasks.answer_question import AnswerOptions, answer_question
from open_autoglm.tasks.answer_result import AnsweredQuestion
from open_autoglm.tasks.lexical import rank

MODEL = "qwen2.5-coder-1.5b-instruct-q4_k_m"
PASSAGE_CHARACTERS = 380
GIVEN = 2
"""Passages given to the model for each question."""
SAMPLE, QUICK_SAMPLE = 30, 6
SEED = 13
TRIED = ((7, 8), (11, 6))
"""Seeds and sizes of the draws that the prompt and the check were tried on; their questions are left out."""
_SENTENCE = re.compile(r"[^。！？]+[。！？]?")


@dataclass(frozen=True)
class Asked:
    """A question, the texts that answer it, the passages that hold one of them, and all of its context."""

    question: str
    answers: tuple[str, ...]
    gold: frozenset[int]
    context: frozenset[int]


@dataclass
class Score:
    """Counts over one kind of questions."""

    questions: int = 0
    answered: int = 0
    holding: int = 0
    sentences: int = 0
    cited_right: int = 0
    removed: int = 0
    first_s: list[float] = field(default_factory=list)


def measure(options: Options) -> Section:
    section = Section(
        "Citations: answers by a small model from two passages",
        (
            "questions",
            "asked",
            "answered",
            "holds the known answer",
            "sentences",
            "citing the passage that answers",
            "left out",
            "first sentence s (median)",
        ),
    )
    if not options.use_model:
        section.notes.append("Not measured: it needs the model.")
        return section
    passages, asked = read_questions(options.data / "retrieval" / "cmrc2018_trial.json")
    chosen = draw(asked, QUICK_SAMPLE if options.quick else SAMPLE)
    runtime = Runtime(load_settings().values)
    model = runtime.choose_model(MODEL)
    began = time.monotonic()
    with runtime.open_engine(model, runtime.place(model)) as engine:
        answerable = score(chosen, passages, engine, answerable=True)
        unanswerable = score(chosen, passages, engine, answerable=False)
    for name, counted in (("answerable", answerable), ("unanswerable", unanswerable)):
        section.rows.append(_row(name, counted))
    refused = answerable.questions - answerable.answered
    not_found = unanswerable.questions - unanswerable.answered
    section.notes = [
        f"Citation precision {_share(answerable.cited_right, answerable.sentences)} (aim 0.95); "
        f"answerable refused {_share(refused, answerable.questions)} (aim at most 0.05); "
        f"unanswerable not found {_share(not_found, unanswerable.questions)} (aim 0.90).",
        f"{len(passages)} passages, {len(chosen)} questions of each kind, {MODEL}, "
        f"{time.monotonic() - began:.0f} s in all.",
    ]
    return section


def read_questions(file: Path) -> tuple[list[str], list[Asked]]:
    """All passages, and every question whose answer stands whole in one of them."""
    passages: list[str] = []
    asked: list[Asked] = []
    for article in json.loads(file.read_text(encoding="utf-8"))["data"]:
        for paragraph in article["paragraphs"]:
            start = len(passages)
            passages.extend(pieces_of(paragraph["context"]))
            context = frozenset(range(start, len(passages)))
            for entry in paragraph["qas"]:
                answers = tuple(answer["text"] for answer in entry["answers"])
                gold = frozenset(
                    number for number in context if any(answer in passages[number] for answer in answers)
                )
                if gold:
                    asked.append(Asked(entry["question"], answers, gold, context))
    return passages, asked


def pieces_of(text: str) -> list[str]:
    """Whole sentences together, up to PASSAGE_CHARACTERS."""
    pieces = [""]
    for sentence in _SENTENCE.findall(text):
        if pieces[-1] and len(pieces[-1]) + len(sentence) > PASSAGE_CHARACTERS:
            pieces.append("")
        pieces[-1] += sentence
    return pieces


def draw(asked: Sequence[Asked], count: int) -> list[Asked]:
    """Questions that nothing was tried on."""
    tried = {place for seed, size in TRIED for place in random.Random(seed).sample(range(len(asked)), size)}
    rest = [one for place, one in enumerate(asked) if place not in tried]
    return random.Random(SEED).sample(rest, count)


def score(
    asked: Sequence[Asked], passages: Sequence[str], engine: BlockingEngine, *, answerable: bool
) -> Score:
    counted = Score()
    for one in asked:
        hidden = frozenset[int]() if answerable else one.context
        result = answer_question(
            one.question, (), WordSearch(passages, hidden), engine, AnswerOptions(limit=GIVEN)
        )
        _count(counted, one, result)
    return counted


def _count(counted: Score, one: Asked, result: AnsweredQuestion) -> None:
    given = given_answer(result)
    scored = score_answer(given, lambda passage: passage.chunk in one.gold, one.answers)
    counted.questions += 1
    counted.answered += given.found
    counted.holding += bool(scored.holds_known)
    counted.removed += given.removed
    counted.sentences += scored.sentences
    counted.cited_right += scored.cited_right
    if result.seconds.first_sentence is not None:
        counted.first_s.append(result.seconds.first_sentence)


class WordSearch:
    """Finds passages by their words; nothing is too far from a question."""

    def __init__(self, passages: Sequence[str], hidden: frozenset[int]) -> None:
        self._passages = passages
        self._hidden = hidden

    def search(self, question: str, limit: int = 8, filters: Filters | None = None) -> Found:
        del filters
        order = [place for place in rank(question, self._passages) if place not in self._hidden][:limit]
        hits = tuple(
            Hit(_stored(place, self._passages[place]), 1.0 - step / 10, Reasons(1.0, None, 0))
            for step, place in enumerate(order)
        )
        return Found(hits, answerable=bool(hits))

    def search_many(
        self, questions: Sequence[str], limit: int = 8, filters: Filters | None = None
    ) -> list[Found]:
        return [self.search(question, limit, filters) for question in questions]


def _stored(number: int, text: str) -> StoredChunk:
    record = FileRecord(f"/{number}.txt", "0" * 64, len(text), 0, "text/plain")
    return StoredChunk(number, record, 0, Chunk(text, "text", (), (Place(1, None),), (Window(0, len(text)),)))


def _row(name: str, counted: Score) -> tuple[str, ...]:
    first = sorted(counted.first_s)
    return (
        name,
        str(counted.questions),
        str(counted.answered),
        str(counted.holding),
        str(counted.sentences),
        str(counted.cited_right),
        str(counted.removed),
        f"{first[len(first) // 2]:.1f}" if first else "–",
    )


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.3f}" if whole else "–"
