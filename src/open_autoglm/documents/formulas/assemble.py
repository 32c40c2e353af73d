"""From the glyphs and rules of one formula to LaTeX.

The structure is found from geometry alone, from the inside out: pieces of delimiters, then what hangs
on rules (fractions, radicals), accents, limits, what stands between tall delimiters, and last the
rows and lines with their scripts. Distances are fractions of the font size; they follow the typesetting
rules that TeX and OpenType MATH share (The TeXbook, appendix G).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from latex2mathml.converter import convert
from latex2mathml.exceptions import (
    DenominatorNotFoundError,
    DoubleSubscriptsError,
    DoubleSuperscriptsError,
    ExtraLeftOrMissingRightError,
    InvalidAlignmentError,
    InvalidStyleForGenfracError,
    InvalidWidthError,
    LimitsMustFollowMathOperatorError,
    MissingEndError,
    MissingSuperScriptOrSubscriptError,
    NoAvailableTokensError,
    NumeratorNotFoundError,
)

from open_autoglm.documents.content import Glyph, Rect
from open_autoglm.documents.formulas.bars import read_bars
from open_autoglm.documents.formulas.delimiters import innermost_pair, join_pieces
from open_autoglm.documents.formulas.line import read_line
from open_autoglm.documents.formulas.marks import (
    attach_accents,
    attach_limits,
    join_arrows,
    join_dots,
    join_names,
    join_negations,
)
from open_autoglm.documents.formulas.nodes import Node, node_of, text_size
from open_autoglm.documents.formulas.rows import read_pair, read_rows, split_rows

MOST_CERTAIN = 0.97
"""Confidence of a formula whose every glyph and place was clear."""

MAX_GLYPHS = 400
"""Of one formula: more is not a formula, and the time to read one grows with the square."""

MAX_RULES = 60
"""Of one formula: more is a table or a drawing."""

MAX_BRACES = 30
"""Braces within braces that the parser is trusted with; it descends once for each."""

MAX_DEPTH = 12
"""Parts within parts; deeper nesting is damage, not mathematics."""

_UNPARSED = 0.3
_PARSE_ERRORS = (
    DenominatorNotFoundError,
    DoubleSubscriptsError,
    DoubleSuperscriptsError,
    ExtraLeftOrMissingRightError,
    InvalidAlignmentError,
    InvalidStyleForGenfracError,
    InvalidWidthError,
    LimitsMustFollowMathOperatorError,
    MissingEndError,
    MissingSuperScriptOrSubscriptError,
    NoAvailableTokensError,
    NumeratorNotFoundError,
    IndexError,
    KeyError,
    ValueError,
    StopIteration,
    RecursionError,
)


@dataclass(frozen=True, slots=True)
class Reading:
    """LaTeX of one formula and how far it can be trusted, 0 to 1."""

    latex: str
    confidence: float


def assemble(glyphs: Sequence[Glyph], rules: Sequence[Rect]) -> Reading:
    """Read one formula. ``rules`` are the horizontal rulings inside its box."""
    if not glyphs or len(glyphs) > MAX_GLYPHS or len(rules) > MAX_RULES:
        return Reading("", 0.0)
    nodes = _symbols(glyphs)
    whole = _read(nodes, list(rules), 0)
    latex = _tidy(whole.latex)
    confidence = max(0.0, MOST_CERTAIN - whole.doubt)
    if not parses(latex):
        confidence = min(confidence, _UNPARSED)
    return Reading(latex, round(confidence, 3))


def _symbols(glyphs: Sequence[Glyph]) -> list[Node]:
    """The glyphs as nodes, with what is one symbol drawn as several joined."""
    nodes = join_pieces([node_of(glyph) for glyph in glyphs])
    return join_arrows(join_negations(join_names(join_dots(nodes))))


def _read(nodes: list[Node], rules: list[Rect], depth: int) -> Node:
    """Any group of nodes as one node."""
    if depth > MAX_DEPTH:
        return replace(nodes[0], latex="", doubt=1.0)

    def inside(part: list[Node]) -> Node:
        return _read(part, [], depth + 1)

    nodes = read_bars(nodes, rules, inside)
    if len(nodes) == 1:
        return nodes[0]
    nodes = attach_limits(attach_accents(nodes, inside), inside)
    size = text_size(nodes)
    while (pair := innermost_pair(nodes)) is not None:
        taken = [pair.opening, *pair.inner] + ([pair.closing] if pair.closing else [])
        nodes = [node for node in nodes if not any(node is one for one in taken)]
        nodes.append(read_pair(pair, size, inside))
    rows = split_rows(nodes)
    if len(rows) > 1:
        return read_rows(rows, lambda row: read_line(row, inside))
    return read_line(nodes, inside)


_TIDY = (
    (re.compile(r"\(\s*\\operatorname\{mod\}\s*([^()]*)\)"), r"\\pmod{\1}"),
    (re.compile(r"\\operatorname\{mod\}"), r"\\bmod "),
    (re.compile(r"\\operatorname\{(limsup|liminf)\}"), r"\\\1"),
    (re.compile(r"[ \t]{2,}"), " "),
)


def _tidy(latex: str) -> str:
    for pattern, replacement in _TIDY:
        latex = pattern.sub(replacement, latex)
    return latex.strip()


def parses(latex: str) -> bool:
    """Whether MathML can be made from the LaTeX."""
    if not latex or _depth(latex) > MAX_BRACES:
        return False
    try:
        convert(latex)
    except _PARSE_ERRORS:
        return False
    return True


def _depth(latex: str) -> int:
    depth = deepest = 0
    for char in latex:
        depth += (char == "{") - (char == "}")
        deepest = max(deepest, depth)
    return deepest
