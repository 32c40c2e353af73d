"""Markdown: its own structure, formulas untouched."""

from __future__ import annotations

from pathlib import Path

from markup_reading import opened, outline, regions_of, rows


def markdown(folder: Path, text: str) -> Path:
    path = folder / "a.md"
    path.write_text(text, encoding="utf-8")
    return path


def test_headings_lists_code_and_tables(tmp_path: Path) -> None:
    path = markdown(
        tmp_path,
        "---\ntitle: 'A report'\n---\n# One\n\ntwo\nlines *of* text\n\n3. three\n   - inner\n\n     more\n"
        "4. four\n\n```\ncode  $x$\n```\n\n| a | b |\n|---|---|\n| 1 | $y_1$ |\n",
    )
    regions = regions_of(path)
    assert [(region.type.value, region.text, region.marker, region.level) for region in regions[:-1]] == [
        ("heading", "One", None, 1),
        ("paragraph", "two\nlines of text", None, None),
        ("list_item", "three", "3.", 1),
        ("list_item", "inner", "•", 2),
        ("paragraph", "more", None, None),
        ("list_item", "four", "4.", 1),
        ("code", "code  $x$", None, None),
    ]
    assert rows(regions[-1].table) == [["a", "b"], ["1", "$y_1$"]]
    assert opened(path).title == "A report"


def test_formulas_keep_their_underscores_and_prices_are_no_formulas(tmp_path: Path) -> None:
    path = markdown(tmp_path, "sum $a_1*b_2*c_3$ here\n\n$$\n\\frac{a}{b}\n$$\n\nfrom $5 to $6, `$z$`\n")
    inline, displayed, prices = regions_of(path)
    assert inline.markdown == "sum $a_1*b_2*c_3$ here"
    assert displayed.formula is not None
    assert displayed.formula.latex == r"\frac{a}{b}"
    assert prices.text == "from $5 to $6, $z$"


def test_raw_html_and_harmful_links_stay_text(tmp_path: Path) -> None:
    path = markdown(tmp_path, "<script>alert(1)</script>\n\n[a](https://b.c) [x](javascript:alert(1))\n")
    script, links = regions_of(path)
    assert script.text == "<script>alert(1)</script>"
    assert (links.markdown or "").startswith("[a](https://b.c) ")
    assert "x](javascript" in links.text


def test_pictures_are_named(tmp_path: Path) -> None:
    assert outline(markdown(tmp_path, "![a cat](cat.png)\n")) == [("figure", "a cat")]
