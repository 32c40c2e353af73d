"""Crawls a news site and lists its stories."""

from frontier import Frontier
from pages import read_links, read_story


def crawl(fetch, start, max_pages=100):
    """Return ``(stories, failed)`` of a site.

    ``fetch(url)`` returns a page's HTML or raises OSError; addresses that fail are listed in
    ``failed``, in order, and count as visited. At most ``max_pages`` addresses are visited.
    """
    frontier = Frontier(start)
    stories, failed = [], []
    for _ in range(max_pages):
        url = frontier.next()
        if url is None:
            break
        try:
            html = fetch(url)
        except OSError:
            failed.append(url)
            continue
        story = read_story(url, html)
        if story is not None:
            stories.append(story)
        for link in read_links(html):
            frontier.add(link, url)
    return stories, failed


def newest(stories, count=3):
    """Return at most ``count`` stories: newest first, by title within a day, undated ones last."""
    return sorted(stories, key=_age)[:count]


def _age(story):
    days = -story.day.toordinal() if story.day else 0
    return days, story.title
