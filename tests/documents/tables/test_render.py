"""A table as HTML and as Markdown."""

from __future__ import annotations

import pytest

from open_autoglm.documents.model import Table, TableCell
from open_autoglm.documents.tables.render import table_to_html, table_to_markdown


def _plain() -> Table:
    cells = (
        TableCell(row=0, column=0, text="a|b", header=True),
        TableCell(row=0, column=1, text="<script>", header=True),
        TableCell(row=1, column=0, text="one\ntwo"),
    )
    return Table(rows=2, columns=2, cells=cells)


def test_html_escapes_text_and_fills_holes() -> None:
    assert table_to_html(_plain()) == (
        "<table><thead><tr><th>a|b</th><th>&lt;script&gt;</th></tr></thead>"
        "<tbody><tr><td>one<br>two</td><td></td></tr></tbody></table>"
    )


def test_html_carries_spans_and_caption() -> None:
    cells = (
        TableCell(row=0, column=0, row_span=2, text="x"),
        TableCell(row=0, column=1, column_span=2, text="y"),
        TableCell(row=1, column=1, text="1"),
        TableCell(row=1, column=2, text="2"),
    )
    table = Table(rows=2, columns=3, cells=cells, caption="A & B")
    assert table_to_html(table) == (
        '<table><caption>A &amp; B</caption><tbody><tr><td rowspan="2">x</td><td colspan="2">y</td></tr>'
        "<tr><td>1</td><td>2</td></tr></tbody></table>"
    )


def test_markdown_escapes_pipes_markup_and_line_breaks() -> None:
    assert table_to_markdown(_plain()) == "| a\\|b | \\<script> |\n| --- | --- |\n| one<br>two |  |"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("snake_case 1_000", "snake_case 1_000"),
        ("_emphasis_", "\\_emphasis\\_"),
        ("p < .05*", "p \\< .05\\*"),
        ("AT&T &amp; co", "AT&T \\&amp; co"),
        ("[1] [a](b)", "[1] [a\\](b)"),
        ("C:\\dir", "C:\\\\dir"),
    ],
)
def test_markdown_escapes_only_syntax(text: str, expected: str) -> None:
    table = Table(rows=1, columns=1, cells=(TableCell(row=0, column=0, text=text),))
    assert table_to_markdown(table).splitlines()[0] == f"| {expected} |"


def test_markdown_refuses_spans() -> None:
    table = Table(rows=1, columns=2, cells=(TableCell(row=0, column=0, column_span=2, text="x"),))
    with pytest.raises(ValueError, match="table_to_html"):
        table_to_markdown(table)
