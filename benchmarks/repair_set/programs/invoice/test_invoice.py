from decimal import Decimal

import pytest
from invoice import Invoice, Line, cents, format_amount, split


def test_rounding():
    assert cents(Decimal("2.675")) == Decimal("2.68")
    assert cents(Decimal("-0.005")) == Decimal("-0.01")
    assert str(cents(Decimal(3))) == "3.00"


def test_lines_with_discounts():
    assert Line("tea", 3, Decimal("9.99")).total == Decimal("29.97")
    assert Line("pot", 1, Decimal("100.00"), Decimal("12.5")).total == Decimal("87.50")


def test_invoice():
    invoice = Invoice((Line("tea", 2, Decimal("25.00")), Line("cup", 1, Decimal("49.95"))))
    assert invoice.net == Decimal("99.95")
    assert invoice.total == Decimal("124.94")


def test_shipping():
    assert Invoice(()).total == 0
    assert Invoice((Line("x", 1, Decimal("200.00")),)).shipping_cost == 0
    assert Invoice((Line("x", 1, Decimal("199.99")),)).shipping_cost == Decimal(12)


def test_split():
    assert split(Decimal("10.00"), 3) == [Decimal("3.34"), Decimal("3.33"), Decimal("3.33")]
    with pytest.raises(ValueError, match="parts"):
        split(Decimal(1), 0)


def test_amounts_as_text():
    assert format_amount(Decimal("1234.5")) == "¥1,234.50"
    assert format_amount(Decimal("-0.126")) == "-¥0.13"
