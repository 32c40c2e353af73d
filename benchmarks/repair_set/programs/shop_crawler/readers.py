"""Reads the shop's JSON pages."""

import json
from decimal import Decimal, InvalidOperation

from models import Offer


class BadPage(ValueError):
    """A page that can't be read; ``number`` says which."""

    def __init__(self, number, reason):
        super().__init__(f"page {number}: {reason}")
        self.number = number


def read_offers(text, number):
    """Return ``(offers, whether there are more pages)`` of a page.

    A page is ``{"offers": [{"sku", "name", "price", "tags"?}], "more": bool?}``. Prices are texts
    or numbers and become exact decimals; an offer whose price is no number or negative is left
    out. Tags are lower case and sorted, each once. Without ``more`` there are no more pages. Raises
    BadPage where the text is no JSON, or a part that must be there is missing.
    """
    try:
        page = json.loads(text, parse_float=Decimal)
        offers = [_offer(row) for row in page["offers"]]
    except json.JSONDecodeError as error:
        raise BadPage(number, "no JSON") from error
    except (KeyError, TypeError) as error:
        raise BadPage(number, f"misses {error}") from error
    return [offer for offer in offers if offer is not None], bool(page.get("more", False))


def _offer(row):
    sku, name, text = row["sku"], row["name"], row["price"]
    try:
        price = Decimal(text)
    except InvalidOperation:
        return None
    tags = sorted({tag.lower() for tag in row.get("tags", [])})
    return Offer(sku, name, price, tags) if price >= 0 else None
