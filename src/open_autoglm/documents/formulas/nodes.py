"""The pieces a formula is put together from: a glyph, or a part that was already put together."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from open_autoglm.documents.content import Glyph, Rect
from open_autoglm.documents.formulas.symbols import SYMBOLS, UPRIGHT, Role, plain_letter
from open_autoglm.documents.math_fonts import Family, family_of, is_bold

AXIS = 0.25
"""Of the font size: how far the math axis (fraction bars, the middle of large operators) lies above
the baseline (The TeXbook, appendix G, sigma 22)."""

_SLANTED_TEXT = re.compile(r"ital|obli|slanted|^cmti|^cmmi", re.IGNORECASE)
_BOLD_TEXT = re.compile(r"bold|^cmbx|-medi|^cmb1|heavy|black", re.IGNORECASE)

_UNKNOWN = 0.5
"""Doubt of a character that has no LaTeX name here."""


@dataclass(frozen=True, slots=True)
class Node:
    """``doubt`` is what reading this part takes off the formula's confidence, 0 to 1.

    ``baseline`` of a ``centered`` part (fraction, large operator, tall delimiter) follows from its middle.
    ``char`` is empty for parts; ``upright`` marks letters that may belong to a name.
    """

    latex: str
    role: Role
    box: Rect
    baseline: float
    size: float
    char: str = ""
    family: Family = Family.TEXT
    upright: bool = False
    centered: bool = False
    doubt: float = 0.0

    @property
    def axis(self) -> float:
        return self.baseline - AXIS * self.size

    @property
    def x(self) -> float:
        return (self.box.x0 + self.box.x1) / 2

    @property
    def y(self) -> float:
        return (self.box.y0 + self.box.y1) / 2


def node_of(glyph: Glyph) -> Node:
    """A glyph as a node: its LaTeX by character and font, its role in a formula."""
    family = family_of(glyph.font)
    latex, role, upright, doubt = _meaning(glyph.text, glyph.font, family)
    centered = role in (Role.LARGE, Role.RADICAL, Role.PIECE) or family is Family.EXTENSION
    box = glyph.box
    baseline = glyph.baseline
    if centered:
        baseline = (box.y0 + box.y1) / 2 + AXIS * glyph.size
    return Node(latex, role, box, baseline, glyph.size, glyph.text, family, upright, centered, doubt)


def _meaning(char: str, font: str, family: Family) -> tuple[str, Role, bool, float]:
    """LaTeX, role, whether it is an upright letter, doubt."""
    plain = plain_letter(char)
    if plain is not None:
        base, style = plain
        latex, role = SYMBOLS.get(base, (base, Role.ORDINARY))
        return (f"{style}{{{latex}}}" if style else latex), role, False, 0.0
    bold = is_bold(font) or (family is Family.TEXT and bool(_BOLD_TEXT.search(font)))
    if char in SYMBOLS:
        latex, role = SYMBOLS[char]
        if bold and role is Role.ORDINARY and char.isalpha():
            latex = rf"\boldsymbol{{{latex}}}"
        return latex, role, False, 0.0
    if char.isascii() and char.isalpha():
        style, upright = _letter_style(char, font, family, bold)
        return (f"{style}{{{char}}}" if style else char), Role.ORDINARY, upright, 0.0
    if char.isascii() and char.isdigit():
        return char, Role.ORDINARY, False, 0.0
    if char.isalpha():  # words of other scripts
        return char, Role.ORDINARY, True, 0.05
    return char, Role.ORDINARY, False, _UNKNOWN


def _letter_style(char: str, font: str, family: Family, bold: bool) -> tuple[str, bool]:
    """The style command of a letter by its font, and whether it is upright."""
    if family is Family.ITALIC:
        return (r"\boldsymbol" if bold else ""), False
    if family in (Family.SYMBOLS, Family.CALLIGRAPHIC):
        return r"\mathcal", False
    if family is Family.AMS_B and char.isupper():
        return r"\mathbb", False
    if family is Family.FRAKTUR:
        return r"\mathfrak", False
    if family is Family.TEXT and _SLANTED_TEXT.search(font):
        return "", False
    if bold:
        return r"\mathbf", False
    return "", True


def union(nodes: Iterable[Node]) -> Rect:
    boxes = [node.box for node in nodes]
    return Rect(
        min(box.x0 for box in boxes),
        min(box.y0 for box in boxes),
        max(box.x1 for box in boxes),
        max(box.y1 for box in boxes),
    )


def text_size(nodes: Iterable[Node]) -> float:
    """The font size of the line: that of its letters, since large symbols may come from scaled fonts."""
    sizes = [(not node.centered, node.size) for node in nodes]
    letters = [size for is_letter, size in sizes if is_letter]
    return max(letters or [size for _, size in sizes])


def styled_upright(node: Node) -> Node:
    """A single upright letter that is no part of a name."""
    if len(node.char) == 1 and node.char.isalpha():
        return replace(node, latex=f"{UPRIGHT}{{{node.char}}}", upright=False)
    return node
