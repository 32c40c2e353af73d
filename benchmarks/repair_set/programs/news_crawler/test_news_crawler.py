from datetime import date

from frontier import Frontier
from news_crawler import crawl, newest
from pages import Story, parse_day, read_story

SITE = {
    "https://n.example/": '<a href="/a">A</a><a href="b#top">B</a><a href="https://x.example/">X</a>',
    "https://n.example/a": '<h1>Rain <em>again</em></h1><time>2024-05-02 10:00</time><a href="/gone">?</a>',
    "https://n.example/b": "<h1>晴天</h1><time>2024年5月3日</time><a href='/a'>A</a>",
}


def fetch(url):
    if url not in SITE:
        raise FileNotFoundError(url)
    return SITE[url]


def test_stories_of_a_site():
    stories, failed = crawl(fetch, "https://n.example/")
    assert stories == [
        Story("https://n.example/a", "Rain again", date(2024, 5, 2)),
        Story("https://n.example/b", "晴天", date(2024, 5, 3)),
    ]
    assert failed == ["https://n.example/gone"]


def test_limit_on_pages():
    assert [story.title for story in crawl(fetch, "https://n.example/", max_pages=2)[0]] == ["Rain again"]


def test_frontier_gives_each_address_once():
    frontier = Frontier("https://n.example/list/")
    assert frontier.next() == "https://n.example/list/"
    assert frontier.add("../1", "https://n.example/list/")
    assert not frontier.add("/1#end", "https://n.example/x")
    assert len(frontier) == 1
    assert [frontier.next(), frontier.next()] == ["https://n.example/1", None]


def test_days():
    assert parse_day("posted 2024/5/1, seen 2024/6/1") == date(2024, 5, 1)
    assert parse_day("2024-02-30") is None
    assert read_story("u", "<h1>T</h1>") == Story("u", "T", None)


def test_newest_stories():
    stories = [
        Story("1", "old", date(2023, 1, 1)),
        Story("2", "undated", None),
        Story("3", "b", date(2024, 1, 1)),
        Story("4", "a", date(2024, 1, 1)),
    ]
    assert [story.title for story in newest(stories)] == ["a", "b", "old"]
    assert newest(stories, 9)[-1].title == "undated"
