import asyncio

import pytest
from async_timeouts import Outcome, counts, fetch_one, fetch_within


def run(coroutine):
    return asyncio.run(asyncio.wait_for(coroutine, 5))


async def sleeper(seconds):
    await asyncio.sleep(seconds)
    return f"after {seconds}"


async def failing(url):
    await asyncio.sleep(0)
    raise {"os": OSError("disk"), "reset": ConnectionResetError("reset"), "key": KeyError("k")}[url]


def test_kinds_of_outcomes():
    assert run(fetch_one(sleeper, 0, 1)) == Outcome(0, "ok", "after 0")
    assert run(fetch_one(sleeper, 9, 0.01)) == Outcome(9, "timeout", None)
    assert run(fetch_one(failing, "os", 1)) == Outcome("os", "error", "disk")
    assert run(fetch_one(failing, "reset", 1)) == Outcome("reset", "error", "reset")
    with pytest.raises(KeyError):
        run(fetch_one(failing, "key", 1))


def test_pages_are_fetched_at_the_same_time():
    running = most = 0

    async def fetch(url):
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0.01)
        running -= 1
        return url

    outcomes = run(fetch_within(fetch, list("abcdef"), each=2, total=2))
    assert most == 6
    assert [outcome.url for outcome in outcomes] == list("abcdef")


@pytest.mark.parametrize(("each", "total", "status"), [(0.2, 4, "timeout"), (4, 0.2, "skipped")])
def test_the_shorter_limit_counts(each, total, status):
    assert run(fetch_within(sleeper, [30, 0], each, total)) == [
        Outcome(30, status),
        Outcome(0, "ok", "after 0"),
    ]


def test_errors_do_not_end_the_others():
    outcomes = run(fetch_within(failing, ["os", "reset"], 1, 1))
    assert [outcome.status for outcome in outcomes] == ["error", "error"]


def test_no_task_is_left():
    async def main(urls, fetch):
        try:
            await fetch_within(fetch, urls, each=20, total=0.02)
        except KeyError:
            pass
        return len(asyncio.all_tasks())

    assert run(main([30, 0], sleeper)) <= 2
    assert asyncio.run(main(["key", "os"], failing)) == 1
    assert asyncio.run(main([30, 40], sleeper)) == 1


def test_same_address_twice():
    outcomes = run(fetch_within(sleeper, [0, 0], 1, 1))
    assert outcomes == [Outcome(0, "ok", "after 0")] * 2


def test_counts():
    statuses = ["ok", "skipped", "ok", "timeout", "ok"]
    assert counts(Outcome("", status) for status in statuses) == {"ok": 3, "skipped": 1, "timeout": 1}
    assert counts([]) == {}
