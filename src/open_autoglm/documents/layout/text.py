"""Lines of a block as running text: spaces, line ends, hyphens, and formulas as inline Markdown."""

from __future__ import annotations

import re
from collections.abc import Sequence

from open_autoglm.documents.content import FoundFormula, Line, Word
from open_autoglm.documents.markdown import escape
from open_autoglm.documents.pdf.character_classes import SOFT_HYPHEN, is_cjk, is_cjk_punctuation

_WORDS = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_BROKEN = re.compile(r"([^\W\d_]+)-$")
_CONTINUED = re.compile(r"([^\W\d_]+)")

CJK_SPACE = 0.6
"""Of the font size: a gap between two CJK characters must be wider to be a space."""


class Vocabulary:
    """The words of a page: what a hyphen at a line end stands for is looked up in the page itself."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self._lines = lines
        self._words: frozenset[str] | None = None

    def __contains__(self, word: str) -> bool:
        if self._words is None:  # most pages never ask
            text = "\n".join(line.text for line in self._lines)
            self._words = frozenset(found.lower() for found in _WORDS.findall(text))
        return word.lower() in self._words


def join_lines(texts: Sequence[str], vocabulary: Vocabulary, *, recognized: bool = False) -> str:
    """Line texts as one paragraph. A hyphen that only breaks a word at a line end is dropped.

    Chinese and Japanese lines follow each other without a space, and so do figures between them, save
    where lines were ``recognized`` in a picture: there what seems one paragraph may be two statements.
    """
    joined = ""
    for text in texts:
        if not joined:
            joined = text
        elif joined.endswith(SOFT_HYPHEN):
            joined = joined[:-1] + text
        elif text and (bond := _hyphen_bond(joined, text, vocabulary)) is not None:
            joined = joined[:-1] + bond + text
        elif text and _touch(joined[-1], text[0], figures=not recognized):
            joined += text
        else:
            joined = f"{joined} {text}" if text else joined
    return joined.replace(SOFT_HYPHEN, "").strip()


def _touch(before: str, after: str, *, figures: bool) -> bool:
    """Whether two characters stand side by side without a space where a line ended between them."""
    if is_cjk_punctuation(before) or is_cjk_punctuation(after):
        return True
    if is_cjk(before):
        return is_cjk(after) or (figures and after.isdigit())
    return figures and before.isdigit() and is_cjk(after)


def _hyphen_bond(before: str, after: str, vocabulary: Vocabulary) -> str | None:
    """What stands between two line texts: nothing or "-" after a hyphen, None for a space."""
    broken = _BROKEN.search(before[-40:])
    continued = _CONTINUED.match(after)
    if broken is None or continued is None:
        return "-" if before.endswith("-") and before[-2:-1].isalnum() and after[0].isalnum() else None
    if not after[0].islower():
        return "-"
    left, right = broken.group(1), continued.group(1)
    if f"{left}{right}" in vocabulary:
        return ""
    return "-" if f"{left}-{right}" in vocabulary else ""


def line_text(line: Line) -> str:
    """The words of a line; between CJK characters only where the gap is a wide one."""
    return _join_words(line.words, [word.text for word in line.words])


def _join_words(words: Sequence[Word], texts: Sequence[str]) -> str:
    parts: list[str] = []
    before: Word | None = None
    for word, text in zip(words, texts, strict=True):
        if not text:
            continue
        if before is not None and not _touching_cjk(before, word):
            parts.append(" ")
        parts.append(text)
        before = word
    return "".join(parts)


def _touching_cjk(before: Word, after: Word) -> bool:
    if not (is_cjk(before.text[-1]) and is_cjk(after.text[0])):
        return False
    return after.box.x0 - before.box.x1 <= CJK_SPACE * max(before.size, after.size)


def line_markdown(line: Line, formulas: Sequence[FoundFormula], given: set[int]) -> str:
    """The line as Markdown with its inline formulas as ``$…$``.

    ``formulas`` are those that touch the line; ``given`` holds the identities of formulas already
    written, so that one that reaches over two lines appears once.
    """
    texts: list[str] = []
    for word in line.words:
        rest = word.text if not word.glyphs else ""
        latex = ""
        for glyph in word.glyphs:
            formula = _formula_at(
                (glyph.box.x0 + glyph.box.x1) / 2, (glyph.box.y0 + glyph.box.y1) / 2, formulas
            )
            if formula is None:
                rest += glyph.text
            elif id(formula) not in given:
                given.add(id(formula))
                rest += "\0"
                latex = f"{latex}\0{formula.latex}"
        pieces = rest.split("\0")
        inserted = [f"${one}$" for one in latex.split("\0")[1:]] + [""]
        texts.append(
            "".join(escape(piece) + formula for piece, formula in zip(pieces, inserted, strict=True))
        )
    return _join_words(line.words, texts)


def _formula_at(x: float, y: float, formulas: Sequence[FoundFormula]) -> FoundFormula | None:
    for formula in formulas:
        box = formula.box
        if box.x0 <= x <= box.x1 and box.y0 <= y <= box.y1:
            return formula
    return None
