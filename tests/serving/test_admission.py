"""Who may use a model's slots, and when."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio
import pytest
from anyio.lowlevel import checkpoint

from open_autoglm.errors import EngineStartFailed, QueueFull
from open_autoglm.serving.admission import BATCH_AFTER, AdmissionQueue
from open_autoglm.serving.request import Priority

pytestmark = pytest.mark.anyio


class Crowd:
    """Requests that come, wait, are admitted in some order, and leave when they are told to."""

    def __init__(self, queue: AdmissionQueue) -> None:
        self.queue = queue
        self.admitted: list[str] = []
        self.refused: list[str] = []
        self._leave: dict[str, anyio.Event] = {}
        self._scopes: dict[str, anyio.CancelScope] = {}
        self._tasks = anyio.create_task_group()

    @classmethod
    @asynccontextmanager
    async def at(cls, queue: AdmissionQueue) -> AsyncIterator[Crowd]:
        crowd = cls(queue)
        async with crowd._tasks:
            yield crowd
            crowd._tasks.cancel_scope.cancel()

    async def comes(self, name: str, priority: Priority = "interactive") -> None:
        self._leave[name] = anyio.Event()
        self._scopes[name] = anyio.CancelScope()
        self._tasks.start_soon(self._live, name, priority)
        await settle()

    async def leaves(self, name: str) -> None:
        self._leave[name].set()
        await settle()

    def cancelled(self, name: str) -> None:
        self._scopes[name].cancel()

    async def _live(self, name: str, priority: Priority) -> None:
        with self._scopes[name]:
            try:
                async with self.queue.place(priority):
                    self.admitted.append(name)
                    await self._leave[name].wait()
            except (QueueFull, EngineStartFailed):
                self.refused.append(name)


async def settle() -> None:
    for _ in range(5):
        await checkpoint()


def queue_of(slots: int, limit: int = 100) -> AdmissionQueue:
    return AdmissionQueue("model", slots, limit)


async def test_as_many_are_admitted_as_there_are_slots() -> None:
    async with Crowd.at(queue_of(2)) as crowd:
        for name in ("a", "b", "c"):
            await crowd.comes(name)
        assert crowd.admitted == ["a", "b"]
        assert (crowd.queue.busy, crowd.queue.waiting) == (2, 1)
        await crowd.leaves("a")
        assert crowd.admitted == ["a", "b", "c"]


async def test_one_class_is_served_in_order_of_arrival() -> None:
    async with Crowd.at(queue_of(1)) as crowd:
        for name in ("a", "b", "c", "d"):
            await crowd.comes(name)
        for name in ("a", "b", "c"):
            await crowd.leaves(name)
        assert crowd.admitted == ["a", "b", "c", "d"]


async def test_interactive_requests_pass_batch_requests() -> None:
    async with Crowd.at(queue_of(1)) as crowd:
        await crowd.comes("first")
        await crowd.comes("batch", "batch")
        await crowd.comes("person")
        await crowd.leaves("first")
        assert crowd.admitted == ["first", "person"]


async def test_batch_has_its_turn_after_some_interactive_requests() -> None:
    async with Crowd.at(queue_of(1)) as crowd:
        await crowd.comes("first")
        await crowd.comes("batch", "batch")
        people = [f"person {number}" for number in range(BATCH_AFTER + 2)]
        for name in people:
            await crowd.comes(name)
        for name in ("first", *people[:BATCH_AFTER]):
            await crowd.leaves(name)
        assert crowd.admitted == ["first", *people[:BATCH_AFTER], "batch"]
        await crowd.leaves("batch")
        assert crowd.admitted[-1] == people[BATCH_AFTER]


async def test_batch_leaves_one_of_several_slots_to_people() -> None:
    async with Crowd.at(queue_of(2)) as crowd:
        await crowd.comes("batch 1", "batch")
        await crowd.comes("batch 2", "batch")
        assert crowd.admitted == ["batch 1"]
        await crowd.comes("person")
        assert crowd.admitted == ["batch 1", "person"]
        await crowd.leaves("batch 1")
        assert crowd.admitted == ["batch 1", "person", "batch 2"]


async def test_a_person_has_the_free_slot_even_when_batch_fills_the_line() -> None:
    async with Crowd.at(queue_of(2, limit=1)) as crowd:
        await crowd.comes("batch 1", "batch")
        await crowd.comes("batch 2", "batch")
        await crowd.comes("person")
        assert crowd.admitted == ["batch 1", "person"]


async def test_one_more_than_may_wait_is_refused_at_once() -> None:
    async with Crowd.at(queue_of(1, limit=2)) as crowd:
        for name in ("a", "b", "c", "d"):
            await crowd.comes(name)
        assert crowd.refused == ["d"]
        await crowd.leaves("a")
        await crowd.comes("e")
        assert crowd.refused == ["d"]


async def test_the_refusal_says_when_a_place_will_be_free() -> None:
    seconds = [0.0]
    queue = AdmissionQueue("model", 2, 1, clock=lambda: seconds[0])
    async with queue.place("interactive"):
        seconds[0] = 60.0
    async with Crowd.at(queue) as crowd:
        for name in ("a", "b", "c"):
            await crowd.comes(name)
        with pytest.raises(QueueFull, match="model 'model' as may wait: 1") as caught:
            async with queue.place("interactive"):
                pass
    assert caught.value.retry_after_s == 30  # answers take 60 s, and one of two slots is enough


async def test_a_cancelled_request_leaves_the_line_and_harms_nobody() -> None:
    async with Crowd.at(queue_of(1)) as crowd:
        for name in ("a", "b", "c"):
            await crowd.comes(name)
        crowd.cancelled("b")
        await settle()
        assert crowd.queue.waiting == 1
        await crowd.leaves("a")
        assert crowd.admitted == ["a", "c"]


async def test_a_request_cancelled_while_it_is_answered_frees_its_slot() -> None:
    async with Crowd.at(queue_of(1)) as crowd:
        await crowd.comes("a")
        await crowd.comes("b")
        crowd.cancelled("a")
        await settle()
        assert crowd.admitted == ["a", "b"]
        assert crowd.queue.busy == 1


async def test_a_request_cancelled_in_the_moment_of_its_admission_passes_the_place_on() -> None:
    async with Crowd.at(queue_of(1)) as crowd:
        for name in ("a", "b", "c"):
            await crowd.comes(name)
        crowd._leave["a"].set()
        await checkpoint()  # "a" gives its place to "b", which has not run yet
        crowd.cancelled("b")
        await settle()
        assert crowd.admitted[-1] == "c"
        assert crowd.queue.busy == 1


async def test_more_slots_let_more_in() -> None:
    async with Crowd.at(queue_of(1)) as crowd:
        for name in ("a", "b", "c"):
            await crowd.comes(name)
        crowd.queue.resize(3)
        await settle()
        assert crowd.admitted == ["a", "b", "c"]


async def test_fewer_slots_drive_nobody_out() -> None:
    async with Crowd.at(queue_of(2)) as crowd:
        for name in ("a", "b", "c"):
            await crowd.comes(name)
        crowd.queue.resize(1)
        await crowd.leaves("a")
        assert crowd.admitted == ["a", "b"]
        await crowd.leaves("b")
        assert crowd.admitted == ["a", "b", "c"]


async def test_all_who_wait_can_be_sent_away_and_the_next_may_come() -> None:
    async with Crowd.at(queue_of(1)) as crowd:
        for name in ("a", "b"):
            await crowd.comes(name)
        await crowd.comes("batch", "batch")
        crowd.queue.dismiss(EngineStartFailed("The model can't be loaded."))
        await settle()
        assert crowd.refused == ["b", "batch"]
        await crowd.comes("c")
        await crowd.leaves("a")
        assert crowd.admitted == ["a", "c"]
