"""LaTeX from the places of glyphs, one structure at a time."""

from __future__ import annotations

import pytest
from glyph_text import glyph, row

from open_autoglm.documents.content import Glyph, Rect
from open_autoglm.documents.formulas.assemble import (
    MAX_GLYPHS,
    MAX_RULES,
    MOST_CERTAIN,
    assemble,
    parses,
)


def script(text: str, x: float, baseline: float) -> list[Glyph]:
    return row(text, x, baseline, size=7)


@pytest.mark.parametrize(
    ("glyphs", "latex"),
    [
        pytest.param([*row("x", 0, 100), *script("2", 5, 96)], "x^2", id="superscript"),
        pytest.param([*row("x", 0, 100), *script("i", 5, 102)], "x_i", id="subscript"),
        pytest.param([*row("x", 0, 100), *script("i", 5, 102), *script("2", 5.2, 96)], "x_i^2", id="both"),
        pytest.param(
            [*row("x", 0, 100), *script("n", 5, 102), *row("k", 8.6, 103, size=5)], "x_{n_k}", id="nested"
        ),
        pytest.param([*row("f", 0, 100), glyph("′", 5, 96, font="CMSY7", size=7)], "f'", id="prime"),
        pytest.param([*row("sin", 0, 100, font="CMR10"), *row("x", 17, 100)], r"\sin x", id="function"),
        pytest.param([*row("A", 0, 100, font="MSBM10")], r"\mathbb{A}", id="blackboard"),
        pytest.param([*row("L", 0, 100, font="CMSY10")], r"\mathcal{L}", id="calligraphic"),
        pytest.param([*row("v", 0, 100, font="CMBX10")], r"\mathbf{v}", id="bold"),
        pytest.param([*row("𝛼", 0, 100, font="CambriaMath")], r"\alpha", id="Unicode italic"),
        pytest.param([*row("a.b", 0, 100)[:1], *row("...", 8, 100)], r"a\ldots", id="dots"),
    ],
)
def test_structure(glyphs: list[Glyph], latex: str) -> None:
    reading = assemble(glyphs, [])
    assert reading.latex == latex
    assert reading.confidence == MOST_CERTAIN


def test_a_rule_between_two_expressions_is_a_fraction() -> None:
    reading = assemble([*row("a", 2, 100), *row("b", 2, 114)], [Rect(0, 103, 10, 103.4)])
    assert reading.latex == r"\frac{a}{b}"


def test_a_rule_over_an_expression_is_an_overline() -> None:
    assert assemble(row("AB", 0, 100), [Rect(0, 91, 10, 91.4)]).latex == r"\overline{AB}"


def test_a_radical_covers_what_stands_under_its_rule() -> None:
    surd = Glyph("√", Rect(0, 92, 8, 103), 93, "CMSY10", 10)
    reading = assemble([surd, *row("x", 9, 100), *row("y", 20, 100)], [Rect(8, 92, 15, 92.4)])
    assert reading.latex == r"\sqrt{x}y"


def test_a_radical_without_its_rule_is_doubted() -> None:
    surd = Glyph("√", Rect(0, 92, 8, 103), 93, "CMSY10", 10)
    assert assemble([surd, *row("x", 9, 100)], []).confidence < 0.6


def test_limits_stand_above_and_below_a_large_operator() -> None:
    total = Glyph("∑", Rect(0, 90, 14, 106), 90, "CMEX10", 10)
    reading = assemble([total, *script("n", 5, 88), *script("i", 5, 113), *row("x", 16, 100)], [])
    assert reading.latex == r"\sum_{i}^{n}x"


def test_a_large_brace_of_pieces_opens_cases() -> None:
    brace = [
        Glyph(char, Rect(0, top, 6, top + 10), top, "CMEX10", 10)
        for char, top in (("⎧", 85), ("⎨", 95), ("⎩", 105))
    ]
    cells = [*row("x", 8, 94), *row("a", 30, 94), *row("y", 8, 112), *row("b", 30, 112)]
    reading = assemble([*brace, *cells], [])
    assert reading.latex == r"\begin{cases} x & a \\ y & b \end{cases}"


def test_latex_that_does_not_parse_is_not_trusted() -> None:
    assert parses(r"\frac{a}{b}")
    assert not parses(r"x_a_b")
    assert not parses("")


def test_too_many_glyphs_are_refused_in_no_time() -> None:
    assert assemble(row("x" * (MAX_GLYPHS + 1), 0, 100), []).confidence == 0.0


def test_too_many_rules_and_too_deep_latex_are_refused() -> None:
    rules = [Rect(0, 100 + step, 50, 100.2 + step) for step in range(MAX_RULES + 1)]
    assert assemble(row("xy", 0, 100), rules).confidence == 0.0
    assert not parses("{" * 5000 + "x" + "}" * 5000)
