import asyncio

import pytest
from async_queue import fetch_all, first_page


def run(coroutine):
    return asyncio.run(asyncio.wait_for(coroutine, 2))


async def page(url):
    await asyncio.sleep(0)
    if url.startswith("bad"):
        raise ConnectionError(url)
    return url.upper()


def test_pages_and_errors():
    pages, errors = run(fetch_all(page, ["a", "bad1", "b", "bad2", "c"], workers=2))
    assert pages == {"a": "A", "b": "B", "c": "C"}
    assert sorted(errors) == ["bad1", "bad2"]
    assert isinstance(errors["bad1"], ConnectionError)


def test_workers_share_the_work():
    running = most = 0

    async def fetch(url):
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0)
        running -= 1

    run(fetch_all(fetch, range(9), workers=3))
    assert most == 3


def test_each_address_once():
    asked = []

    async def fetch(url):
        asked.append(url)

    run(fetch_all(fetch, ["a", "b", "a"], workers=1))
    assert asked == ["a", "b"]


def test_the_fastest_mirror_wins():
    cancelled = []

    async def fetch(url):
        try:
            await asyncio.sleep({"fast": 0, "slow": 60}.get(url, 0))
        except asyncio.CancelledError:
            cancelled.append(url)
            raise
        return await page(url)

    assert run(first_page(fetch, ["slow", "bad", "fast"])) == "FAST"
    assert cancelled == ["slow"]


def test_no_mirror_answers():
    with pytest.raises(ConnectionError):
        run(first_page(page, ["bad1", "bad2"]))
    with pytest.raises(ValueError, match="no mirrors"):
        run(first_page(page, []))
