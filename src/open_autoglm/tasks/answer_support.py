"""Whether a passage bears a sentence out: judged by what stands there, never asked of the model.

Numbers, dates and names of a sentence must stand close together in the passage, and so must most of the words
that it adds to the question. A sentence in another language than its passage has few words to compare: there
its meaning must be nearer to the passage than the question's is, by the embedder of the base.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise, zip_longest
from typing import TYPE_CHECKING

from open_autoglm.documents.model import RegionType
from open_autoglm.knowledge.embedding.embedder import Embedder
from open_autoglm.tasks.answer_passages import addresses_model
from open_autoglm.tasks.answer_result import PassageCitation, PassagePlace, Source
from open_autoglm.tasks.answer_words import WORDS, AnswerWords
from open_autoglm.tasks.document_text import Passage
from open_autoglm.tasks.fact_check import FactChecker
from open_autoglm.tasks.grounding import MAX_QUOTE_CHARACTERS, DocumentIndex, fold
from open_autoglm.tasks.lexical import terms
from open_autoglm.tasks.sentences import split_sentences
from open_autoglm.text_language import is_bare, is_neither, language_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

ADDED_SUPPORT = 0.6
"""Share of the words that a sentence adds to the question which its passage must hold."""
WHOLE_SUPPORT = 0.7
"""The same of all its words: what it takes over from the question may be said of something else there."""
ASKED_IN_QUOTE, ASKED_IN_PASSAGE = 0.2, 0.5
"""Share of the question's words that must stand where the sentence does, or else in all of its passage."""
RESTATED_SUPPORT = 0.8
"""Share of all its words, of a sentence that adds none: yes to a question is said with its words."""
MAX_SPAN = 3
"""Sentences or lines in a row among which all facts of one sentence must stand."""
ROW_SUPPORT = 0.75
"""The same in a row of a table, whose neighbours differ in little else than what is said."""
FAR_FROM_NUMBER = 0.25
"""How much more of a sentence may stand beside another number than beside its own, as share of its words."""
NEARER = 0.012
"""How much nearer to its passage than the question a sentence in another language must be, as cosine.

With multilingual-e5-small, of 24 sentences over 6 Chinese and English passages: the 15 false ones stay below
it, of the 9 true ones 8 reach it."""
_NAMED_MISSING = 3

