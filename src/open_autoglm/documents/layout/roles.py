"""What a block is: heading, list item, caption, footnote, code or paragraph."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from open_autoglm.documents.content import Rect, Ruling
from open_autoglm.documents.layout.blocks import Block, PageStyle
from open_autoglm.documents.layout.markers import Marker, split_marker
from open_autoglm.documents.model import ReadBy, RegionType
from open_autoglm.documents.pdf.character_classes import is_cjk

LARGER = 1.12
"""Times the body size: larger text is a heading if the rest fits. OCR sizes are box heights and vary more."""

LARGER_OCR = 1.3
LONGEST_HEADING = 160
"""Characters; half of it where they are CJK."""

FOOT = 0.6
"""Of the page's height: footnotes start below."""

NEAR_FIGURE = 40.0
"""Points between a caption without punctuation and what it names."""

_CAPTION = re.compile(
    r"(?:(?:fig(?:ure|\.)?|table|tab\.|chart|scheme|plate|exhibit|algorithm|listing)\s*"
    r"(?:[A-Z]?\d{1,3}(?:[.-]\d{1,3})*[a-z]?|[IVX]{1,6})|"
    r"(?:附?图|附?表|图表)\s*\d{1,3}(?:[.\-–—]\d{1,3})*)(?P<end>\s*[.:：。|—–-]|\s+|$)",
    re.IGNORECASE,
)
_NOTE = re.compile(r"(?:\d{1,3}|[*†‡§¶※]|\[\d{1,3}\]|[①-⑳]|注[::]|Note:)\s*\S")
_SENTENCE_END = re.compile(r"[.。;；,，:：]$")
_LETTERS = re.compile(r"[^\W\d_]")


@dataclass(frozen=True, slots=True)
class Role:
    """A block's type with what goes with it; ``level`` as in ``Region``."""

    type: RegionType
    level: int | None = None
    marker: Marker | None = None


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What else is on the page that decides about a block."""

    style: PageStyle
    width: float
    height: float
    may_be_titled: bool
    """The first page, until its title is found."""
    largest: float
    """Font size of the largest block."""
    rulings: Sequence[Ruling]
    captioned: Sequence[Rect]
    """Boxes of tables and figures."""


def role_of(block: Block, text: str, around: Surroundings) -> Role:
    """``text`` is the block's joined text."""
    style = around.style
    if _is_code(block, style):
        return Role(RegionType.CODE)
    if _is_caption(block, text, around):
        return Role(RegionType.CAPTION)
    if _is_footnote(block, text, around):
        return Role(RegionType.FOOTNOTE)
    marker = split_marker(text)
    if _is_title(block, text, around):
        return Role(RegionType.TITLE)
    if _is_heading(block, text, marker, around):
        return Role(RegionType.HEADING, _heading_level(block, style))
    if marker is not None and marker.kind != "decimal":
        if marker.kind == "chapter" and len(text) > LONGEST_HEADING:
            return Role(RegionType.PARAGRAPH)
        return Role(RegionType.LIST_ITEM, 1, marker)
    return Role(RegionType.PARAGRAPH)


def _is_code(block: Block, style: PageStyle) -> bool:
    words = [word for line in block.lines for word in line.words]
    return not style.monospaced and all(word.monospaced for word in words) and len(words) > 1


def _is_caption(block: Block, text: str, around: Surroundings) -> bool:
    found = _CAPTION.match(text)
    if found is None or len(text) > 1000:
        return False
    if found.group("end").strip():
        return True
    box = block.box
    near = Rect(box.x0, box.y0 - NEAR_FIGURE, box.x1, box.y1 + NEAR_FIGURE)
    return any(near.overlap(other) > 0 for other in around.captioned)


def _is_footnote(block: Block, text: str, around: Surroundings) -> bool:
    box = block.box
    if box.y0 < FOOT * around.height or block.size > 0.95 * around.style.size or not _NOTE.match(text):
        return False
    smaller = block.size <= 0.9 * around.style.size
    ruled = any(
        ruling.horizontal
        and box.y0 - 120 < ruling.box.y1 <= box.y0 + 2
        and 30 <= ruling.box.width <= 0.5 * around.width
        and ruling.box.x0 < box.x0 + 20
        for ruling in around.rulings
    )
    return ruled or (smaller and box.y0 > 0.75 * around.height and not around.captioned)


def _larger(block: Block) -> float:
    return LARGER_OCR if block.read_by is ReadBy.OCR else LARGER


def _is_title(block: Block, text: str, around: Surroundings) -> bool:
    return (
        around.may_be_titled
        and block.size >= max(around.largest - 0.1, 1.25 * around.style.size)
        and block.box.y0 < 0.5 * around.height
        and len(block.lines) <= 4
        and _is_short(text)
    )


def _is_short(text: str) -> bool:
    if not _LETTERS.search(text):
        return False
    cjk = sum(map(is_cjk, text))
    return len(text) + cjk <= LONGEST_HEADING


def _is_heading(block: Block, text: str, marker: Marker | None, around: Surroundings) -> bool:
    style = around.style
    if len(block.lines) > 3 or not _is_short(text):
        return False
    if marker is not None and marker.kind in ("bullet", "dash"):
        return False
    if block.size >= _larger(block) * style.size:
        return not text.endswith((",", ",", ";", ";"))
    if block.size < 0.93 * style.size or _SENTENCE_END.search(text):
        return False
    numbered = marker is not None and (
        marker.kind in ("decimal", "chapter") or marker.text[0] not in "(（①第"
    )
    words = [word for line in block.lines for word in line.words]
    if all(word.bold for word in words) and not style.bold:
        return True
    set_apart = block.gap_above > 0.3 and len(block.lines) == 1 and len(words) <= 12
    if not set_apart or block.read_by is ReadBy.OCR:
        return bool(numbered and marker and marker.kind in ("decimal", "chapter") and set_apart)
    if all(word.italic for word in words) and not style.italic:
        return text[0].isupper() and len(words) <= 8
    other_font = all(word.font and word.font != style.font for word in words)
    return bool(numbered and (other_font or (marker and marker.kind in ("decimal", "chapter"))))


def _heading_level(block: Block, style: PageStyle) -> int:
    """By its size alone; what its number says shows only among all headings of the document."""
    ratio = block.size / style.size
    for level, least in enumerate((1.6, 1.3, LARGER), start=1):
        if ratio >= least:
            return level
    return 4
