"""The models in memory: loaded on demand, shared, drained, unloaded."""

from __future__ import annotations

import math
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio
import pytest
from anyio.lowlevel import checkpoint
from pool_doubles import Clock, ScriptedLoader, served, upstream

from open_autoglm.errors import EngineStartFailed, EngineUnavailable
from open_autoglm.serving.model_facts import ModelStatus
from open_autoglm.serving.model_pool import FAILURE_SHOWN_S, ModelPool
from open_autoglm.serving.served_model import ServedModel

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(30)]


class Users:
    """Requests that hold leases until they are told to let go."""

    def __init__(self, pool: ModelPool) -> None:
        self.pool = pool
        self.served: list[str] = []
        self.errors: list[str] = []
        self._leave: dict[str, anyio.Event] = {}
        self._scopes: dict[str, anyio.CancelScope] = {}
        self._tasks = anyio.create_task_group()

    @classmethod
    @asynccontextmanager
    async def of(cls, pool: ModelPool) -> AsyncIterator[Users]:
        users = cls(pool)
        async with users._tasks:
            yield users
            users._tasks.cancel_scope.cancel()

    async def asks(self, user: str, model: ServedModel) -> None:
        self._leave[user] = anyio.Event()
        self._scopes[user] = anyio.CancelScope()
        self._tasks.start_soon(self._live, user, model)
        await settle()

    async def finishes(self, user: str) -> None:
        self._leave[user].set()
        await settle()

    async def goes_away(self, user: str) -> None:
        self._scopes[user].cancel()
        await settle()

    async def _live(self, user: str, model: ServedModel) -> None:
        with self._scopes[user]:
            try:
                async with self.pool.lease(model) as loaded:
                    assert loaded.engine.model == model.name
                    self.served.append(user)
                    await self._leave[user].wait()
            except EngineStartFailed as error:
                self.errors.append(f"{user}: {error.message}")


async def settle() -> None:
    for _ in range(40):
        await checkpoint()


def states(pool: ModelPool) -> dict[str, str]:
    return {status.name: status.state for status in pool.status()}


def status_of(pool: ModelPool, name: str) -> ModelStatus:
    return next(status for status in pool.status() if status.name == name)


A, B, C = served("a"), served("b"), served("c")


async def test_requests_for_one_model_share_its_load() -> None:
    loader = ScriptedLoader()
    loader.may_open = anyio.Event()
    async with ModelPool(loader, clock=Clock()) as pool, Users.of(pool) as users:
        for user in ("1", "2", "3"):
            await users.asks(user, A)
        assert states(pool) == {"a": "loading"}
        assert status_of(pool, "a").waiting == 3
        loader.may_open.set()
        await settle()
        assert users.served == ["1", "2", "3"]
        assert loader.opened == ["a"]
        assert states(pool) == {"a": "answering"}


async def test_a_model_stays_warm_between_requests() -> None:
    loader = ScriptedLoader()
    async with ModelPool(loader, clock=Clock()) as pool:
        for _ in range(3):
            async with pool.lease(A):
                pass
        assert loader.opened == ["a"]
        assert states(pool) == {"a": "ready"}


async def test_models_that_fit_together_stay_together() -> None:
    loader = ScriptedLoader(room=2)
    async with ModelPool(loader, clock=Clock()) as pool:
        async with pool.lease(A), pool.lease(B):
            assert states(pool) == {"a": "answering", "b": "answering"}
        assert loader.closed == []


async def test_the_idle_model_used_longest_ago_makes_room() -> None:
    loader, clock = ScriptedLoader(room=2), Clock()
    async with ModelPool(loader, clock=clock) as pool:
        for model in (A, B, A, C):
            clock.now += 1
            async with pool.lease(model):
                pass
        assert loader.closed == ["b"]
        assert set(states(pool)) == {"a", "c"}