_FILLERS = frozenset("的是在有了和与及或为由于等可以应需要将会被把对从到共个")
"""Chinese characters that say nothing by themselves; the pairs they stand in are not looked for."""
_ASKING_PAIR = re.compile("[什么哪何几怎吗呢谁]|多少|是否|请问")
_ASKING_WORDS = frozenset(
    (
        "what",
        "which",
        "who",
        "whom",
        "whose",
        "how",
        "when",
        "where",
        "why",
        "do",
        "does",
        "did",
        "i",
        "you",
        "we",
    )
)
_DIGITS = re.compile(r"\d+(?:\.\d+)?")
_CLAUSE_END = re.compile(r"[，,；;。:：]|\.\s")
_REQUIRES = re.compile(r"[需须]|必要|\b(?:must|only|requires?|required|needs?|needed)\b", re.IGNORECASE)
_TABLE_ROW = re.compile(r"\s*\|")
_CELL_BORDER = re.compile(r"(?<!\\)\|")
_TABLE_RULE = re.compile(r"[\s|:-]+")
_NOT = re.compile(
    r"\b(?:not|no|never|cannot|without|neither|nor|none)\b|n['’]t\b|不|未|没|無|无|禁|勿|非|免", re.IGNORECASE
)
_FORBIDS = re.compile(
    r"\b(?:must|may|shall|should|can|do|does|is|are) not\b|\b(?:cannot|never|prohibited|forbidden)\b"
    r"|n['’]t\b|不得|不可|不能|不准|不允许|严禁|禁止|切勿|请勿|不予|无须|无需|不必|不需",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Judgement:
    """``reason`` says what is lacking; empty where the passage bears the sentence out."""

    reason: str
    quote: str
    start: int
    """Where in the passage's text the sentence that bears it out most begins."""
    share: float
    """Of the sentence's words, how many stand in the passage; across languages, how near its meaning is."""

    @property
    def supported(self) -> bool:
        return not self.reason


@dataclass(frozen=True, slots=True)
class Unit:
    """A sentence of a passage, a line or a row of its table; ``head`` is the row that names the columns."""

    text: str
    start: int
    head: str = ""

    @property
    def told(self) -> str:
        """As a sentence of an answer: a row as its cells, each with the name of its column."""
        if not self.head:
            return " ".join(self.text.split())
        cells, names = _cells(self.text), _cells(self.head)
        named = [
            f"{name}: {cell}" if name else cell
            for cell, name in zip_longest(cells, names[: len(cells)], fillvalue="")
            if cell
        ]
        return "; ".join(dict.fromkeys(named))


class SupportChecker:
    """Judges sentences of an answer against the passages that were found for its question."""

    def __init__(self, sources: Sequence[Source], question: str, embedder: Embedder | None = None) -> None:
        self._passages = {source.number: _Passage(source, question, embedder) for source in sources}
        self._question_terms = frozenset(terms(question))

    @property
    def numbers(self) -> tuple[int, ...]:
        return tuple(self._passages)

    def judge(self, sentence: str, number: int) -> Judgement:
        """The sentence against passage ``number``, which must be among ``numbers``."""
        return self._passages[number].judge(sentence, self._question_terms)

    def cite(self, number: int, quote: str, start: int) -> PassageCitation:
        """A place of passage ``number``, whose text has ``quote`` from ``start`` on."""
        return self._passages[number].cite(quote, start)

    def units(self, number: int) -> list[Unit]:
        """The sentences, lines and rows of a passage on which an answer may rest."""
        return self._passages[number].units


class _Passage:
    """One passage, divided so that what a sentence says can be looked for in few neighbouring sentences."""

    def __init__(self, source: Source, question: str, embedder: Embedder | None) -> None:
        self._source = source
        self._question = question
        self._told = WORDS[language_of(question)]
        self._embedder = embedder
        self._vectors: NDArray[np.float32] | None = None
        end = addresses_model(source.text)
        self.units = units_of(source.text if end is None else source.text[:end])
        self._spans = _spans(self.units)
        title = " ".join((source.file.rpartition("/")[2].rpartition(".")[0], *source.headings))
        whole = "\n".join([title, *(_with_head([unit]) for unit in self.units)])
        self._title = title
        texts = [f"{title}\n{_with_head(span)}" for span in self._spans]
        self._checker = FactChecker(
            DocumentIndex(
                Passage(page, "", None, text, RegionType.PARAGRAPH) for page, text in enumerate(texts)
            )
        )
        self._whole = fold(whole)
        self._language = language_of(whole)
        self._comparable = not is_neither(whole)

    def judge(self, sentence: str, asked: frozenset[str]) -> Judgement:
        if not self._spans:
            return Judgement(self._told.only_orders, "", 0, 0.0)
        same = self._comparable and (is_bare(sentence) or language_of(sentence) == self._language)
        names = same or language_of(sentence) == "zh"  # English writes Chinese names in letters
        if not same and self._embedder is not None:
            return self._judge_by_meaning(sentence, self._embedder, names=names)
        span = self._best_span(sentence, names=names)
        share = _held(_words(sentence), self._whole)
        reason = self._lacking_facts(sentence, span, names=names)
        if not reason and same:
            reason = (
                self._lacking_words(sentence, asked, self._spans[span])
                or self._beside_the_question(self._spans[span])
                or self._other_number(sentence)
                or _contradicted(sentence, _with_head(self._spans[span]), self._told)
            )
        elif not reason and not share:
            reason = self._told.not_comparable
        return self._judgement(sentence, span, reason, share)

    def _judge_by_meaning(self, sentence: str, embedder: Embedder, *, names: bool) -> Judgement:
        """A sentence in another language: nearer in meaning to what bears it out than the question is."""
        if self._vectors is None:
            self._vectors = embedder.embed_passages([_with_head(span) for span in self._spans])
        said, asked = embedder.embed_passages([sentence, self._question]) @ self._vectors.T
        lacking = [len(self._missing(sentence, span, names=names)) for span in range(len(self._spans))]
        span = min(range(len(self._spans)), key=lambda span: (lacking[span], -float(said[span]), span))
        reason = self._lacking_facts(sentence, span, names=names)
        if not reason and said[span] < asked[span] + NEARER:
            reason = self._told.other_meaning
        return self._judgement(sentence, span, reason, float(said[span]))

    def _judgement(self, sentence: str, span: int, reason: str, share: float) -> Judgement:
        units = self._spans[span]
        return Judgement(reason, self._plain_quote(span), self._start(sentence, units), share)

    def cite(self, quote: str, start: int) -> PassageCitation:
        place = self._place_of(start)
        source = self._source
        return PassageCitation(
            number=source.number,
            chunk=source.chunk,
            file=source.file,
            page=place.page,
            box=place.box,
            quote=quote[:MAX_QUOTE_CHARACTERS],
        )

    def _missing(self, sentence: str, span: int, *, names: bool = True) -> list[str]:
        return self._checker.missing(sentence, (span,), names=names)

    def _lacking_facts(self, sentence: str, span: int, *, names: bool) -> str:
        missing = self._missing(sentence, span, names=names)[:_NAMED_MISSING]
        return self._told.not_there.format(", ".join(map(repr, missing))) if missing else ""

    def _best_span(self, sentence: str, *, names: bool) -> int:
        """The fewest neighbouring sentences that lack least of it and share most of its words."""
        return min(
            range(len(self._spans)),
            key=lambda span: (
                len(self._missing(sentence, span, names=names)),
                -_held(_words(sentence), fold(_with_head(self._spans[span]))),
                span,
            ),
        )

    def _lacking_words(self, sentence: str, asked: frozenset[str], span: Sequence[Unit]) -> str:
        words = _words(sentence)
        row = fold(_with_head(span)) if span[0].head else ""
        held, needed = (row, ROW_SUPPORT) if row else (self._whole, ADDED_SUPPORT)
        added = words - asked
        if not added:
            said = _held(words, fold(_with_head(span)))
            return "" if said >= RESTATED_SUPPORT else self._told.only_repeats
        if row:  # what the question names must stand in the row, too
            added = words
        share = _held(added, held)
        if share >= needed and _held(words, held) >= WHOLE_SUPPORT:
            return ""
        return self._told.too_little.format(share)

    def _beside_the_question(self, span: Sequence[Unit]) -> str:
        """Whether it is true and no answer: where it stands, hardly a word of the question does."""
        words = question_words(self._question)
        near = fold(f"{self._title}\n{_with_head(span)}")
        if _held(words, near) >= ASKED_IN_QUOTE or _held(words, self._whole) >= ASKED_IN_PASSAGE:
            return ""
        return self._told.beside_question

    def _other_number(self, sentence: str) -> str:
        """Whether the passage says it with another number, and this one of something else."""
        words = {word for word in _words(sentence) if not _DIGITS.fullmatch(word)}
        shares = [_held(words, fold(_with_head([unit]))) for unit in self.units]
        nearest = max(range(len(shares)), key=lambda unit: shares[unit])
        if not _DIGITS.search(self.units[nearest].text):
            return ""
        for number in self._missing(sentence, nearest):
            beside = [
                share for unit, share in enumerate(shares) if number not in self._missing(sentence, unit)
            ]
            if beside and shares[nearest] - max(beside) > FAR_FROM_NUMBER:
                return self._told.number_of_other.format(number)
        return ""

    def _plain_quote(self, span: int) -> str:
        return " ".join(" ".join(unit.text.split()) for unit in self._spans[span])

    def _start(self, sentence: str, span: Sequence[Unit]) -> int:
        words = _words(sentence)
        return max(span, key=lambda unit: _held(words, fold(unit.text))).start

    def _place_of(self, start: int) -> PassagePlace:
        """Text and places run alike; how far the quote is into the text tells which place holds it."""
        places = self._source.places
        sought = start / max(1, len(self._source.text))
        weights = self._place_weights
        passed = 0.0
        for place, weight in zip(places, weights, strict=True):
            passed += weight
            if sought < passed:
                return place
        return places[-1]

    @cached_property
    def _place_weights(self) -> list[float]:
        """The share of the text that each place holds, by its area."""
        boxes = [place.box for place in self._source.places]
        areas = [1.0 if box is None else max(1.0, (box.x1 - box.x0) * (box.y1 - box.y0)) for box in boxes]
        return [area / sum(areas) for area in areas]


def units_of(text: str) -> list[Unit]:
    """Sentences of prose, lines of lists, rows of tables each with the row that names its columns."""
    units: list[Unit] = []
    start = 0
    head = ""
    lines = text.split("\n")
    for line, following in pairwise([*lines, ""]):
        if _TABLE_ROW.match(line):
            if _TABLE_RULE.fullmatch(following) and "-" in following:
                head = line.strip()
            elif not _TABLE_RULE.fullmatch(line):
                units.append(Unit(line.strip(), start, head))
        else:
            head = ""
            place = start
            for sentence in split_sentences(line):
                place = text.find(sentence, place)
                units.append(Unit(sentence, place))
        start += len(line) + 1
    return units


def _cells(row: str) -> list[str]:
    return [cell.strip().replace("\\|", "|") for cell in _CELL_BORDER.split(row.strip()[1:-1])]


def _spans(units: Sequence[Unit]) -> list[list[Unit]]:
    """Every run of one to MAX_SPAN units, the short ones first; a row of a table stands by itself."""
    runs = [
        list(units[start : start + length])
        for length in range(1, MAX_SPAN + 1)
        for start in range(len(units) - length + 1)
    ]
    return [run for run in runs if len(run) == 1 or not any(unit.head for unit in run)]


def _with_head(span: Sequence[Unit]) -> str:
    heads = list(dict.fromkeys(unit.head for unit in span if unit.head))
    return "\n".join([*heads, *(unit.text for unit in span)])


def question_words(question: str) -> set[str]:
    """What a question is about: its terms without those that only ask."""
    return {word for word in _words(question) if not _ASKING_PAIR.search(word)} - _ASKING_WORDS


def share_held(words: Collection[str], text: str) -> float:
    """The share of ``words`` that stand in ``text``; 1 where there are none."""
    return _held(words, fold(text))


def _words(sentence: str) -> set[str]:
    """Its terms without those that hold a character which only joins others."""
    return {term for term in terms(sentence) if not _FILLERS & set(term)}


def _held(words: Collection[str], folded: str) -> float:
    """The share of the words that stand in a folded text; 1 where there are none."""
    return sum(word in folded for word in words) / len(words) if words else 1.0


def _contradicted(sentence: str, quote: str, told: AnswerWords) -> str:
    """Whether one of the two says not where the other doesn't: their words are alike then."""
    if _NOT.search(sentence) and not _NOT.search(quote):
        return told.denies
    words = _words(sentence)
    clause = max(_CLAUSE_END.split(quote), key=lambda clause: _held(words, fold(clause)))
    if _FORBIDS.search(clause) and not (_FORBIDS.search(sentence) or _REQUIRES.search(sentence)):
        return told.denied
    return ""
