"""The pieces of text that tables are built from, grouped into visual rows and runs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from statistics import median

from open_autoglm.documents.content import Line, PageContent, Rect, Word
from open_autoglm.documents.model import ReadBy

_CJK = re.compile(r"[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef]")
_NUMBER = re.compile(r"[-+−–±<>≤≥~≈($€£¥]*\d[\d.,:/ %‰()\[\]\-–−+±*×eE°]*[%)*†‡§]*")
_EMPTY_MARKS = frozenset({"-", "–", "—", "−", "n/a", "N/A", "NA", "…", "*", "**", "***"})
_SEEN_GAP = 1.4
"""Of the line's height: white space in an OCR line that parts two cells."""
_SEEN_SIZE = 0.7
"""Font size of an OCR line, of the height of its box."""
_WIDE_GLYPH_GAP = 0.6
"""Of the font size: a gap inside one word of CJK text that separates two cells."""


@dataclass(slots=True, eq=False)
class Token:
    """A word, or a part of one where glyphs stand far apart."""

    text: str
    box: Rect
    size: float
    bold: bool
    monospaced: bool
    rtl: bool
    confidence: float
    read_by: ReadBy
    center: tuple[float, float] = field(init=False)

    def __post_init__(self) -> None:
        x0, y0, x1, y1 = self.box
        self.center = (x0 + x1) / 2, (y0 + y1) / 2


@dataclass(slots=True, eq=False)
class Run:
    """Neighboring tokens of one visual row with no wide gap between them."""

    tokens: list[Token]
    x0: float
    x1: float

    @property
    def text(self) -> str:
        return " ".join(token.text for token in self.tokens)

    @property
    def width(self) -> float:
        return self.x1 - self.x0


@dataclass(slots=True, eq=False)
class Row:
    """Tokens on one visual line, left to right. ``y0`` and ``y1`` are those of its tallest token."""

    tokens: list[Token]
    y0: float
    y1: float

    @property
    def center(self) -> float:
        return (self.y0 + self.y1) / 2

    @property
    def height(self) -> float:
        return self.y1 - self.y0


def tokens_of(content: PageContent) -> list[Token]:
    """Every word of the page in file order, split where its glyphs stand far apart."""
    tokens: list[Token] = []
    walls = [ruling.box for ruling in content.rulings if not ruling.horizontal]
    for line in content.lines:
        if line.read_by is ReadBy.OCR:
            tokens.extend(_seen_tokens(line, walls))
            continue
        rtl = line.direction == "rtl"
        for word in line.words:
            if not word.text.strip():
                continue
            monospaced = _is_monospaced(word.font)
            for text, box in _pieces(word, rtl):
                tokens.append(
                    Token(text, box, word.size, word.bold, monospaced, rtl, word.confidence, line.read_by)
                )
    return tokens


def _seen_tokens(line: Line, walls: Sequence[Rect]) -> list[Token]:
    """Words of an OCR line joined: the boxes of its words are guesses, only wide gaps part cells."""
    groups: list[list[Word]] = []
    height = line.box.height
    for word in sorted((word for word in line.words if word.text.strip()), key=lambda word: word.box.x0):
        previous = groups[-1][-1].box if groups else None
        if previous is not None and word.box.x0 - previous.x1 <= _SEEN_GAP * height:
            middle = (line.box.y0 + line.box.y1) / 2
            between = (previous.x0 + previous.x1) / 2, (word.box.x0 + word.box.x1) / 2
            if not any(between[0] < wall.x0 < between[1] and wall.y0 < middle < wall.y1 for wall in walls):
                groups[-1].append(word)
                continue
        groups.append([word])
    tokens = []
    for group in groups:
        box = group[0].box
        for word in group[1:]:
            box = box.union(word.box)
        ordered = [word for word in line.words if any(word is one for one in group)]
        confidence = sum(word.confidence * len(word.text) for word in group) / sum(
            len(word.text) for word in group
        )
        tokens.append(
            Token(
                text=" ".join(word.text for word in ordered),
                box=box,
                size=max(group[0].size, _SEEN_SIZE * height),
                bold=False,
                monospaced=False,
                rtl=line.direction == "rtl",
                confidence=confidence,
                read_by=ReadBy.OCR,
            )
        )
    return tokens


def _is_monospaced(font: str) -> bool:
    name = font.lower()
    return any(part in name for part in ("mono", "courier", "consol", "typewriter", "cmtt", "menlo"))


