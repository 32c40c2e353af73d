import json
from decimal import Decimal

import pytest
from models import Catalogue, Offer
from readers import BadPage, read_offers
from shop_crawler import load, update


def page(*offers, more=False):
    return json.dumps({"offers": [{"sku": s, "name": s, "price": p} for s, p in offers], "more": more})


def shop(*pages):
    return lambda number: pages[number - 1]


def test_offers_of_a_page():
    text = (
        '{"offers": [{"sku": "a", "name": "茶", "price": "19.90", "tags": ["New", "tea", "NEW"]},'
        ' {"sku": "b", "name": "x", "price": 0.1}, {"sku": "c", "name": "y", "price": "ask"}], "more": true}'
    )
    assert read_offers(text, 1) == (
        [Offer("a", "茶", Decimal("19.90"), ["new", "tea"]), Offer("b", "x", Decimal("0.1"))],
        True,
    )


def test_pages_that_cannot_be_read():
    for text in ("<html>", "{}", '{"offers": [{"sku": "a"}]}', "[]"):
        with pytest.raises(BadPage, match="page 7") as caught:
            read_offers(text, 7)
        assert caught.value.number == 7


def test_all_pages_are_loaded():
    catalogue = load(shop(page(("a", 5), ("b", 3), more=True), page(("c", 9), ("d", 3))))
    assert len(catalogue) == 4
    assert [offer.sku for offer in catalogue.under(Decimal(9))] == ["b", "d", "a"]


def test_changed_prices():
    catalogue = load(shop(page(("a", 5), ("b", 3))))
    changes, bad = update(shop(page(("a", 6), ("b", "3.00"), ("c", 1))), catalogue)
    assert changes == {"a": (Decimal(5), Decimal(6))}
    assert bad == []
    assert "c" in catalogue


def test_bad_pages_are_passed_over():
    catalogue = Catalogue()
    pages = [
        page(("a", 1), more=True),
        "bad",
        "bad",
        page(("b", 1), more=True),
        "bad",
        "bad",
        "bad",
        page(("c", 1)),
    ]
    assert update(shop(*pages), catalogue) == ({}, [2, 3, 5, 6, 7])
    assert "c" not in catalogue
