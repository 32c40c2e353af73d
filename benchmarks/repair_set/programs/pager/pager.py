"""Collects the items of a listing that is spread over several pages."""

from html.parser import HTMLParser
from urllib.parse import urljoin


class _ListingParser(HTMLParser):
    """Reads ``<li class="item">`` texts and the address of ``<a rel="next">``."""

    def __init__(self):
        super().__init__()
        self.items = []
        self.next_href = None
        self._inside = False

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        if tag == "li" and "item" in (attributes.get("class") or "").split():
            self._inside = True
            self.items.append("")
        elif tag == "a" and attributes.get("rel") == "next":
            self.next_href = attributes.get("href")

    def handle_endtag(self, tag):
        if tag == "li":
            self._inside = False

    def handle_data(self, data):
        if self._inside:
            self.items[-1] += data


def read_page(html):
    """Return ``(items, next href or None)`` of one page; items are stripped of space at both ends."""
    parser = _ListingParser()
    parser.feed(html)
    return [item.strip() for item in parser.items], parser.next_href


def collect(fetch, start_url, max_pages=50):
    """Return the items of a listing, page after page, in order and with repetitions.

    ``fetch(url)`` returns a page's HTML. The next page is where ``<a rel="next">`` points,
    relative to the page it stands on. Ends at a page without such a link, before a page that was
    read already, and after ``max_pages`` pages.
    """
    items = []
    seen = set()
    url = start_url
    while url is not None and url not in seen and len(seen) < max_pages:
        seen.add(url)
        found, href = read_page(fetch(url))
        items.extend(found)
        url = urljoin(url, href) if href else None
    return items
