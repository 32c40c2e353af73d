from decimal import Decimal

import pytest
from csv_report import BadRow, read_sales, totals, write_report

HEAD = "region,product,count,price\n"


def read(text):
    return read_sales(text.encode())


@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_marks_and_line_ends(mark, end):
    text = mark + "region,product,count,price" + end + "n,p,3,1.5" + end
    assert read(text) == [{"region": "n", "product": "p", "count": 3, "price": Decimal("1.5")}]


def test_order_of_columns_and_more_columns():
    assert read("x,price,count,region,product\n9,2,1,r,p\n") == [
        {"region": "r", "product": "p", "count": 1, "price": Decimal(2)}
    ]


def test_exact_types():
    row = read(HEAD + "r,p, 7 ,0.10\n")[0]
    assert type(row["count"]) is int
    assert str(row["price"]) == "0.10"


def test_quoted_fields():
    row = read(HEAD + '"a ""b""","c\nd",1,2\n')[0]
    assert (row["region"], row["product"]) == ('a "b"', "c\nd")


def test_empty_rows_and_files():
    assert read(HEAD + "\n,,,\nr,p,1,1\n\n")[0]["region"] == "r"
    assert len(read(HEAD + "\n,,,\nr,p,1,1\n\n")) == 1
    assert read(HEAD) == []
    assert read("") == []


@pytest.mark.parametrize("row", ["r,p,x,1", "r,p,1,x", "r,p,1.5,1", "r,p,,1", "r,p,1,", "r,p", "r,p,1"])
def test_bad_rows(row):
    with pytest.raises(BadRow) as caught:
        read(HEAD + "a,b,1,1\n" + row + "\n")
    assert caught.value.line == 3
    assert str(caught.value).startswith("line 3: ")
    assert caught.value.__cause__ is not None


def rows(*triples):
    return [{"region": r, "product": "p", "count": c, "price": Decimal(p)} for r, c, p in triples]


def test_order_of_totals():
    sums = totals(rows(("b", 1, 5), ("a", 1, 5), ("c", 2, 4), ("d", 1, 1)))
    assert list(sums.items()) == [("c", 8), ("a", 5), ("b", 5), ("d", 1)]


def test_totals_are_exact_and_may_be_negative():
    assert totals(rows(("a", 3, "0.10"), ("a", -1, "0.05"), ("b", -2, "1"))) == {
        "a": Decimal("0.25"),
        "b": Decimal(-2),
    }
    assert totals([]) == {}


def test_reports():
    assert write_report({}) == "name,total\n"
    assert write_report({"a,b": Decimal("1.005"), "c": Decimal(-3)}) == 'name,total\n"a,b",1.00\nc,-3.00\n'
