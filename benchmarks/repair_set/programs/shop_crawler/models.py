"""What a shop sells."""

from dataclasses import dataclass, field
from decimal import Decimal


@dataclass
class Offer:
    sku: str
    name: str
    price: Decimal
    tags: list[str] = field(default_factory=list)


class Catalogue:
    """Offers by their number (sku)."""

    def __init__(self):
        self._offers = {}

    def put(self, offer):
        """Add an offer, or replace the one with its number; return the price before, or None if it is new."""
        known = self._offers.get(offer.sku)
        self._offers[offer.sku] = offer
        return known.price if known else None

    def under(self, price):
        """Return the offers that cost less, cheapest first, by number where they cost the same."""
        found = [offer for offer in self._offers.values() if offer.price < price]
        return sorted(found, key=lambda offer: (offer.price, offer.sku))

    def __len__(self):
        return len(self._offers)

    def __contains__(self, sku):
        return sku in self._offers
