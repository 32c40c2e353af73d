"""A model's Markdown: shown as meant, and never more than shown."""

from __future__ import annotations

import re

import pytest
from seen_html import SeenHtml

from open_autoglm.web.markdown import MAX_COLOURED, CodeLabels, GrowingMarkdown, MarkdownRenderer

ELEMENTS = frozenset(
    """p br h1 h2 h3 h4 h5 h6 ul ol li blockquote hr strong em s a code pre span figure figcaption button div
    table thead tbody tr th td math mrow mi mo mn msup msub mfrac mtext msqrt""".split()  # noqa: SIM905
)
ATTRIBUTES = frozenset(
    "href target rel class type tabindex start style display alttext stretchy mathvariant".split()  # noqa: SIM905
)

HOSTILE = """
<script>alert(1)</script> <img src=x onerror=alert(1)> <iframe src="//evil"></iframe>

[a](javascript:alert(1)) [b](JaVaScRiPt:alert(1)) [c](data:text/html;base64,PHNjcmlwdD4=) [d](vbscript:x)
[e](//evil/x) [f](/v1/models) [g](file:///etc/passwd) <javascript:alert(1)>

![x](http://evil/pixel.png) ![y](data:image/svg+xml;base64,PHN2Zz4=) ![" onerror="alert(1)](http://evil/"x)

```"><script>alert(1)</script>
code </code></pre><script>alert(1)</script>
```

$\\text{<script>alert(1)</script>}$ \\(\\href{javascript:alert(1)}{x}\\)

| <b>a</b> | [z](javascript:1) |
|---|---|
| <svg onload=alert(1)> | `<i>` |

[ref]: javascript:alert(1) "t"
[ref] &lt;script&gt; &#60;script&#62;
"""


@pytest.fixture
def renderer() -> MarkdownRenderer:
    return MarkdownRenderer(CodeLabels(copy="Copy", code="code", picture="Picture"))


def test_a_hostile_text_yields_only_known_elements_and_attributes(renderer: MarkdownRenderer) -> None:
    seen = SeenHtml(renderer.to_html(HOSTILE))
    assert seen.elements <= ELEMENTS
    assert set(seen.attributes) <= ATTRIBUTES
    assert all(re.match(r"https?://|mailto:", address) for address in seen.attributes["href"])
    assert all(style.startswith("text-align:") for style in seen.attributes.get("style", []))


def test_nothing_is_loaded_a_picture_is_a_link(renderer: MarkdownRenderer) -> None:
    html = renderer.to_html("![A cat](https://example.org/cat.png)")
    assert "<img" not in html
    assert 'class="picture-link" href="https://example.org/cat.png"' in html
    assert ">A cat</a>" in html


def test_links_open_elsewhere_and_tell_nothing(renderer: MarkdownRenderer) -> None:
    html = renderer.to_html("[site](https://example.org/?a=1&b=2)")
    assert 'target="_blank" rel="noopener noreferrer nofollow"' in html
    assert "a=1&amp;b=2" in html


@pytest.mark.parametrize(
    "text",
    [
        "so $x^2$ is",
        r"so \(x^2\) is",
        "so $$x^2$$ is",
        r"so \[x^2\] is",
        "$$\nx^2\n$$",
        "\\[\nx^2\n\\]",
        "```math\nx^2\n```",
    ],
)
def test_every_way_to_write_a_formula_is_known(renderer: MarkdownRenderer, text: str) -> None:
    assert "<msup><mi>x</mi><mn>2</mn></msup>" in renderer.to_html(text)


def test_lines_of_a_formula_are_no_headings_and_its_signs_no_emphasis(renderer: MarkdownRenderer) -> None:
    html = renderer.to_html("$$\na_1 * b_1\n=\nc_1 * d_1\n$$\n\nafter")
    assert "<h1>" not in html
    assert "<em>" not in html
    assert html.count("<math") == 1
    assert "<p>after</p>" in html


@pytest.mark.parametrize(
    "text", ["It costs $5 and $10.", "from $5-$10", "`$x$`", "```\n$x$\n```", "    $x$", r"\$x\$", "$ x $"]
)
def test_prices_and_code_are_no_formulas(renderer: MarkdownRenderer, text: str) -> None:
    assert "<math" not in renderer.to_html(text)


def test_code_is_coloured_and_can_be_copied(renderer: MarkdownRenderer) -> None:
    html = renderer.to_html("```python\nif x < 1: pass\n```")
    assert '<span class="k">if</span>' in html
    assert "&lt;" in html
    assert '<button type="button" class="copy-code">Copy</button>' in html


@pytest.mark.parametrize("info", ["", "no-such-language", "python " + "x" * 100])
def test_code_of_any_language_is_shown(renderer: MarkdownRenderer, info: str) -> None:
    assert "whatever" in renderer.to_html(f"```{info}\nwhatever <b>\n```")


def test_very_long_code_is_shown_plain(renderer: MarkdownRenderer) -> None:
    assert '<span class="k">' not in renderer.to_html("```python\n" + "if x:\n" * (MAX_COLOURED // 5) + "```")


TEXT = (
    "# One\n\npara\nline\n\n- a\n- b\n\n```py\nx = 1\n```\n\n"
    "$$\nx^2\n$$\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\nlast"
)


@pytest.mark.parametrize("step", [1, 3, 7, 50])
def test_a_growing_text_ends_as_the_whole_one(renderer: MarkdownRenderer, step: int) -> None:
    growing, settled, last = GrowingMarkdown(renderer), "", ""
    for end in [*range(step, len(TEXT), step), len(TEXT)]:
        finished, last = growing.update(TEXT[:end])
        settled += "".join(finished)
    assert settled + last == renderer.to_html(TEXT)


def test_a_finished_block_is_given_once(renderer: MarkdownRenderer) -> None:
    growing = GrowingMarkdown(renderer)
    assert growing.update("one\n\ntw") == (["<p>one</p>\n"], "<p>tw</p>\n")
    assert growing.update("one\n\ntwo\n\nthree") == (["<p>two</p>\n"], "<p>three</p>\n")


def test_a_formula_that_is_still_being_written_is_shown_as_source(renderer: MarkdownRenderer) -> None:
    assert '<pre class="formula-source">' in renderer.to_html("$$\n\\frac{1}{")
