"""Keeps a catalogue up to date with a shop."""

from models import Catalogue
from readers import BadPage, read_offers


def update(fetch, catalogue, max_pages=50):
    """Read all pages of a shop into a catalogue; return ``(changes, bad pages)``.

    ``fetch(number)`` returns the text of a page, numbers begin at 1. Changes are ``{sku: (price
    before, price now)}`` of offers that the catalogue had at another price. A page that can't be
    read is listed by its number, and the next one is read all the same; three bad pages in a row
    end the reading.
    """
    changes, bad, in_a_row = {}, [], 0
    for number in range(1, max_pages + 1):
        try:
            offers, more = read_offers(fetch(number), number)
        except BadPage as error:
            bad.append(error.number)
            in_a_row += 1
            if in_a_row == 3:
                break
            continue
        in_a_row = 0
        for offer in offers:
            before = catalogue.put(offer)
            if before is not None and before != offer.price:
                changes[offer.sku] = (before, offer.price)
        if not more:
            break
    return changes, bad


def load(fetch):
    """Return a new catalogue with all that a shop offers."""
    catalogue = Catalogue()
    update(fetch, catalogue)
    return catalogue
