import pytest
from table_scraper import read_records, read_tables


def one_row(cells):
    return read_tables(f"<table><tr>{cells}</tr></table>")[0][0]


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ("<td>a</td>", ["a"]),
        ("<td></td><td>b</td>", ["", "b"]),
        ("<td><b>bold</b> and <i>more</i></td>", ["bold and more"]),
        ("<th>h</th><td>d</td>", ["h", "d"]),
        ("<td>a\n   b\t c</td>", ["a b c"]),
        ("<td>x&lt;y&#33;</td>", ["x<y!"]),
        ("<td colspan='3'>w</td><td>z</td>", ["w", "w", "w", "z"]),
        ("<td colspan='2'>w</td><td>z</td>", ["w", "w", "z"]),
        ("<td>one<br/>two<br>three</td>", ["one two three"]),
    ],
)
def test_cells(cells, expected):
    assert one_row(cells) == expected


def test_text_outside_cells_is_no_text():
    assert read_tables("before<table>x<tr>y<td>in</td>z</tr></table>after") == [[["in"]]]


def test_cell_left_open_at_the_end_of_the_page():
    assert read_tables("<table><tr><td>a<td>b") == [[["a", "b"]]]


def test_several_tables():
    html = "".join(f"<table><tr><td>{n}</td></tr></table>" for n in range(3))
    assert read_tables(html) == [[["0"]], [["1"]], [["2"]]]
    assert read_records("<table><tr><td>a</td></tr></table><table><tr><td>k<tr><td>v</table>", index=1) == [
        {"k": "v"}
    ]


def test_page_without_tables():
    assert read_tables("<p>nothing</p><td>stray</td>") == []


def test_long_and_short_and_empty_rows():
    html = "<table><tr><td>a<td>b<tr><td>1<td>2<td>3<tr><td>4<tr><td><td><tr><td><td>5</table>"
    assert read_records(html) == [{"a": "1", "b": "2"}, {"a": "4", "b": ""}, {"a": "", "b": "5"}]


def test_header_only():
    assert read_records("<table><tr><th>a</th></tr></table>") == []
