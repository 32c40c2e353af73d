"""Unanswerable: is it told that the base holds no answer, and how often where it does hold one?

Two kinds of bases. Of CMRC 2018 each question is asked once with its passage in the base and once without.
Of the manuals, questions are asked that they don't answer: of other subjects, of other computers ("near"),
and of facts about their own subjects that they don't tell ("fact"). What a search can't see, the check of
answers may.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from document_sections.section import Options, Section
from open_autoglm.knowledge.embedding.embedder import Embedder
from retrieval_sections.chinese import QUICK, read_cmrc
from retrieval_sections.manuals import (
    LANGUAGES,
    NAMES,
    asked_in,
    manual_bases,
    section_questions,
    table_questions,
)
from retrieval_sections.measured_base import (
    MeasuredBase,
    made_base,
    one_paragraph,
    opened_embedder,
)

FOLDS = 4
"""Bases of CMRC, each without a quarter of the passages: what is asked of those is unanswerable there."""
KINDS = {"elsewhere": "of other subjects", "near": "of other computers", "fact": "facts not told"}


def measure(options: Options) -> Section:
    section = Section("Unanswerable questions", ("base", "questions", "asked", "told: not found"))
    with opened_embedder() as embedder:
        for place, name in enumerate(("tuned on", "kept apart")):
            section.rows.extend(_cmrc(options, embedder, name, place))
        for language, base in manual_bases(section, embedder):
            section.rows.extend(_manual(base, NAMES[language], language))
    section.notes.append("Of answerable questions, those told not found are refused wrongly.")
    return section


def _cmrc(options: Options, embedder: Embedder, name: str, half: int) -> Iterator[Sequence[str]]:
    """``half``: every second question; curves were fitted on the even ones."""
    passages, asked = read_cmrc(options.data / "retrieval" / "cmrc2018_trial.json")
    asked = asked[half::2]
    asked = asked[:: max(1, len(asked) // QUICK)] if options.quick else asked
    refused = told = 0
    for fold in range(FOLDS):
        kept = {place: text for place, text in enumerate(passages) if place % FOLDS != fold}
        documents = {f"/{place}.txt": one_paragraph(text, str(place)) for place, text in kept.items()}
        with made_base(documents, embedder) as base:
            held = [one for one in asked if any(map(one.answers, base.chunks))]
            missing = [one for one in asked if one not in held]
            told += _told(base, [one.question for one in missing])
            if fold == 0:
                refused, answerable = _told(base, [one.question for one in held]), len(held)
    yield f"CMRC 2018, {name}", "with their passage", f"{answerable:,}", f"{refused / answerable:.3f}"
    yield f"CMRC 2018, {name}", "without their passage", f"{len(asked):,}", f"{told / len(asked):.3f}"


def _manual(base: MeasuredBase, name: str, language: str) -> Iterator[Sequence[str]]:
    for language_asked in LANGUAGES:
        asked = section_questions(language_asked)
        if language_asked == language:
            asked += table_questions(language)
        where = f"manual in {name}"
        answerable = [one.question for one in asked]
        yield where, f"{NAMES[language_asked]}, answerable", f"{len(asked)}", _share(base, answerable)
        for kind, words in KINDS.items():
            some = [one.question for one in asked_in("unanswerable", language_asked, kind)]
            yield where, f"{NAMES[language_asked]}, {words}", f"{len(some)}", _share(base, some)


def _share(base: MeasuredBase, questions: Sequence[str]) -> str:
    return f"{_told(base, questions) / len(questions):.3f}"


def _told(base: MeasuredBase, questions: Sequence[str]) -> int:
    return sum(not found.answerable for found in base.retriever.search_many(questions))
