from datetime import date

import pytest
from frontier import Frontier
from news_crawler import crawl, newest
from pages import Story, parse_day, read_links, read_story


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024-05-01", date(2024, 5, 1)),
        ("on 2024.5.9!", date(2024, 5, 9)),
        ("2024年12月31日", date(2024, 12, 31)),
        ("2024-13-01", None),
        ("2023-02-29", None),
        ("24-05-01", None),
        ("", None),
    ],
)
def test_days(text, expected):
    assert parse_day(text) == expected


def test_story_details():
    assert read_story("u", "<h1> A\n b </h1>tail<time>2020-01-02</time>") == Story(
        "u", "A b", date(2020, 1, 2)
    )
    assert read_story("u", "<time>2020-01-02</time>") is None
    assert read_story("u", "<h1> </h1>") is None
    assert read_links("<a href='1'>x</a><a>y</a><a href=''>z</a><a href='2'>w</a>") == ["1", "2"]


def test_text_after_the_heading_is_no_title():
    assert read_story("u", "<h1>T</h1><p>body</p>").title == "T"


def test_frontier():
    frontier = Frontier("http://h.example/a/")
    assert len(frontier) == 1
    frontier.next()
    assert frontier.add("b", "http://h.example/a/") is True
    assert frontier.add("c", "http://h.example/z/y") is True
    assert frontier.add("http://other.example/a/b", "http://h.example/a/") is False
    assert frontier.add("/a/", "http://h.example/q") is False
    assert frontier.add("mailto:x@h.example", "http://h.example/") is False
    assert [frontier.next() for _ in range(3)] == ["http://h.example/a/b", "http://h.example/z/c", None]


@pytest.mark.parametrize("limit", [0, 1, 3, 5, 50])
def test_limits_and_circles(limit):
    site = {f"http://h.example/{n}": f"<h1>{n}</h1><a href='{(n + 1) % 5}'>on</a>" for n in range(5)}
    asked = []

    def fetch(url):
        asked.append(url)
        return site[url]

    stories, failed = crawl(fetch, "http://h.example/0", max_pages=limit)
    assert [story.title for story in stories] == [str(n) for n in range(min(limit, 5))]
    assert failed == []
    assert len(asked) == min(limit, 5)


def test_failures_count_as_visited():
    def fetch(url):
        if url.endswith("/"):
            return "".join(f"<a href='{n}'>x</a>" for n in range(4))
        raise TimeoutError(url)

    assert crawl(fetch, "http://h.example/", max_pages=3) == (
        [],
        ["http://h.example/0", "http://h.example/1"],
    )


def test_other_errors_end_the_crawl():
    def fetch(url):
        raise KeyError(url)

    with pytest.raises(KeyError):
        crawl(fetch, "http://h.example/")


def test_newest():
    dated = [Story(str(n), f"t{n}", date(2024, 1, n)) for n in range(1, 6)]
    assert [story.url for story in newest(dated)] == ["5", "4", "3"]
    assert newest(dated, 1) == [dated[4]]
    assert newest([], 3) == []
    old = Story("o", "z", date(1, 1, 1))
    assert newest([Story("u", "a", None), old]) == [old, Story("u", "a", None)]
