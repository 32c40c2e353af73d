from decimal import Decimal

import pytest
from csv_report import BadRow, read_sales, totals, write_report

DATA = """\ufeffproduct,region,price,count,note
tea,华北,2.50,4,
"cup, large", 华南 ,10,1,"two
lines"
,,,,
tea,华南,2.50,2,x
""".encode()


def test_rows():
    rows = read_sales(DATA)
    assert rows[1] == {"region": "华南", "product": "cup, large", "count": 1, "price": Decimal(10)}
    assert [row["count"] for row in rows] == [4, 1, 2]


def test_totals():
    rows = read_sales(DATA)
    assert totals(rows) == {"华南": Decimal(15), "华北": Decimal(10)}
    assert list(totals(rows)) == ["华南", "华北"]
    assert totals(rows, key="product")["tea"] == Decimal(15)


def test_bad_rows_are_named_by_line():
    with pytest.raises(BadRow, match="line 3") as caught:
        read_sales(b"region,product,count,price\na,b,1,2\na,b,one,2\n")
    assert caught.value.line == 3
    with pytest.raises(BadRow, match="line 2"):
        read_sales(b"region,product,count,price\na,b,1\n")


def test_report():
    sums = {"华南": Decimal("15"), 'say "hi", all': Decimal("2.345")}
    assert write_report(sums) == 'name,total\n华南,15.00\n"say ""hi"", all",2.34\n'
