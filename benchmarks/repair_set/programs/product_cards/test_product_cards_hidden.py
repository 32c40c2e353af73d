from decimal import Decimal

import pytest
from product_cards import Product, cheapest, read_price, read_products


def card(**parts):
    spans = "".join(f'<span class="{name}">{text}</span>' for name, text in parts.items())
    return f'<div class="card">{spans}</div>'


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("¥0.99", "0.99"),
        ("1,000", "1000"),
        ("price: 12.50 was 15.00", "12.50"),
        ("$3", "3"),
        ("10,999,000.5", "10999000.5"),
        ("2.", "2"),
        ("0", "0"),
    ],
)
def test_amounts(text, expected):
    assert read_price(text) == Decimal(expected)
    assert isinstance(read_price(text), Decimal)


@pytest.mark.parametrize("text", ["", "free", ",", "¥"])
def test_no_amount(text):
    assert read_price(text) is None


@pytest.mark.parametrize(
    ("stock", "expected"),
    [("SOLD OUT", False), ("Sold out!", False), ("售罄", False), ("in stock", True), ("", True)],
)
def test_stock(stock, expected):
    assert read_products(card(name="x", price="1", stock=stock))[0].in_stock is expected


def test_parts_belong_to_their_card():
    products = read_products(card(name="a", price="1") + card(name="b") + card(name="c", price="3"))
    assert [(p.name, p.price) for p in products] == [("a", Decimal(1)), ("b", None), ("c", Decimal(3))]


def test_other_spans_and_text_are_ignored():
    html = '<div class="card"><span class="name big"> A </span>text<span class="note">n</span>more</div>'
    assert read_products(html) == [Product("A", None, True)]
    assert read_products('<div class="cards"><span class="name">no card</span></div>') == []


def test_cards_with_more_classes():
    html = '<div class="new card"><span class="name">A</span></div><div class="row"></div>'
    assert read_products(html) == [Product("A", None, True)]


def test_nameless_cards():
    assert read_products(card(price="1") + card(name="  ") + card(name="z")) == [Product("z", None, True)]


def test_entities_in_names():
    assert read_products(card(name="Salt &amp; Pepper"))[0].name == "Salt & Pepper"


def test_free_products_can_be_the_cheapest():
    free, paid = Product("free", Decimal(0), True), Product("paid", Decimal(1), True)
    assert cheapest([paid, free]) is free


def test_first_of_equals():
    first, second = Product("one", Decimal(5), True), Product("two", Decimal("5.00"), True)
    assert cheapest([first, second]) is first
    assert cheapest([Product("x", Decimal(1), False), Product("y", None, True)]) is None
