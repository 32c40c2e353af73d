"""Crawls linked pages, a few at a time."""

import asyncio


async def crawl(fetch, start, max_depth=2, at_once=3):
    """Return ``{url: depth}`` of every page reached from ``start``, which has depth 0.

    ``await fetch(url)`` returns the links of a page. Pages are read level by level, each once,
    at its smallest depth; links of pages at ``max_depth`` are not followed. Never more than
    ``at_once`` fetches run at the same time. A page whose fetch raises OSError is left out of the
    result, and the crawl goes on; other errors end it.
    """
    gate = asyncio.Semaphore(at_once)
    depths = {}
    known = {start}
    level = [start]
    for depth in range(max_depth + 1):
        pages = await asyncio.gather(*(_links(fetch, url, gate) for url in level))
        following = []
        for url, links in zip(level, pages, strict=True):
            if links is None:
                continue
            depths[url] = depth
            for link in links:
                if link not in known:
                    known.add(link)
                    following.append(link)
        level = following
    return depths


async def _links(fetch, url, gate):
    """The links of a page, or None where it can't be read."""
    async with gate:
        try:
            return await fetch(url)
        except OSError:
            return None
