"""Reads the pages of a news site."""

import re
from dataclasses import dataclass
from datetime import date
from html.parser import HTMLParser

_DATE = re.compile(r"(\d{4})[-/年.](\d{1,2})[-/月.](\d{1,2})")


@dataclass(frozen=True)
class Story:
    url: str
    title: str
    day: date | None


class _Page(HTMLParser):
    def __init__(self):
        super().__init__()
        self.title = ""
        self.time = ""
        self.links = []
        self._open = None

    def handle_starttag(self, tag, attrs):
        if tag in ("h1", "time"):
            self._open = tag
        elif tag == "a":
            href = dict(attrs).get("href")
            if href:
                self.links.append(href)

    def handle_endtag(self, tag):
        if tag == self._open:
            self._open = None

    def handle_data(self, data):
        if self._open == "h1":
            self.title += data
        elif self._open == "time":
            self.time += data


def parse_day(text):
    """Return the first date in a text, or None: ``2024-5-1``, ``2024/05/01``, ``2024.5.1``, ``2024年5月1日``.

    A date that the calendar does not have counts as none.
    """
    match = _DATE.search(text)
    if match is None:
        return None
    try:
        return date(*map(int, match.groups()))
    except ValueError:
        return None


def read_story(url, html):
    """Return a page's story: the text of its ``h1`` and the day in its ``time``; None without such a text."""
    page = _parsed(html)
    title = " ".join(page.title.split())
    return Story(url, title, parse_day(page.time)) if title else None


def read_links(html):
    """Return what the links of a page say in ``href``, in order."""
    return _parsed(html).links


def _parsed(html):
    page = _Page()
    page.feed(html)
    page.close()
    return page
