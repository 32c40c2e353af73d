"""Reads sitemaps, also those that list other sitemaps."""

import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass
from datetime import date

_NAMESPACE = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


class SitemapError(Exception):
    """The text is no sitemap."""


@dataclass(frozen=True)
class Entry:
    url: str
    changed: date | None = None


def parse_sitemap(text):
    """Return ``(entries, addresses of further sitemaps)`` of one sitemap.

    An entry's ``changed`` is the day of its ``lastmod``, whose time is ignored; None where it is
    missing or no date. Entries without an address are left out. Raises SitemapError where the
    text is no XML.
    """
    try:
        root = ElementTree.fromstring(text.strip())
    except ElementTree.ParseError as error:
        raise SitemapError(f"no sitemap: {error}") from error
    entries = []
    for node in root.iter(f"{_NAMESPACE}url"):
        url = (node.findtext(f"{_NAMESPACE}loc") or "").strip()
        if url:
            entries.append(Entry(url, _day(node.findtext(f"{_NAMESPACE}lastmod"))))
    nested = [(node.findtext(f"{_NAMESPACE}loc") or "").strip() for node in root.iter(f"{_NAMESPACE}sitemap")]
    return entries, [url for url in nested if url]


def read_all(fetch, url, since=None):
    """Return the entries of a sitemap and of all that it lists, each address once, in order of reading.

    ``fetch(url)`` returns a sitemap's text. A sitemap is read once, those listed first come
    first. Sitemaps that are no XML are skipped. With ``since``, entries that changed before that
    day are left out; those without a day stay.
    """
    waiting, read, entries = [url], set(), {}
    while waiting:
        address = waiting.pop(0)
        if address in read:
            continue
        read.add(address)
        try:
            found, nested = parse_sitemap(fetch(address))
        except SitemapError:
            continue
        for entry in found:
            if since is None or entry.changed is None or entry.changed >= since:
                entries.setdefault(entry.url, entry)
        waiting.extend(nested)
    return list(entries.values())


def _day(text):
    try:
        return date.fromisoformat((text or "").strip()[:10])
    except ValueError:
        return None
