"""Lists the products of a shop whose pages lie in a folder; three faults are in here.

Run it as ``python crawler.py pages/index.html``.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path

_CHARSET = re.compile(rb"<meta[^>]+charset=[\"']?([\w-]+)", re.IGNORECASE)


@dataclass(frozen=True)
class Product:
    name: str
    price: float


class _ListingParser(HTMLParser):
    """Reads ``<span class="name">``, ``<span class="price">`` and the address of ``<a rel="next">``."""

    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []
        self.prices: list[str] = []
        self.next_page: str | None = None
        self._open: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        if tag == "span" and attributes.get("class") in ("name", "price"):
            self._open = self.names if attributes["class"] == "name" else self.prices
            self._open.append("")
        elif tag == "a" and attributes.get("rel") == "next":
            self.next_page = attributes.get("href")

    def handle_endtag(self, tag: str) -> None:
        if tag == "span":
            self._open = None

    def handle_data(self, data: str) -> None:
        if self._open is not None:
            self._open[-1] += data


def fetch(page: Path) -> str:
    """Return a page's text in the encoding that the page names, UTF-8 if it names none."""
    body = page.read_bytes()
    match = _CHARSET.search(body[:1024])
    encoding = match.group(1).decode("ascii") if match else "utf-8"
    return body.decode("utf-8")


def read_price(text: str) -> float:
    """Return the amount of a price such as ``¥1,299.00``: commas group its digits."""
    return float(text.strip().lstrip("¥"))


def read_products(html: str) -> tuple[list[Product], str | None]:
    """Return the products of a page and the address of the next one, None on the last."""
    parser = _ListingParser()
    parser.feed(html)
    pairs = zip(parser.names, parser.prices, strict=True)
    return [Product(name.strip(), read_price(price)) for name, price in pairs], parser.next_page


def crawl(start: Path, max_pages: int = 20) -> list[Product]:
    """Return the products of all pages, in order.

    A page's link to the next one is relative to the page that it stands on.
    """
    products: list[Product] = []
    page: Path | None = start
    for _ in range(max_pages):
        if page is None:
            break
        found, following = read_products(fetch(page))
        products.extend(found)
        page = start.parent / following if following else None
    return products


if __name__ == "__main__":
    for product in crawl(Path(sys.argv[1])):
        print(f"{product.price:10.2f}  {product.name}")
