import asyncio

import pytest
from async_queue import fetch_all, first_page


def run(coroutine, limit=2):
    return asyncio.run(asyncio.wait_for(coroutine, limit))


@pytest.mark.parametrize("workers", [1, 2, 7])
@pytest.mark.parametrize("count", [0, 1, 5])
def test_everything_is_fetched(workers, count):
    async def fetch(url):
        await asyncio.sleep(0)
        return url * 2

    assert run(fetch_all(fetch, range(count), workers)) == ({n: n * 2 for n in range(count)}, {})


def test_errors_of_many_kinds():
    async def fetch(url):
        raise {"k": KeyError, "v": ValueError, "o": OSError}[url](url)

    pages, errors = run(fetch_all(fetch, "kvo", workers=1))
    assert pages == {}
    assert {url: type(error) for url, error in errors.items()} == {
        "k": KeyError,
        "v": ValueError,
        "o": OSError,
    }


def test_order_with_one_worker():
    asked = []

    async def fetch(url):
        asked.append(url)
        if url == "b":
            raise OSError(url)
        return url

    pages, errors = run(fetch_all(fetch, ["c", "b", "a", "c"], workers=1))
    assert asked == ["c", "b", "a"]
    assert (list(pages), list(errors)) == (["c", "a"], ["b"])


def test_no_task_is_left():
    async def fetch(url):
        await asyncio.sleep(0)
        return url

    async def main():
        async with asyncio.timeout(2):
            await fetch_all(fetch, range(4), workers=5)
        return len(asyncio.all_tasks())

    assert asyncio.run(main()) == 1


def test_cancellation_ends_the_workers():
    started, ended = [], []

    async def fetch(url):
        started.append(url)
        try:
            await asyncio.sleep(60)
        finally:
            ended.append(url)

    async def main():
        call = asyncio.create_task(fetch_all(fetch, ["a", "b"], workers=2))
        while len(started) < 2:
            await asyncio.sleep(0)
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        return len(asyncio.all_tasks())

    assert asyncio.run(main()) == 1
    assert sorted(ended) == ["a", "b"]


def test_mirrors_are_asked_together():
    async def fetch(url):
        await asyncio.sleep(url)
        return url

    assert run(first_page(fetch, [60, 0.01, 30])) == 0.01


def test_late_answer_after_errors():
    async def fetch(url):
        if url == "ok":
            await asyncio.sleep(0.01)
            return "page"
        raise TimeoutError(url)

    assert run(first_page(fetch, ["x", "ok", "y"])) == "page"


def test_last_error_is_raised():
    async def fetch(url):
        await asyncio.sleep(url)
        raise OSError(f"m{url}")

    with pytest.raises(OSError, match=r"m0\.02"):
        run(first_page(fetch, [0.02, 0]))


def test_other_errors_of_mirrors_pass_and_cancel_the_rest():
    ended = []

    async def fetch(url):
        if url == "bug":
            raise ZeroDivisionError
        try:
            await asyncio.sleep(60)
        finally:
            ended.append(url)

    with pytest.raises(ZeroDivisionError):
        run(first_page(fetch, ["slow", "bug"]))
    assert ended == ["slow"]