async def test_a_leased_model_is_never_unloaded_and_the_load_waits() -> None:
    loader = ScriptedLoader()
    async with ModelPool(loader, clock=Clock()) as pool, Users.of(pool) as users:
        await users.asks("1", A)
        await users.asks("2", B)
        assert loader.closed == []
        assert states(pool) == {"a": "draining", "b": "loading"}
        await users.finishes("1")
        assert users.served == ["1", "2"]
        assert loader.closed == ["a"]


async def test_new_requests_for_a_draining_model_wait_behind_the_one_that_needs_its_room() -> None:
    loader = ScriptedLoader()
    async with ModelPool(loader, clock=Clock()) as pool, Users.of(pool) as users:
        await users.asks("a1", A)
        await users.asks("b1", B)
        await users.asks("c1", C)
        await users.asks("a2", A)
        await users.finishes("a1")
        assert users.served == ["a1", "b1"]
        await users.finishes("b1")
        assert users.served == ["a1", "b1", "c1"]
        await users.finishes("c1")
        assert users.served == ["a1", "b1", "c1", "a2"]
        assert loader.opened == ["a", "b", "c", "a"]


async def test_draining_ends_when_nobody_needs_the_room_any_longer() -> None:
    loader = ScriptedLoader()
    async with ModelPool(loader, clock=Clock()) as pool, Users.of(pool) as users:
        await users.asks("a1", A)
        await users.asks("b1", B)
        await users.asks("a2", A)
        assert users.served == ["a1"]
        await users.goes_away("b1")
        assert users.served == ["a1", "a2"]
        assert loader.opened == ["a"]
        assert states(pool) == {"a": "answering"}


async def test_a_busy_model_keeps_its_place_for_a_time_in_proportion_to_its_load() -> None:
    loader, clock = ScriptedLoader(), Clock()
    loader.may_open = anyio.Event()
    async with ModelPool(loader, clock=clock) as pool, Users.of(pool) as users:
        await users.asks("a1", A)
        clock.now += 10  # the load takes 10 s
        loader.may_open.set()
        await settle()
        await users.asks("b1", B)
        await users.asks("a2", A)
        assert users.served == ["a1", "a2"]
        assert states(pool) == {"a": "answering", "b": "loading"}
        await users.finishes("a1")
        await users.finishes("a2")
        assert users.served == ["a1", "a2", "b1"]


async def test_a_load_that_nobody_waits_for_is_dropped_before_it_begins() -> None:
    loader = ScriptedLoader()
    async with ModelPool(loader, clock=Clock()) as pool, Users.of(pool) as users:
        await users.asks("a1", A)
        await users.asks("b1", B)
        await users.asks("c1", C)
        await users.goes_away("c1")
        await users.finishes("a1")
        await users.finishes("b1")
        assert loader.opened == ["a", "b"]


async def test_a_load_that_has_begun_is_finished_though_nobody_waits() -> None:
    loader = ScriptedLoader()
    loader.may_open = anyio.Event()
    async with ModelPool(loader, clock=Clock()) as pool, Users.of(pool) as users:
        await users.asks("1", A)
        await users.goes_away("1")
        loader.may_open.set()
        await settle()
        assert states(pool) == {"a": "ready"}


async def test_a_request_cancelled_in_the_moment_of_its_lease_gives_it_back() -> None:
    loader = ScriptedLoader()
    loader.may_open = anyio.Event()
    async with ModelPool(loader, clock=Clock()) as pool, Users.of(pool) as users:
        await users.asks("1", A)
        loader.may_open.set()
        while status_of(pool, "a").busy == 0:  # the lease is granted; its owner has not run yet
            await checkpoint()
        await users.goes_away("1")
        assert status_of(pool, "a").busy == 0
        await users.asks("2", B)
        assert "2" in users.served


async def test_a_failed_load_fails_all_who_waited_and_the_next_request_tries_again() -> None:
    loader = ScriptedLoader()
    loader.failures = [EngineStartFailed("The file is cut.")]
    loader.may_open = anyio.Event()
    async with ModelPool(loader, clock=Clock()) as pool, Users.of(pool) as users:
        await users.asks("1", A)
        await users.asks("2", A)
        loader.may_open.set()
        await settle()
        assert users.errors == ["1: The file is cut.", "2: The file is cut."]
        assert states(pool) == {"a": "down"}
        assert status_of(pool, "a").reason == "The file is cut."
        await users.asks("3", A)
        assert users.served == ["3"]
        assert states(pool) == {"a": "answering"}