def _pieces(word: Word, rtl: bool) -> list[tuple[str, Rect]]:
    glyphs = word.glyphs
    if rtl or len(glyphs) < 2 or word.box.width < 0.9 * len(glyphs) * word.size:
        return [(word.text, word.box)]
    pieces: list[tuple[str, Rect]] = []
    text, box = glyphs[0].text, glyphs[0].box
    for glyph in glyphs[1:]:
        if glyph.box.x0 - box.x1 > _WIDE_GLYPH_GAP * word.size:
            pieces.append((text, box))
            text, box = glyph.text, glyph.box
        else:
            text, box = text + glyph.text, box.union(glyph.box)
    pieces.append((text, box))
    return pieces if len(pieces) > 1 else [(word.text, word.box)]


def rows_of(tokens: Iterable[Token]) -> list[Row]:
    """Visual rows from top to bottom: a token joins a row that it overlaps by half of its height."""
    rows: list[Row] = []
    for token in sorted(tokens, key=lambda token: token.box.y0 + token.box.y1):
        y0, y1 = token.box.y0, token.box.y1
        if rows:
            row = rows[-1]
            shared = min(y1, row.y1) - max(y0, row.y0)
            if shared >= 0.5 * min(y1 - y0, row.y1 - row.y0):
                row.tokens.append(token)
                if y1 - y0 > row.y1 - row.y0:
                    row.y0, row.y1 = y0, y1
                continue
        rows.append(Row([token], y0, y1))
    for row in rows:
        row.tokens.sort(key=lambda token: token.box.x0)
    return rows


def runs_of(row: Row, gap: float) -> list[Run]:
    """Runs of a row, parted where the white space is wider than ``gap`` points."""
    runs: list[Run] = []
    for token in row.tokens:
        if runs and token.box.x0 - runs[-1].x1 - _blank_of(runs[-1].tokens[-1], token) <= gap:
            runs[-1].tokens.append(token)
            runs[-1].x1 = max(runs[-1].x1, token.box.x1)
        else:
            runs.append(Run([token], token.box.x0, token.box.x1))
    return runs


def _blank_of(left: Token, right: Token) -> float:
    """White space that belongs to full-width punctuation rather than to the gap, in points."""
    blanks = (left.text[-1] in "。，、；：！？）」』】》．") + (right.text[0] in "（「『【《")
    return blanks * 0.5 * left.size


def font_size(tokens: Sequence[Token]) -> float:
    """The usual font size in points."""
    return median(token.size for token in tokens) if tokens else 10.0


def bounds(tokens: Sequence[Token]) -> Rect:
    return Rect(
        min(token.box.x0 for token in tokens),
        min(token.box.y0 for token in tokens),
        max(token.box.x1 for token in tokens),
        max(token.box.y1 for token in tokens),
    )


def is_cjk(text: str) -> bool:
    return bool(_CJK.search(text))


def text_length(text: str) -> int:
    """Words, a CJK character counting as half a word."""
    return len(text.split()) + len(_CJK.findall(text)) // 2


def is_numeric(text: str) -> bool:
    """Mostly a number, with units and marks around it, or the mark of an empty cell."""
    text = text.strip()
    if text in _EMPTY_MARKS:
        return True
    match = _NUMBER.match(text)
    return match is not None and len(match.group()) >= 0.6 * len(text)


def join_text(tokens: Sequence[Token]) -> str:
    """The text of a cell: rows in order, CJK without spaces, words hyphenated at a row's end mended."""
    text = ""
    for row in rows_of(tokens):
        ordered = list(row.tokens)
        if sum(token.rtl for token in ordered) * 2 > len(ordered):
            ordered.reverse()
        previous: Token | None = None
        for token in ordered:
            text = _join(text, token, previous)
            previous = token
    return text


def _join(text: str, token: Token, previous: Token | None) -> str:
    if not text:
        return token.text
    both_cjk = is_cjk(text[-1]) and is_cjk(token.text[0])
    if previous is None:
        if both_cjk:
            return text + token.text
        if len(text) > 1 and text[-1] in "-\u00ad" and text[-2].isalpha() and token.text[0].islower():
            return text[:-1] + token.text
        return f"{text} {token.text}"
    if both_cjk and token.box.x0 - previous.box.x1 < 0.3 * token.size:
        return text + token.text
    return f"{text} {token.text}"
