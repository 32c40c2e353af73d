import asyncio

from async_crawler import crawl

SITE = {
    "/": ["/a", "/b"],
    "/a": ["/c", "/", "/b"],
    "/b": ["/broken", "/c"],
    "/c": ["/d"],
    "/d": [],
}


class Web:
    def __init__(self, pages):
        self.pages = pages
        self.asked = []
        self.running = 0
        self.most = 0

    async def fetch(self, url):
        self.asked.append(url)
        self.running += 1
        self.most = max(self.most, self.running)
        await asyncio.sleep(0)
        self.running -= 1
        if url not in self.pages:
            raise ConnectionError(url)
        return self.pages[url]


def test_pages_are_found_at_their_smallest_depth():
    web = Web(SITE)
    assert asyncio.run(crawl(web.fetch, "/")) == {"/": 0, "/a": 1, "/b": 1, "/c": 2}


def test_each_page_is_fetched_once():
    web = Web(SITE)
    asyncio.run(crawl(web.fetch, "/", max_depth=5))
    assert sorted(web.asked) == ["/", "/a", "/b", "/broken", "/c", "/d"]


def test_only_so_many_fetches_at_once():
    web = Web({"/": [f"/{n}" for n in range(10)], **{f"/{n}": [] for n in range(10)}})
    assert len(asyncio.run(crawl(web.fetch, "/", at_once=4))) == 11
    assert web.most == 4


def test_a_broken_page_does_not_end_the_crawl():
    web = Web({"/": ["/gone", "/a"], "/a": []})
    assert asyncio.run(crawl(web.fetch, "/")) == {"/": 0, "/a": 1}