async def test_a_failed_load_is_shown_for_a_while_only() -> None:
    loader, clock = ScriptedLoader(), Clock()
    loader.failures = [EngineStartFailed("The file is cut.")]
    async with ModelPool(loader, clock=clock) as pool:
        with pytest.raises(EngineStartFailed):
            async with pool.lease(A):
                pass
        assert states(pool) == {"a": "down"}
        clock.now += FAILURE_SHOWN_S
        assert states(pool) == {}


async def test_an_unforeseen_failure_of_a_load_leaves_nobody_waiting(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    loader = ScriptedLoader()

    async def break_down(*_: object) -> None:
        raise OSError("no more file handles")

    async with ModelPool(loader, clock=Clock()) as pool:
        with monkeypatch.context() as patch:
            patch.setattr(loader, "open", break_down)
            with pytest.raises(EngineStartFailed, match="'a' could not be loaded"):
                async with pool.lease(A):
                    pass
        assert "no more file handles" in caplog.text
        async with pool.lease(A):
            pass


async def test_a_model_too_large_for_the_empty_machine_unloads_nothing() -> None:
    loader = ScriptedLoader()
    async with ModelPool(loader, clock=Clock()) as pool:
        async with pool.lease(A):
            pass
        loader.room = 0
        with pytest.raises(EngineStartFailed, match="b is too large"):
            async with pool.lease(B):
                pass
        assert loader.closed == []


async def test_a_model_without_work_is_unloaded_after_its_time() -> None:
    loader, clock = ScriptedLoader(room=2), Clock()
    async with ModelPool(loader, idle_s=60, clock=clock) as pool, Users.of(pool) as users:
        await users.asks("1", A)
        await users.asks("2", B)
        await users.finishes("1")
        assert status_of(pool, "a").unload_in_s == 60
        clock.now += 60
        await pool.unload_idle()
        assert loader.closed == ["a"]
        assert states(pool) == {"b": "answering"}


async def test_the_pool_itself_unloads_what_is_idle() -> None:
    loader = ScriptedLoader()
    async with ModelPool(loader, idle_s=0.01) as pool:
        async with pool.lease(A):
            pass
        with anyio.fail_after(5):
            while loader.closed != ["a"]:
                await anyio.sleep(0.005)


async def test_without_an_idle_time_a_model_stays() -> None:
    loader, clock = ScriptedLoader(), Clock()
    async with ModelPool(loader, idle_s=0, clock=clock) as pool:
        async with pool.lease(A):
            pass
        clock.now += 1_000_000
        await pool.unload_idle()
        assert states(pool) == {"a": "ready"}
        assert status_of(pool, "a").unload_in_s is None


async def test_a_model_stays_as_long_as_somebody_asked_for_until_it_is_unloaded() -> None:
    loader, clock = ScriptedLoader(), Clock()
    async with ModelPool(loader, idle_s=60, clock=clock) as pool, Users.of(pool) as users:
        pool.keep(A, math.inf)
        await users.asks("1", A)
        await users.finishes("1")
        clock.now += 1_000_000
        await pool.unload_idle()
        assert status_of(pool, "a").unload_in_s is None
        pool.keep(A, 0)
        await pool.unload_idle()
        assert loader.closed == []
        await users.asks("2", A)
        await users.finishes("2")
        await pool.unload_idle()
        assert loader.closed == ["a"]
        await users.asks("3", A)
        await users.finishes("3")
        assert status_of(pool, "a").unload_in_s == 60


async def test_an_idle_model_is_let_go_at_once() -> None:
    loader = ScriptedLoader()
    async with ModelPool(loader, clock=Clock()) as pool:
        async with pool.lease(A):
            pass
        await pool.unload("a")
        assert states(pool) == {}
        async with pool.lease(A):
            pass
        assert loader.opened == ["a", "a"]


async def test_a_model_that_answers_is_let_go_when_it_has_finished() -> None:
    loader = ScriptedLoader()
    async with ModelPool(loader, clock=Clock()) as pool, Users.of(pool) as users:
        await users.asks("1", A)
        await pool.unload("a")
        assert states(pool) == {"a": "answering"}
        await users.finishes("1")
        assert states(pool) == {}


async def test_a_model_is_let_go_though_another_is_being_unloaded_just_then(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    loader = ScriptedLoader(room=2)
    async with ModelPool(loader, clock=Clock()) as pool, Users.of(pool) as users:
        await users.asks("1", B)
        pool.keep(A, 0)
        await users.asks("2", A)
        engine, may_close = loader.engines["a"], anyio.Event()
        close = engine.close

        async def close_slowly() -> None:
            await may_close.wait()
            await close()

        monkeypatch.setattr(engine, "close", close_slowly)
        await users.finishes("2")
        await pool.unload("b")
        await users.finishes("1")
        may_close.set()
        await settle()
        assert loader.closed == ["a", "b"]


async def test_a_model_that_is_let_go_while_it_is_loaded_goes_after_its_answer() -> None:
    loader = ScriptedLoader()
    loader.may_open = anyio.Event()
    async with ModelPool(loader, clock=Clock()) as pool, Users.of(pool) as users:
        await users.asks("1", A)
        await pool.unload("a")
        loader.may_open.set()
        await settle()
        assert users.served == ["1"]
        await users.finishes("1")
        assert loader.closed == ["a"]


async def test_a_model_whose_worker_is_gone_for_good_is_loaded_anew() -> None:
    loader = ScriptedLoader()
    async with ModelPool(loader, clock=Clock()) as pool:
        with pytest.raises(EngineStartFailed):
            async with pool.lease(A):
                raise EngineStartFailed("Five starts in a row failed.")
        await settle()
        async with pool.lease(A):
            pass
        assert loader.opened == ["a", "a"]


async def test_a_model_whose_worker_has_died_is_shown_as_down() -> None:
    loader = ScriptedLoader()
    async with ModelPool(loader, clock=Clock()) as pool:
        async with pool.lease(A):
            pass
        loader.engines["a"].down = True
        assert states(pool) == {"a": "down"}
        assert "does not answer" in status_of(pool, "a").reason


async def test_an_upstream_takes_no_room() -> None:
    loader = ScriptedLoader()
    async with ModelPool(loader, clock=Clock()) as pool:
        async with pool.lease(A), pool.lease(upstream("far")):
            assert states(pool) == {"a": "answering", "far": "answering"}
        async with pool.lease(B):
            pass
        assert loader.closed == ["a"]


async def test_status_tells_what_a_model_takes_and_can() -> None:
    async with ModelPool(ScriptedLoader(slots=3), clock=Clock()) as pool, pool.lease(A):
        status = status_of(pool, "a")
        assert (status.memory_bytes, status.window, status.slots, status.busy) == (123, 4096, 3, 1)
        assert (status.device, status.reason) == ("cpu", "a: for a test")


async def test_the_end_of_the_pool_unloads_all() -> None:
    loader = ScriptedLoader(room=2)
    async with ModelPool(loader, clock=Clock()) as pool:
        for model in (A, B):
            async with pool.lease(model):
                pass
    assert sorted(loader.closed) == ["a", "b"]


async def test_the_end_of_the_pool_leaves_nobody_waiting() -> None:
    loader = ScriptedLoader()
    loader.may_open = anyio.Event()
    failed: list[str] = []

    async def ask(pool: ModelPool) -> None:
        with pytest.raises(EngineUnavailable, match="is ending"):
            async with pool.lease(A):
                pass
        failed.append("1")

    async with anyio.create_task_group() as tasks, ModelPool(loader, clock=Clock()) as pool:
        tasks.start_soon(ask, pool)
        await loader.opening.wait()
    assert failed == ["1"]
