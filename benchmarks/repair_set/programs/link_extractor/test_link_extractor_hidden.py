import pytest
from link_extractor import extract_links


@pytest.mark.parametrize(
    ("href", "expected"),
    [
        ("page", "http://h.example/dir/page"),
        ("../up", "http://h.example/up"),
        ("//cdn.example/x", "http://cdn.example/x"),
        ("?q=1", "http://h.example/dir/start?q=1"),
        ("/路径", "http://h.example/路径"),
        ("https://h.example/a?b=c#d", "https://h.example/a?b=c"),
        ("\n /spaced \t", "http://h.example/spaced"),
    ],
)
def test_one_link(href, expected):
    assert extract_links(f'<a href="{href}">x</a>', "http://h.example/dir/start") == [expected]


@pytest.mark.parametrize("href", ["javascript:void(0)", "mailto:a@b.example", "tel:123", "ftp://h.example/f"])
def test_other_schemes_are_no_links(href):
    assert extract_links(f'<a href="{href}">x</a>', "http://h.example/") == []


def test_only_a_and_area_hold_links():
    html = '<link href="/s.css"><img src="/i.png"><a href="/a">a</a><AREA HREF="/b">'
    assert extract_links(html, "http://h.example/") == ["http://h.example/a", "http://h.example/b"]


def test_base_before_and_after():
    html = '<a href="one">1</a><base href="http://b.example/sub/"><a href="two">2</a>'
    assert extract_links(html, "http://h.example/x/") == [
        "http://h.example/x/one",
        "http://b.example/sub/two",
    ]


@pytest.mark.parametrize("rel", ["nofollow", "NOFOLLOW", "noopener nofollow", "nofollow ugc"])
def test_nofollow_in_any_form(rel):
    assert extract_links(f'<a rel="{rel}" href="/x">x</a>', "http://h.example/") == []


@pytest.mark.parametrize("rel", ["", "next", "nofollowing"])
def test_other_rel_words(rel):
    assert extract_links(f'<a rel="{rel}" href="/x">x</a>', "http://h.example/") == ["http://h.example/x"]


def test_attributes_without_a_value():
    assert extract_links("<a href>x</a><a rel href='/y'>y</a>", "http://h.example/") == ["http://h.example/y"]


def test_empty_page():
    assert extract_links("", "http://h.example/") == []
