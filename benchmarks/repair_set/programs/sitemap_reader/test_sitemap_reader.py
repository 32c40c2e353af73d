from datetime import date

import pytest
from sitemap_reader import Entry, SitemapError, parse_sitemap, read_all


def sitemap(*pairs):
    rows = "".join(f"<url><loc>{url}</loc><lastmod>{day}</lastmod></url>" for url, day in pairs)
    return f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{rows}</urlset>'


def index(*urls):
    rows = "".join(f"<sitemap><loc>{url}</loc></sitemap>" for url in urls)
    return f'<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{rows}</sitemapindex>'


SITE = {
    "/index": index("/one", "/broken", "/two", "/index"),
    "/one": sitemap(("/a", "2024-05-01"), ("/b", "2024-06-01T10:00:00+08:00")),
    "/broken": "<html><p>not found",
    "/two": sitemap(("/b", "2024-06-09"), ("/c", "")),
}


def test_entries_and_their_days():
    entries, nested = parse_sitemap("\n" + sitemap((" /a ", "2024-05-01T00:00Z"), ("/b", "soon")))
    assert entries == [Entry("/a", date(2024, 5, 1)), Entry("/b", None)]
    assert nested == []


def test_text_that_is_no_xml():
    with pytest.raises(SitemapError):
        parse_sitemap("<html><p>not found")


def test_all_sitemaps_are_read_once():
    asked = []

    def fetch(url):
        asked.append(url)
        return SITE[url]

    assert [entry.url for entry in read_all(fetch, "/index")] == ["/a", "/b", "/c"]
    assert asked == ["/index", "/one", "/broken", "/two"]


def test_only_what_changed_lately():
    found = read_all(SITE.__getitem__, "/index", since=date(2024, 6, 1))
    assert found == [Entry("/b", date(2024, 6, 1)), Entry("/c", None)]
