from decimal import Decimal

import pytest
from invoice import Invoice, Line, cents, format_amount, split


@pytest.mark.parametrize(
    ("amount", "expected"),
    [
        ("0.005", "0.01"),
        ("0.015", "0.02"),
        ("0.0149", "0.01"),
        ("1.125", "1.13"),
        ("-1.125", "-1.13"),
        ("7", "7.00"),
    ],
)
def test_cents(amount, expected):
    assert str(cents(Decimal(amount))) == expected


@pytest.mark.parametrize(
    ("count", "price", "discount", "total"),
    [
        (1, "1.00", "0", "1.00"),
        (0, "5.00", "0", "0.00"),
        (7, "0.99", "33", "4.64"),
        (1, "0.05", "50", "0.03"),
        (3, "19.95", "100", "0.00"),
        (2, "10.00", "2.5", "19.50"),
    ],
)
def test_lines(count, price, discount, total):
    assert Line("x", count, Decimal(price), Decimal(discount)).total == Decimal(total)


def test_each_line_is_rounded():
    lines = tuple(Line("x", 1, Decimal("0.05"), Decimal(50)) for _ in range(2))
    assert Invoice(lines).net == Decimal("0.06")


@pytest.mark.parametrize(
    ("price", "total"), [("100", "125.00"), ("199.99", "237.99"), ("200", "226.00"), ("0.01", "12.01")]
)
def test_totals(price, total):
    assert Invoice((Line("x", 1, Decimal(price)),)).total == Decimal(total)


def test_own_rates():
    invoice = Invoice(
        (Line("x", 1, Decimal(50)),), tax=Decimal(6), shipping=Decimal(5), free_from=Decimal(60)
    )
    assert (invoice.net, invoice.shipping_cost, invoice.total) == (50, 5, 58)


def test_nothing():
    assert str(Invoice(()).net) == "0.00"
    assert Invoice(()).shipping_cost == 0
    assert Invoice((Line("free", 1, Decimal(0)),)).shipping_cost == 12


@pytest.mark.parametrize("amount", ["0.00", "0.01", "0.02", "9.99", "10.00", "1234.57"])
@pytest.mark.parametrize("parts", [1, 2, 3, 7])
def test_split(amount, parts):
    found = split(Decimal(amount), parts)
    assert len(found) == parts
    assert sum(found) == Decimal(amount)
    assert found == sorted(found, reverse=True)
    assert found[0] - found[-1] <= Decimal("0.01")


@pytest.mark.parametrize("parts", [0, -3])
def test_no_parts(parts):
    with pytest.raises(ValueError, match="parts"):
        split(Decimal(1), parts)


@pytest.mark.parametrize(
    ("amount", "text"),
    [("0", "¥0.00"), ("999.995", "¥1,000.00"), ("-1234567.8", "-¥1,234,567.80"), ("12", "¥12.00")],
)
def test_format(amount, text):
    assert format_amount(Decimal(amount)) == text
