"""Reads the product cards of a shop's page."""

import re
from dataclasses import dataclass
from decimal import Decimal
from html.parser import HTMLParser

_AMOUNT = re.compile(r"\d[\d,]*(?:\.\d+)?")


@dataclass(frozen=True)
class Product:
    name: str
    price: Decimal | None
    in_stock: bool


class _CardParser(HTMLParser):
    """A card is ``<div class="card">``; its parts are spans with the classes name, price and stock."""

    def __init__(self):
        super().__init__()
        self.cards = []
        self._part = None

    def handle_starttag(self, tag, attrs):
        classes = (dict(attrs).get("class") or "").split()
        if tag == "div" and "card" in classes:
            self.cards.append({})
        elif tag == "span" and self.cards:
            known = [name for name in ("name", "price", "stock") if name in classes]
            self._part = known[0] if known else None

    def handle_endtag(self, tag):
        if tag == "span":
            self._part = None

    def handle_data(self, data):
        if self._part is not None:
            card = self.cards[-1]
            card[self._part] = card.get(self._part, "") + data


def read_price(text):
    """Return the first amount in a text as a Decimal, or None where there is none.

    Commas group the digits, a point stands before the decimals: ``¥1,299.00`` is 1299.00.
    """
    match = _AMOUNT.search(text)
    return Decimal(match.group().replace(",", "")) if match else None


def read_products(html):
    """Return the products of a page, in order.

    A card without a name is left out. A product is in stock unless its stock text contains
    "sold out" in any case, or 售罄; a card without a stock text is in stock.
    """
    parser = _CardParser()
    parser.feed(html)
    products = []
    for card in parser.cards:
        name = card.get("name", "").strip()
        if not name:
            continue
        stock = card.get("stock", "").lower()
        sold_out = "sold out" in stock or "售罄" in stock
        products.append(Product(name, read_price(card.get("price", "")), not sold_out))
    return products


def cheapest(products):
    """Return the cheapest product in stock that has a price, the first of equals; None if there is none."""
    offers = [product for product in products if product.in_stock and product.price is not None]
    return min(offers, key=lambda product: product.price, default=None)
