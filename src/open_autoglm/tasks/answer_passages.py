"""The passages an answer may rest on: numbered, and as many as the model's window holds."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from open_autoglm.knowledge.hit import Hit
from open_autoglm.tasks.answer_result import PassagePlace, Source
from open_autoglm.tasks.answer_words import WORDS, AnswerWords
from open_autoglm.tasks.document_context import estimated_tokens

LEAST_OF_BEST = 0.4
"""A passage whose score is a smaller share of the best one's only costs time to read."""
LEAST_ROOM = 200
"""Tokens that the best passage may take in any case."""

_NUMBER_MARK = re.compile(r"\[(\d{1,3})\]")
_TO_A_MODEL = re.compile(
    r"\b(?:ignore|disregard|forget)\s+(?:all|any|the|your|everything)?\s*(?:of\s+)?(?:the\s+)?"
    r"(?:above|previous|prior|earlier|preceding|instructions)"
    r"|\b(?:you are now|system prompt|new instructions?:)"
    r"|(?:忽略|无视|忘记|忘掉)(?:以上|上述|上面|之前|此前|前面|所有|一切|你)"
    r"|(?:你现在是|系统提示词|新的指令[:：])",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class GivenPassages:
    """``sources`` count from 1. ``notes`` say what was left out."""

    sources: tuple[Source, ...]
    notes: tuple[str, ...]

    @property
    def prompt(self) -> str:
        """The passages as the model reads them. No passage can forge the number of another."""
        return "\n\n".join(_block(source) for source in self.sources)


def choose_passages(
    hits: Sequence[Hit], room: int, name: Callable[[str], str], told: AnswerWords = WORDS["en"]
) -> GivenPassages:
    """The best of ``hits`` in ``room`` tokens, by a cautious estimate; ``name`` shortens a file's path.

    Passages are taken whole. Only where the best one alone is too long is it cut, and that is noted.
    """
    if not hits:
        return GivenPassages((), ())
    worth = [hit for hit in hits if hit.score >= LEAST_OF_BEST * hits[0].score]
    sources: list[Source] = []
    notes: list[str] = []
    room = max(room, LEAST_ROOM)
    for hit in worth:
        source = source_of(hit, len(sources) + 1, name)
        tokens = estimated_tokens(_block(source))
        if tokens > room:
            if sources:
                break
            kept = int(len(source.text) * room / tokens)
            source = source.model_copy(update={"text": source.text[:kept]})
            tokens = room
            notes.append(told.cut)
        room -= tokens
        sources.append(source)
    if len(sources) < len(worth) and not notes:
        notes.append(told.some_fit.format(len(sources), len(worth)))
    addressed = [source.number for source in sources if addresses_model(source.text) is not None]
    notes.extend(told.holds_orders.format(number) for number in addressed)
    return GivenPassages(tuple(sources), tuple(notes))


def source_of(hit: Hit, number: int, name: Callable[[str], str]) -> Source:
    stored = hit.found
    return Source(
        number=number,
        chunk=stored.id,
        file=name(stored.file.path),
        headings=stored.chunk.headings,
        places=tuple(PassagePlace(page=place.page, box=place.box) for place in stored.chunk.places),
        text=stored.chunk.text,
        score=hit.score,
    )


def addresses_model(text: str) -> int | None:
    """Where ``text`` begins to give orders to a language model; None where it does not."""
    match = _TO_A_MODEL.search(text)
    return None if match is None else match.start()


def _block(source: Source) -> str:
    # Without the name of its file, which a small model copies instead of reading on.
    body = "\n".join((" > ".join(source.headings), source.text)).strip()
    body = _NUMBER_MARK.sub(r"(\1)", body)
    return f"[{source.number}] {body}"
