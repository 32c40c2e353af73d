import pytest
from url_normalizer import normalize, same_page


def test_case_port_and_fragment():
    assert normalize("HTTP://News.Example:80/World#top") == "http://news.example/World"
    assert normalize("https://news.example:8443") == "https://news.example:8443/"


def test_dots_in_the_path():
    assert normalize("http://h.example/a/./b/../c/") == "http://h.example/a/c/"
    assert normalize("http://h.example/../../x") == "http://h.example/x"


def test_parameters_are_sorted_and_tracking_is_dropped():
    url = "https://h.example/p?z=1&a=&utm_source=mail&spm=a2.1&b=x%20y"
    assert normalize(url) == "https://h.example/p?a=&b=x+y&z=1"


def test_percent_encoding():
    assert normalize("http://h.example/新闻/a b") == "http://h.example/%E6%96%B0%E9%97%BB/a%20b"
    assert same_page("http://h.example/%7euser", "http://h.example/~user")


def test_other_addresses_are_refused():
    with pytest.raises(ValueError, match="no web address"):
        normalize("ftp://h.example/file")
    with pytest.raises(ValueError, match="no host"):
        normalize("http:///path")
