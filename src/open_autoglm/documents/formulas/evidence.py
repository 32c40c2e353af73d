"""What speaks for mathematics on a page: which fonts set it, and what each glyph says.

Precision comes first: a glyph counts as mathematics when its font is a math font or its character is
a mathematical alphanumeric symbol; italics or signs in a text font alone prove nothing.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import groupby

from open_autoglm.documents.content import Glyph, Line, PageContent
from open_autoglm.documents.formulas.symbols import (
    ACCENTS,
    FUNCTIONS,
    SYMBOLS,
    WORDS,
    Role,
    plain_letter,
    split_names,
)
from open_autoglm.documents.math_fonts import Family, family_of

_ALPHANUMERIC = re.compile("[\u210b-\u2112\u2115\u2119-\u211d\u2124\u2128\u212c-\u2134\U0001d400-\U0001d7ff]")
_SLANTED = re.compile(r"ital|obli|slanted", re.IGNORECASE)
_SYMBOL_FONT = re.compile(r"^standardsym|^symbol", re.IGNORECASE)
_BOLD = re.compile(r"bold|^cmbx|-medi", re.IGNORECASE)
_GREEK = re.compile("[\u0391-\u03c9\u03d1-\u03f5\u2126\u2206]")
_CJK = re.compile("[\u3001-\u3007\u300a-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\uff01-\uff60]")
_CALL = re.compile(r"[A-Za-z]+\(")
_PROSE_WORD = re.compile(r"[^\W\d_]{3,}")

_WEAK = frozenset("•·∗*|{}\\†‡§¶◦.,/<>?!:;()[]0123456789…°%#′")
"""Signs of math fonts that text uses too: bullets, footnote marks, braces, old-style numerals."""

_MEMBERS = frozenset("0123456789()[]{}+=<>/|!:−-±×·∗*′'…∞≤≥≠≈→∈∑∏∫√⟨⟩")
"""Characters of a text font that may stand inside a formula, once something else proves that it is one."""


class Says(Enum):
    MATH = "mathematics"
    OPERATOR = "an operator of a math font: mathematics if it has an operand"
    MEMBER = "may stand inside a formula"
    TEXT = "prose"


@dataclass(frozen=True, slots=True)
class MathFonts:
    """The fonts of a page that set mathematics; ``tex`` says that TeX's own are among them."""

    names: frozenset[str]
    tex: bool
    whole: frozenset[str] = frozenset()
    """Fonts that set nothing but formulas, digits and brackets included (OpenType math fonts)."""

    def __bool__(self) -> bool:
        return bool(self.names)


def math_fonts(content: PageContent) -> MathFonts:
    """Quick: one pass over the words; a page without math fonts and characters ends here."""
    names = {glyph.font for line in content.lines for word in line.words for glyph in word.glyphs}
    found = {name for name in names if family_of(name) is not Family.TEXT}
    text = "".join([word.text for line in content.lines for word in line.words if word.glyphs])
    if not found and not _ALPHANUMERIC.search(text):
        return MathFonts(frozenset(), tex=False)
    carriers: Counter[str] = Counter()
    prose: Counter[str] = Counter()
    for line in content.lines:
        for word in line.words:
            if _ALPHANUMERIC.search(word.text):
                carriers.update(glyph.font for glyph in word.glyphs if _ALPHANUMERIC.match(glyph.text))
            elif _PROSE_WORD.search(word.text) and word.text.strip("(),.") not in FUNCTIONS:
                prose[word.font] += 1
    for name in [*found, *carriers]:
        by_character = family_of(name) in (Family.UNICODE, Family.TEXT)
        # A math font that sets whole sentences is this document's text font.
        if by_character and prose[name] > max(8, carriers[name]):
            found.discard(name)
        else:
            found.add(name)
    if any(name.startswith("unnamed-") for name in found):
        # Browsers store one font in parts; the part with the signs and digits of a math font has no letters.
        found |= {name for name in names if name.startswith("unnamed-") and not prose[name]}
    tex = any(family_of(name) not in (Family.UNICODE, Family.TEXT) for name in found)
    whole = frozenset(name for name in found if family_of(name) in (Family.UNICODE, Family.TEXT))
    if tex:
        found |= {name for name in names if _SYMBOL_FONT.search(name)}
        found |= _math_italics(content, names - found)
    return MathFonts(frozenset(found), tex, whole)


def _math_italics(content: PageContent, names: Iterable[str]) -> set[str]:
    """Italic text fonts that TeX takes its letters from here: most of their runs are one or two letters."""
    slanted = {name for name in names if _SLANTED.search(name)}
    if not slanted:
        return set()
    short: Counter[str] = Counter()
    long: Counter[str] = Counter()
    for line in content.lines:
        for word in line.words:
            if word.glyphs and not slanted.isdisjoint(glyph.font for glyph in word.glyphs):
                for font, run in groupby(word.glyphs, key=lambda glyph: glyph.font):
                    if font in slanted:
                        (short if len(list(run)) <= 2 else long)[font] += 1
    return {name for name in slanted if short[name] > 2 * long[name]}


