import asyncio

import pytest
from async_timeouts import Outcome, counts, fetch_one, fetch_within


class Web:
    def __init__(self):
        self.cancelled = []

    async def fetch(self, url):
        name, _, seconds = url.partition(":")
        try:
            await asyncio.sleep(float(seconds or 0))
        except asyncio.CancelledError:
            self.cancelled.append(name)
            raise
        if name == "down":
            raise ConnectionError("no route")
        if name == "bug":
            raise ValueError("bug")
        return name.upper()


def run(coroutine):
    return asyncio.run(asyncio.wait_for(coroutine, 5))


def test_one_page():
    web = Web()
    assert run(fetch_one(web.fetch, "a", 1)) == Outcome("a", "ok", "A")
    assert run(fetch_one(web.fetch, "slow:60", 0.02)) == Outcome("slow:60", "timeout")
    assert run(fetch_one(web.fetch, "down", 1)) == Outcome("down", "error", "no route")
    assert web.cancelled == ["slow"]


def test_outcomes_in_the_order_of_the_addresses():
    web = Web()
    outcomes = run(fetch_within(web.fetch, ["b:0.01", "a", "slow:60"], each=0.3, total=4))
    assert [outcome.status for outcome in outcomes] == ["ok", "ok", "timeout"]
    assert [outcome.value for outcome in outcomes] == ["B", "A", None]


def test_the_limit_of_all():
    web = Web()
    outcomes = run(fetch_within(web.fetch, ["a", "slow:60"], each=30, total=0.3))
    assert outcomes == [Outcome("a", "ok", "A"), Outcome("slow:60", "skipped")]
    assert web.cancelled == ["slow"]
    assert run(fetch_within(web.fetch, [], each=1, total=1)) == []


def test_errors_that_are_no_outcome():
    web = Web()
    with pytest.raises(ValueError, match="bug"):
        run(fetch_within(web.fetch, ["slow:60", "bug"], each=30, total=30))
    assert web.cancelled == ["slow"]


def test_counts():
    assert counts([Outcome("a", "ok"), Outcome("b", "error"), Outcome("c", "ok")]) == {"ok": 2, "error": 1}
