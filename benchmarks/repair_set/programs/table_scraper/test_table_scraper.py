from table_scraper import read_records, read_tables

PRICES = """
<table>
  <tr><th>City</th><th>Price</th><th>Note</th></tr>
  <tr><td>北京</td><td> 12&nbsp;800 </td><td>up &amp; running</td></tr>
  <tr><td>Oslo<br>Norway</td><td>900</td></tr>
  <tr><td></td></tr>
</table>
"""


def test_rows_and_cells():
    assert read_tables(PRICES) == [
        [
            ["City", "Price", "Note"],
            ["北京", "12 800", "up & running"],
            ["Oslo Norway", "900"],
            [""],
        ]
    ]


def test_records_are_keyed_by_the_first_row():
    assert read_records(PRICES) == [
        {"City": "北京", "Price": "12 800", "Note": "up & running"},
        {"City": "Oslo Norway", "Price": "900", "Note": ""},
    ]


def test_wide_cells_stand_in_every_column():
    assert read_tables('<table><tr><td colspan="2">a</td><td colspan>b</td></tr></table>') == [
        [["a", "a", "b"]]
    ]


def test_end_tags_may_be_missing():
    html = "<table><tr><td>1<td>2<tr><td>3</table><p>after</p><table><tr><td>4</table>"
    assert read_tables(html) == [[["1", "2"], ["3"]], [["4"]]]
