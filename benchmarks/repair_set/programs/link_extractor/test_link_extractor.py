from link_extractor import extract_links

PAGE = """
<html><body>
  <a href="/news">News</a>
  <a href="about.html">About</a>
  <a name="top">No link at all</a>
  <a href="https://other.example/x#part">Elsewhere</a>
  <a href="mailto:info@site.example">Write to us</a>
</body></html>
"""


def test_links_are_absolute_and_in_order():
    assert extract_links(PAGE, "https://site.example/docs/index.html") == [
        "https://site.example/news",
        "https://site.example/docs/about.html",
        "https://other.example/x",
    ]


def test_each_link_is_listed_once():
    html = '<a href="/a#one">1</a><a href="/b">2</a><a href="/a#two">3</a>'
    assert extract_links(html, "https://s.example/") == ["https://s.example/a", "https://s.example/b"]


def test_nofollow_links_are_left_out():
    html = '<a rel="external NoFollow" href="/ad">Ad</a><a rel="next" href="/2">2</a>'
    assert extract_links(html, "https://s.example/1") == ["https://s.example/2"]


def test_base_address_counts_from_where_it_stands():
    html = '<base href=" /v2/ "><a href="intro ">Intro</a><area href="map">'
    assert extract_links(html, "https://s.example/v1/") == [
        "https://s.example/v2/intro",
        "https://s.example/v2/map",
    ]
