"""HTML: structure kept, scripts dropped, nothing fetched."""

from __future__ import annotations

from pathlib import Path

import pytest
from markup_reading import opened, outline, regions_of, rows, word_similarity

from open_autoglm.errors import LimitExceeded


def page(folder: Path, body: str, head: str = "", encoding: str = "utf-8") -> Path:
    path = folder / "a.html"
    path.write_bytes(f"<!DOCTYPE html><html><head>{head}</head><body>{body}</body></html>".encode(encoding))
    return path


def test_headings_paragraphs_code_and_loose_text(tmp_path: Path) -> None:
    body = """<h1>One &amp; only</h1><p>a <b>bold</b>
        word</p>loose<br>lines<pre>x =  1\n  y</pre><div><section>deep</section></div>
        <script>alert(1)</script><style>p {}</style><noscript>no</noscript>"""
    path = page(tmp_path, body, '<title> The\n title </title><meta name="author" content="Ada">')
    assert outline(path) == [
        ("heading", "One & only"),
        ("paragraph", "a bold word"),
        ("paragraph", "loose\nlines"),
        ("code", "x =  1\n  y"),
        ("paragraph", "deep"),
    ]
    assert (opened(path).title, opened(path).author) == ("The title", "Ada")


def test_nested_lists_with_their_markers(tmp_path: Path) -> None:
    body = "<ol start=3><li>three<ul><li>inner <i>one</i></li></ul>rest</li><li><p>four</p></li></ol>"
    items = regions_of(page(tmp_path, body))
    assert [(item.type.value, item.marker, item.level, item.text) for item in items] == [
        ("list_item", "3.", 1, "three"),
        ("list_item", "•", 2, "inner one"),
        ("paragraph", None, None, "rest"),
        ("list_item", "4.", 1, "four"),
    ]


def test_table_spans_follow_the_rules_of_html(tmp_path: Path) -> None:
    body = """<table><caption>Sizes</caption><thead><tr><th rowspan=2>a<th colspan=2>b</tr></thead>
        <tr><td>c<td>d</tr><tr><td rowspan=9>e<td>f<table><tr><td>inner</td></tr></table><td>g</tr></table>"""
    (region,) = regions_of(page(tmp_path, body))
    assert rows(region.table) == [["a", "b", "^"], ["^", "c", "d"], ["e", "f\ninner", "g"]]
    assert region.table is not None
    assert region.table.caption == "Sizes"
    assert [cell.header for cell in region.table.cells][:3] == [True, True, False]


def test_links_are_kept_where_they_can_do_no_harm(tmp_path: Path) -> None:
    body = '<p><a href="https://a.b/c d">good</a> <a href="javascript:alert(1)">bad</a></p>'
    (region,) = regions_of(page(tmp_path, body))
    assert region.text == "good bad"
    assert region.markdown == "[good](https://a.b/c%20d) bad"


def test_formulas_that_carry_their_latex(tmp_path: Path) -> None:
    math = '<math><mi>x</mi><annotation encoding="application/x-tex">x^2</annotation></math>'
    inline, alone = regions_of(page(tmp_path, f"<p>so {math}</p><p>{math}</p>"))
    assert inline.markdown == "so $x^2$"
    assert alone.formula is not None
    assert alone.formula.latex == "x^2"


def test_pictures_are_named_but_never_fetched(tmp_path: Path) -> None:
    (figure,) = regions_of(page(tmp_path, '<img src="http://127.0.0.1:9/x.png" alt="a cat"><img src=y>'))
    assert (figure.type.value, figure.text, figure.image) == ("figure", "a cat", None)


@pytest.mark.parametrize("declared", ["", '<meta charset="gb2312">'])
def test_chinese_in_its_old_encoding(tmp_path: Path, declared: str) -> None:
    path = page(tmp_path, "<p>这是一份简体中文的报告,共有三页。</p>", declared, "gb18030")
    assert outline(path) == [("paragraph", "这是一份简体中文的报告,共有三页。")]


def test_a_table_of_endless_spans_is_bounded(tmp_path: Path) -> None:
    cells = "<td rowspan=65000 colspan=1000>x</td>"
    with pytest.raises(LimitExceeded, match=r"a\.html"):
        regions_of(page(tmp_path, f"<table>{'<tr>' + cells + '</tr>'}</table>"))


@pytest.mark.shared_data
def test_a_real_page_against_its_reference(shared_data: Path) -> None:
    assert word_similarity(shared_data / "documents" / "table_04.html") >= 0.99