def says(glyph: Glyph, fonts: MathFonts) -> Says:
    """What one glyph says by itself; words of a text font are told apart by ``label``."""
    char = glyph.text
    if plain_letter(char) is not None:
        return Says.MATH
    if glyph.font not in fonts.names:
        if fonts.tex and _GREEK.match(char):
            return Says.MATH  # TeX takes upright Greek capitals from the text font
        return Says.MEMBER if char in _MEMBERS and char != "-" else Says.TEXT
    if glyph.font in fonts.whole and char.isdigit():
        return Says.MATH
    if char in _WEAK:
        return Says.MEMBER
    role = SYMBOLS[char][1] if char in SYMBOLS else Role.ORDINARY
    return Says.OPERATOR if role in (Role.BINARY, Role.RELATION, Role.ACCENT) else Says.MATH


def label(glyphs: Sequence[Glyph], fonts: MathFonts) -> list[Says]:
    """What each of a row's glyphs, from left to right, says in its surroundings."""
    labels = [says(glyph, fonts) for glyph in glyphs]
    for start, end in _letter_runs(glyphs, fonts):
        word = "".join(glyph.text for glyph in glyphs[start:end])
        if word == "mod" or split_names(word):
            labels[start:end] = [Says.MEMBER] * (end - start)
        elif end - start == 1 and fonts.tex and _is_lone_italic(glyphs, start):
            labels[start] = Says.MATH
        elif end - start == 1 and _BOLD.search(glyphs[start].font):
            labels[start] = Says.MEMBER
    for index, glyph in enumerate(glyphs):
        over = glyph.text in ACCENTS and _is_over_math(glyphs, labels, index)
        if over or (labels[index] is Says.TEXT and _is_decimal_point(glyphs, index)):
            labels[index] = Says.MEMBER
    return labels


def _is_decimal_point(glyphs: Sequence[Glyph], index: int) -> bool:
    """A point or comma of a text font between two digits, with no space around it."""
    if glyphs[index].text not in (".", ",") or not 0 < index < len(glyphs) - 1:
        return False
    before, point, after = glyphs[index - 1 : index + 2]
    tight = max(point.box.x0 - before.box.x1, after.box.x0 - point.box.x1) < 0.25 * point.size
    return tight and before.text.isdigit() and after.text.isdigit()


def _is_over_math(glyphs: Sequence[Glyph], labels: Sequence[Says], index: int) -> bool:
    box = glyphs[index].box
    return any(
        labels[other] is Says.MATH and min(box.x1, glyphs[other].box.x1) > max(box.x0, glyphs[other].box.x0)
        for other in range(max(0, index - 2), min(len(glyphs), index + 3))
    )


def _letter_runs(glyphs: Sequence[Glyph], fonts: MathFonts) -> Iterable[tuple[int, int]]:
    """Runs of letters of text fonts without a gap, as (start, end)."""
    start = -1
    for index, glyph in enumerate(glyphs):
        is_letter = (
            glyph.text.isalpha() and glyph.font not in fonts.names and plain_letter(glyph.text) is None
        )
        joins = (
            start >= 0
            and is_letter
            and glyph.box.x0 - glyphs[index - 1].box.x1 < 0.15 * glyph.size
            and glyph.font == glyphs[index - 1].font
        )
        if start >= 0 and not joins:
            yield start, index
            start = -1
        if is_letter and start < 0:
            start = index
    if start >= 0:
        yield start, len(glyphs)


def _is_lone_italic(glyphs: Sequence[Glyph], index: int) -> bool:
    """A single italic letter between upright text, where TeX takes its math italic from a text font."""
    glyph = glyphs[index]
    if not _SLANTED.search(glyph.font) or not glyph.text.isascii():
        return False
    around = [*glyphs[max(0, index - 2) : index], *glyphs[index + 1 : index + 3]]
    neighbors = [
        other
        for other in around
        if other.font == glyph.font and other.text.isalpha() and abs(other.baseline - glyph.baseline) < 0.1
    ]
    return len(neighbors) < 2


def is_prose(line: Line, fonts: MathFonts) -> bool:
    """Whether a line holds words of a text font beside whatever else it holds."""
    words = connectives = 0
    for word in line.words:
        if _CJK.search(word.text):
            return True
        letters = [glyph for glyph in word.glyphs if glyph.font not in fonts.names and glyph.text.isalpha()]
        text = "".join(glyph.text for glyph in letters if plain_letter(glyph.text) is None)
        if not text or split_names(text) or _CALL.match(word.text):
            continue
        if text in WORDS:
            connectives += 1
        else:
            words += bool(_PROSE_WORD.search(text)) and not _starts_with_function(text)
    if words == 0:
        return False
    if words + connectives >= 2:
        return True
    return len(line.words) <= 4 and not _has_math(line, fonts)


def _starts_with_function(text: str) -> bool:
    return any(text.startswith(name) and len(text) <= len(name) + 2 for name in FUNCTIONS)


def _has_math(line: Line, fonts: MathFonts) -> bool:
    return any(says(glyph, fonts) is Says.MATH for word in line.words for glyph in word.glyphs)
