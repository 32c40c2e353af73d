"""Finds the links of an HTML page."""

from html.parser import HTMLParser
from urllib.parse import urldefrag, urljoin, urlsplit


class _LinkParser(HTMLParser):
    def __init__(self, page_url):
        super().__init__()
        self.base = page_url
        self.found = []

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        href = attributes.get("href")
        if href is None:
            return
        if tag == "base":
            self.base = urljoin(self.base, href.strip())
        elif tag in ("a", "area") and not _is_nofollow(attributes):
            self.found.append(urljoin(self.base, href.strip()))


def _is_nofollow(attributes):
    rel = attributes.get("rel") or ""
    return "nofollow" in rel.lower().split()


def extract_links(html, page_url):
    """Return the absolute http and https links of a page, in the order of their first appearance.

    Links stand in the ``href`` of ``a`` and ``area`` tags. They are resolved against the page's
    address, or against the page's ``<base href>`` from there on. Space around an address is not
    part of it. Fragments are dropped, each link is listed once, and links marked
    ``rel="nofollow"`` (in any case, perhaps among other words) are left out.
    """
    parser = _LinkParser(page_url)
    parser.feed(html)
    parser.close()
    links = []
    for address in parser.found:
        link, _fragment = urldefrag(address)
        if urlsplit(link).scheme in ("http", "https") and link not in links:
            links.append(link)
    return links
