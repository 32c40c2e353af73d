import pytest
from url_normalizer import normalize, same_page


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://h.example", "https://h.example/"),
        ("  https://h.example/a ", "https://h.example/a"),
        ("https://H.EXAMPLE:443/A", "https://h.example/A"),
        ("https://h.example:80/", "https://h.example:80/"),
        ("http://h.example:443/", "http://h.example:443/"),
        ("http://h.example//a///b", "http://h.example/a/b"),
        ("http://h.example/a/b/..", "http://h.example/a/"),
        ("http://h.example/a/.", "http://h.example/a/"),
        ("http://h.example/..", "http://h.example/"),
        ("http://h.example/a/../../b/", "http://h.example/b/"),
        ("http://h.example/?b=2&a=1&b=1", "http://h.example/?a=1&b=1&b=2"),
        ("http://h.example/?fbclid=x&utm_medium=y", "http://h.example/"),
        ("http://h.example/?my_utm_source=1", "http://h.example/?my_utm_source=1"),
        ("http://h.example/?q=%E4%B8%AD&e", "http://h.example/?e=&q=%E4%B8%AD"),
        ("http://h.example/a?x=1#y=2", "http://h.example/a?x=1"),
        ("http://h.example/a(b),c;d=1", "http://h.example/a(b),c;d=1"),
        ("http://h.example/中", "http://h.example/%E4%B8%AD"),
        ("http://h.example/%e4%b8%ad", "http://h.example/%E4%B8%AD"),
    ],
)
def test_forms(url, expected):
    assert normalize(url) == expected


@pytest.mark.parametrize(
    "url", ["http://h.example/a b/?y=2&x=1", "HTTPS://X.example:443/%7E/..", "http://h.example/新?问=答"]
)
def test_normal_forms_do_not_change(url):
    assert normalize(normalize(url)) == normalize(url)


@pytest.mark.parametrize(
    "url", ["", "/relative", "mailto:a@b.example", "javascript:1", "http://", "https:///x"]
)
def test_refused(url):
    with pytest.raises(ValueError, match="no "):
        normalize(url)


def test_same_page():
    assert same_page("http://A.example?b=1&a=2", "http://a.example:80/?a=2&b=1#x")
    assert not same_page("http://a.example/x", "http://a.example/x/")
    assert not same_page("http://a.example/x", "https://a.example/x")
    assert not same_page("http://a.example/x", "http://a.example/X")
