import pytest
from pager import collect, read_page


def listing(items, href=None):
    link = f'<a class="more" rel="next" href="{href}">next</a>' if href else ""
    return "<ol>" + "".join(f"<li class='item'>{item}</li>" for item in items) + "</ol>" + link


def walk(pages, start, **options):
    asked = []

    def fetch(url):
        asked.append(url)
        assert len(asked) <= 30
        return pages[url]

    return collect(fetch, start, **options), asked


@pytest.mark.parametrize("limit", [1, 2, 5, 7])
def test_limit_counts_pages(limit):
    pages = {f"http://h.example/p{n}": listing([f"i{n}"], f"p{n + 1}") for n in range(20)}
    items, asked = walk(pages, "http://h.example/p0", max_pages=limit)
    assert items == [f"i{n}" for n in range(limit)]
    assert len(asked) == limit


def test_zero_pages():
    assert walk({}, "http://h.example/", max_pages=0) == ([], [])


def test_links_are_relative_to_their_own_page():
    pages = {
        "http://h.example/a/one": listing(["1"], "../b/two"),
        "http://h.example/b/two": listing(["2"], "three"),
        "http://h.example/b/three": listing(["3"], "?page=4"),
        "http://h.example/b/three?page=4": listing(["4"]),
    }
    assert walk(pages, "http://h.example/a/one")[0] == ["1", "2", "3", "4"]


def test_repeated_items_stay():
    pages = {"http://h.example/1": listing(["x", "x"], "2"), "http://h.example/2": listing(["x"])}
    assert walk(pages, "http://h.example/1")[0] == ["x", "x", "x"]


def test_a_page_that_points_to_itself():
    items, asked = walk({"http://h.example/1": listing(["x"], "1")}, "http://h.example/1")
    assert (items, len(asked)) == (["x"], 1)


def test_read_page_details():
    assert read_page("<li class='other'>no</li><li class='item'>a<br>b</li>text") == (["ab"], None)
    assert read_page("<a rel='prev' href='0'>back</a><a rel='next' href='2'>on</a>") == ([], "2")
    assert read_page("<a href='2'>plain</a>") == ([], None)
    assert read_page("<li class>none</li>") == ([], None)
