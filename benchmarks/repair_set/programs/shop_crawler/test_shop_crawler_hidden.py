import json
from decimal import Decimal

import pytest
from models import Catalogue, Offer
from readers import BadPage, read_offers
from shop_crawler import load, update


def offer(price, **more):
    rows = [{"sku": "s", "name": "n", "price": price, **more}]
    found, _ = read_offers(json.dumps({"offers": rows}), 1)
    return found[0] if found else None


@pytest.mark.parametrize("price", ["0", 0, "12.345", 7, "1e2"])
def test_prices(price):
    assert offer(price).price == Decimal(str(price))


@pytest.mark.parametrize("price", ["-1", -0.5, "", "free"])
def test_offers_without_a_price(price):
    assert offer(price) is None


def test_numbers_are_exact():
    found, _ = read_offers('{"offers": [{"sku": "s", "name": "n", "price": 0.10}]}', 1)
    assert str(found[0].price) == "0.10"


def test_tags():
    assert offer("1", tags=["b", "A", "a"]).tags == ["a", "b"]
    assert offer("1").tags == []


def test_more():
    assert read_offers('{"offers": []}', 1) == ([], False)
    assert read_offers('{"offers": [], "more": true}', 1) == ([], True)


@pytest.mark.parametrize("key", ["sku", "name", "price"])
def test_missing_parts(key):
    row = {"sku": "s", "name": "n", "price": "1"}
    del row[key]
    with pytest.raises(BadPage, match=key) as caught:
        read_offers(json.dumps({"offers": [row]}), 3)
    assert caught.value.number == 3
    assert isinstance(caught.value, ValueError)
    assert isinstance(caught.value.__cause__, KeyError)


def test_catalogue():
    catalogue = Catalogue()
    assert catalogue.put(Offer("a", "A", Decimal(0))) is None
    assert catalogue.put(Offer("a", "A", Decimal(2))) == Decimal(0)
    assert len(catalogue) == 1
    assert "a" in catalogue
    assert "A" not in catalogue
    assert catalogue.under(Decimal(2)) == []
    assert [found.sku for found in catalogue.under(Decimal("2.01"))] == ["a"]


def test_offers_do_not_share_tags():
    one, two = Offer("1", "", Decimal(1)), Offer("2", "", Decimal(1))
    one.tags.append("x")
    assert two.tags == []


def test_free_offers_that_get_a_price():
    catalogue = Catalogue()
    catalogue.put(Offer("a", "A", Decimal(0)))
    text = json.dumps({"offers": [{"sku": "a", "name": "A", "price": "5"}]})
    assert update(lambda number: text, catalogue)[0] == {"a": (Decimal(0), Decimal(5))}


@pytest.mark.parametrize("limit", [1, 2, 5])
def test_limit_on_pages(limit):
    asked = []

    def fetch(number):
        asked.append(number)
        return json.dumps({"offers": [{"sku": str(number), "name": "", "price": 1}], "more": True})

    catalogue = Catalogue()
    update(fetch, catalogue, max_pages=limit)
    assert asked == list(range(1, limit + 1))
    assert len(catalogue) == limit


def test_reading_ends_after_three_bad_pages_in_a_row():
    asked = []

    def fetch(number):
        asked.append(number)
        return "bad"

    assert update(fetch, Catalogue()) == ({}, [1, 2, 3])
    assert asked == [1, 2, 3]


def test_bad_pages_that_are_not_in_a_row():
    good = '{"offers": [{"sku": "s", "name": "n", "price": 1}], "more": true}'
    texts = ["bad", good, "bad", good, "bad", good, "bad", '{"offers": []}']
    catalogue = Catalogue()
    assert update(lambda number: texts[number - 1], catalogue) == ({}, [1, 3, 5, 7])
    assert len(catalogue) == 1


def test_last_page_ends_the_reading():
    asked = []

    def fetch(number):
        asked.append(number)
        return '{"offers": []}'

    assert len(load(fetch)) == 0
    assert asked == [1]
