from datetime import date

import pytest
from sitemap_reader import Entry, SitemapError, parse_sitemap, read_all

SPACE = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'


def urlset(inner):
    return f"<?xml version='1.0'?><urlset {SPACE}>{inner}</urlset>"


def index(*urls):
    return (
        f"<sitemapindex {SPACE}>"
        + "".join(f"<sitemap><loc> {u}\n</loc></sitemap>" for u in urls)
        + "</sitemapindex>"
    )


@pytest.mark.parametrize(
    ("lastmod", "expected"),
    [
        ("<lastmod>2023-01-31</lastmod>", date(2023, 1, 31)),
        ("<lastmod> 2023-01-31T23:59:59Z </lastmod>", date(2023, 1, 31)),
        ("<lastmod>2023-02-30</lastmod>", None),
        ("<lastmod>yesterday</lastmod>", None),
        ("<lastmod/>", None),
        ("", None),
    ],
)
def test_days(lastmod, expected):
    assert parse_sitemap(urlset(f"<url><loc>/x</loc>{lastmod}</url>"))[0] == [Entry("/x", expected)]


def test_entries_without_an_address():
    text = urlset("<url><lastmod>2023-01-01</lastmod></url><url><loc/></url><url><loc>/ok</loc></url>")
    assert parse_sitemap(text)[0] == [Entry("/ok")]


def test_nested_addresses():
    assert parse_sitemap(index("/1", "", "/2")) == ([], ["/1", "/2"])


@pytest.mark.parametrize("text", ["", "plain", "<a><b></a>"])
def test_no_xml(text):
    with pytest.raises(SitemapError) as caught:
        parse_sitemap(text)
    assert caught.value.__cause__ is not None


def test_other_vocabularies_hold_no_entries():
    assert parse_sitemap("<html><url><loc>/x</loc></url></html>") == ([], [])


def test_order_is_breadth_first():
    pages = {
        "/r": index("/a", "/b"),
        "/a": index("/c"),
        "/b": urlset("<url><loc>/from-b</loc></url>"),
        "/c": urlset("<url><loc>/from-c</loc></url>"),
    }
    assert [entry.url for entry in read_all(pages.__getitem__, "/r")] == ["/from-b", "/from-c"]


def test_first_entry_of_an_address_stays():
    pages = {
        "/r": index("/a", "/b"),
        "/a": urlset("<url><loc>/x</loc><lastmod>2020-01-01</lastmod></url>"),
        "/b": urlset("<url><loc>/x</loc><lastmod>2022-01-01</lastmod></url>"),
    }
    assert read_all(pages.__getitem__, "/r") == [Entry("/x", date(2020, 1, 1))]


@pytest.mark.parametrize(("since", "count"), [(date(2020, 1, 1), 1), (date(2020, 1, 2), 0), (None, 1)])
def test_since(since, count):
    text = urlset("<url><loc>/x</loc><lastmod>2020-01-01</lastmod></url>")
    assert len(read_all(lambda url: text, "/r", since)) == count


def test_broken_sitemaps_are_skipped():
    pages = {"/r": index("/bad", "/good"), "/bad": "oops <", "/good": urlset("<url><loc>/x</loc></url>")}
    assert read_all(pages.__getitem__, "/r") == [Entry("/x")]


def test_entries_without_a_day_stay():
    text = urlset("<url><loc>/x</loc></url><url><loc>/y</loc><lastmod>2019-01-01</lastmod></url>")
    assert read_all(lambda url: text, "/r", date(2020, 1, 1)) == [Entry("/x")]


def test_circles_of_sitemaps_end():
    pages = {"/a": index("/b"), "/b": index("/a", "/b")}
    asked = []

    def fetch(url):
        asked.append(url)
        assert len(asked) < 9
        return pages[url]

    assert read_all(fetch, "/a") == []
    assert asked == ["/a", "/b"]
