"""Divides a document into pieces that fit the model's window, at headings and paragraphs where it can.

Lengths are estimated from the kinds of characters, corrected once by the engine's own count of a
sample, and every finished piece is counted by the engine before it is used.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass

from open_autoglm.documents.model import Document, RegionType
from open_autoglm.engine.blocking import BlockingEngine
from open_autoglm.tasks.document_text import running_text
from open_autoglm.values import ChatRequest, Message

BEST_CHUNK_TOKENS = 2000
"""More text in one request makes a small model overlook things; less costs more answers."""
LARGE_CHUNK_TOKENS = 3000
"""For documents of many pieces, where the answers would cost more than they add."""
MANY_CHUNKS = 8
RESERVED_TOKENS = 1100
"""Of the window: instructions, schema and answer."""
HEADING_REACH = 0.2
"""How far before a border, as share of a chunk, a heading is taken for it."""
MIN_CHUNK_TOKENS = 200
_SAMPLE_CHARACTERS = 3000
_MARGIN = 1.15
"""Where the engine can only estimate its counts."""

_HAN = re.compile(r"[\u2e80-\u9fff\uff00-\uffef]")
_SENTENCE_END = re.compile(r"(?<=[。！？；\n])|(?<=[.!?;])\s+")


@dataclass(frozen=True, slots=True)
class Chunk:
    """A piece of the running text and the pages it is from."""

    text: str
    pages: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Piece:
    page: int
    text: str
    tokens: float
    heading: bool


def chunk_limit(engine: BlockingEngine) -> int:
    """Tokens of text that one request may carry."""
    return max(MIN_CHUNK_TOKENS, engine.capabilities.context_window - RESERVED_TOKENS)


class TokenMeter:
    """Tokens of a text: estimated, or as the engine counts them."""

    def __init__(self, engine: BlockingEngine, sample: str) -> None:
        self._engine = engine
        self._factor = 1.0
        sample = sample[:_SAMPLE_CHARACTERS]
        if len(sample) > 200:
            self._factor = self.count(sample) / max(1.0, self.estimate(sample))

    def estimate(self, text: str) -> float:
        """Chinese characters take about two thirds of a token, others about a third."""
        han = len(_HAN.findall(text))
        return self._factor * (0.68 * han + 0.3 * (len(text) - han)) + 1

    def count(self, text: str) -> int:
        counted = self._engine.count_tokens(ChatRequest((Message("user", text),)))
        exact = self._engine.capabilities.exact_token_counts
        return counted if exact else math.ceil(counted * _MARGIN)


def divide(document: Document, engine: BlockingEngine) -> tuple[Chunk, ...]:
    """Chunks in reading order that hold all running text; none for a document without text."""
    texts = [
        (page.number, text, region.type in (RegionType.TITLE, RegionType.HEADING))
        for page in document.pages
        for region in page.regions
        if (text := running_text(region))
    ]
    if not texts:
        return ()
    meter = TokenMeter(engine, "\n".join(text for _, text, _ in texts))
    total = sum(meter.estimate(text) for _, text, _ in texts)
    best = BEST_CHUNK_TOKENS if total <= MANY_CHUNKS * BEST_CHUNK_TOKENS else LARGE_CHUNK_TOKENS
    limit = min(best, chunk_limit(engine))
    pieces = [
        _Piece(page, part, meter.estimate(part), heading)
        for page, text, heading in texts
        for part in _split(text, limit, meter)
    ]
    chunks: list[Chunk] = []
    for group in _grouped(pieces, math.ceil(total / limit)):
        chunks.extend(_fitting(group, chunk_limit(engine), meter))
    return tuple(chunks)


def _split(text: str, limit: float, meter: TokenMeter) -> Iterator[str]:
    """A text longer than ``limit`` at ends of lines and sentences, else anywhere."""
    if meter.estimate(text) <= limit:
        yield text
        return
    step = max(50, int(len(text) * limit / meter.estimate(text) * 0.9))
    part = ""
    for sentence in _SENTENCE_END.split(text):
        for start in range(0, len(sentence), step):
            piece = sentence[start : start + step]
            if part and len(part) + len(piece) > step:
                yield part
                part = ""
            part += piece if not part or part.endswith("\n") else f" {piece}"
    if part:
        yield part


def _grouped(pieces: list[_Piece], count: int) -> Iterator[list[_Piece]]:
    """At most ``count`` runs of pieces of about equal size; a heading near a border begins the next."""
    share = sum(piece.tokens for piece in pieces) / count
    group: list[_Piece] = []
    done = 0.0
    made = 1
    for piece in pieces:
        border = share * made
        near = piece.heading and done > border - HEADING_REACH * share
        if group and made < count and (near or done + piece.tokens / 2 > border):
            yield group
            group = []
            made += 1
        group.append(piece)
        done += piece.tokens
    if group:
        yield group


def _fitting(group: list[_Piece], limit: int, meter: TokenMeter) -> Iterator[Chunk]:
    """The group as one chunk, or halved until the engine's own count fits."""
    text = "\n".join(piece.text for piece in group)
    if len(text) <= 100 or meter.count(text) <= limit:
        yield Chunk(text, tuple(dict.fromkeys(piece.page for piece in group)))
        return
    if len(group) > 1:
        half = len(group) // 2
        halves = [group[:half], group[half:]]
    else:
        (only,) = group
        half = len(only.text) // 2
        halves = [
            [_Piece(only.page, part, only.tokens / 2, only.heading)]
            for part in (only.text[:half], only.text[half:])
        ]
    for part in halves:
        yield from _fitting(part, limit, meter)
