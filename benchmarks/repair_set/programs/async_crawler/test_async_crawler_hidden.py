import asyncio

import pytest
from async_crawler import crawl


class Pages:
    def __init__(self, links):
        self.links = links
        self.asked = []
        self.running = self.most = 0

    async def __call__(self, url):
        self.asked.append(url)
        self.running += 1
        self.most = max(self.most, self.running)
        try:
            await asyncio.sleep(0)
            answer = self.links[url]
            if isinstance(answer, Exception):
                raise answer
            return answer
        finally:
            self.running -= 1


CHAIN = {f"p{n}": [f"p{n + 1}"] for n in range(10)}


@pytest.mark.parametrize("depth", [0, 1, 2, 4])
def test_depth_limit(depth):
    pages = Pages(CHAIN)
    assert asyncio.run(crawl(pages, "p0", max_depth=depth)) == {f"p{n}": n for n in range(depth + 1)}
    assert pages.asked == [f"p{n}" for n in range(depth + 1)]


@pytest.mark.parametrize("at_once", [1, 2, 5])
def test_bound_on_running_fetches(at_once):
    star = {"s": [f"x{n}" for n in range(12)], **{f"x{n}": [] for n in range(12)}}
    pages = Pages(star)
    asyncio.run(crawl(pages, "s", at_once=at_once))
    assert pages.most == at_once


def test_circles_end_and_nothing_is_read_twice():
    pages = Pages({"a": ["b", "a", "b"], "b": ["a", "c", "c"], "c": ["b"]})
    assert asyncio.run(crawl(pages, "a", max_depth=9)) == {"a": 0, "b": 1, "c": 2}
    assert sorted(pages.asked) == ["a", "b", "c"]


def test_broken_start():
    assert asyncio.run(crawl(Pages({"a": TimeoutError("slow")}), "a")) == {}


def test_every_os_error_is_left_out():
    pages = Pages({"a": ["b", "c", "d"], "b": ConnectionResetError(), "c": TimeoutError(), "d": []})
    assert asyncio.run(crawl(pages, "a")) == {"a": 0, "d": 1}


def test_other_errors_end_the_crawl():
    with pytest.raises(ValueError, match="bad page"):
        asyncio.run(crawl(Pages({"a": ["b"], "b": ValueError("bad page")}), "a"))


def test_the_gate_opens_again_after_errors():
    pages = Pages({"a": [f"x{n}" for n in range(6)], **{f"x{n}": OSError() for n in range(6)}})
    assert asyncio.run(asyncio.wait_for(crawl(pages, "a", at_once=1), 5)) == {"a": 0}
