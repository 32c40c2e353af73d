"""Formulas: MathML that no model can turn into anything else."""

from __future__ import annotations

import pytest
from seen_html import SeenHtml

from open_autoglm.web.formulas import MAX_CHARACTERS, to_mathml


def test_a_formula_becomes_mathml_that_carries_its_latex_for_screen_readers() -> None:
    html = to_mathml(r"\frac{1}{2}", display=True)
    assert html.startswith('<math display="block" alttext="\\frac{1}{2}">')
    assert "<mfrac><mrow><mn>1</mn></mrow><mrow><mn>2</mn></mrow></mfrac>" in html


def test_signs_that_the_converter_writes_as_references_are_characters() -> None:
    assert "<mi>α</mi><mo>≠</mo><mi>β</mi>" in to_mathml(r"\alpha \ne \beta", display=False)


@pytest.mark.parametrize(
    "latex",
    [
        r"\text{<img src=x onerror=alert(1)>}",
        r"\text{&lt;script&gt;alert(1)&lt;/script&gt;}",
        r"\href{javascript:alert(1)}{x}",
        r"\mathrm{</math><script>alert(1)</script>}",
        r'\text{" onload="alert(1)}',
        r"\class{x}{y} \style{background:url(http://evil)}{z}",
    ],
)
def test_hostile_latex_stays_text(latex: str) -> None:
    seen = SeenHtml(to_mathml(latex, display=False))
    assert not seen.elements & {"img", "script", "a", "style", "svg"}
    assert not set(seen.attributes) & {"href", "onerror", "onload", "style", "src"}


@pytest.mark.parametrize("latex", [r"\frac{1", "x" * (MAX_CHARACTERS + 1), r"\begin{array}"])
def test_what_can_not_be_converted_is_shown_as_it_was_written(latex: str) -> None:
    html = to_mathml(latex, display=False)
    assert html.startswith(('<code class="formula-source">', "<math"))
    assert latex[:20].replace("&", "&amp;") in html
