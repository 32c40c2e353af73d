"""The models in memory: loaded on demand, kept warm, unloaded when idle or when another needs the room."""

from __future__ import annotations

import copy
import logging
import math
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from types import TracebackType
from typing import Protocol, Self

import anyio

from open_autoglm.errors import EngineStartFailed, EngineUnavailable, OpenAutoGLMError
from open_autoglm.local.placement import Placement
from open_autoglm.serving.model_facts import ModelStatus
from open_autoglm.serving.resident import LoadedModel, Resident, Waiter
from open_autoglm.serving.served_model import ServedModel
from open_autoglm.telemetry.metrics import Metrics

logger = logging.getLogger(__name__)

TURN_SHARE = 2.0
"""A busy model keeps its place for twice the time its load took before another may ask for it: under
load on several models, at most a third of the time then goes into loading."""
FAILURE_SHOWN_S = 60.0
"""How long a model that could not be loaded counts as down, if nobody tries it again."""


class NoRoom(EngineStartFailed):
    """The model would fit if others were unloaded."""


class Loader(Protocol):
    """What the pool does not know: how much a model takes here, and how it is started."""

    async def plan(self, model: ServedModel, others: Sequence[Placement]) -> Placement | None:
        """Where it would run beside ``others``; None for a model that takes no memory here.

        Raises NoRoom where it would help to unload some of the others, and what ``plan_placement`` raises
        where it would not.
        """

    async def open(self, model: ServedModel, placement: Placement | None) -> LoadedModel:
        """Load it. Raises EngineStartFailed, and leaves nothing behind then."""


class ModelPool:
    """Leases loaded models. Use it as a block; all methods belong to one event loop.

    Models are loaded one at a time, in the order in which they were first asked for; requests for the
    same model share its load. A leased model is never unloaded. Where only leased ones are in the way,
    the one used longest ago drains: what it answers is finished, and new requests for it wait in line
    behind the model that needs its room. A load that nobody waits for any longer is dropped before it
    begins, and finished once it has begun: whoever left is likely to come back.
    """

    def __init__(
        self,
        loader: Loader,
        *,
        idle_s: float = 0.0,
        metrics: Metrics | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._loader = loader
        self._idle_s = idle_s or math.inf
        self._metrics = metrics or Metrics()
        self._clock = clock
        self._residents: dict[str, Resident] = {}
        self._loads: deque[Resident] = deque()
        self._news = anyio.Event()
        self._tasks = AsyncExitStack()
        self._open = False

    async def __aenter__(self) -> Self:
        tasks = await self._tasks.enter_async_context(anyio.create_task_group())
        self._tasks.callback(tasks.cancel_scope.cancel)
        tasks.start_soon(self._load_in_order)
        tasks.start_soon(self._unload_in_time)
        self._open = True
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._open = False
        await self._tasks.aclose()
        ended = EngineUnavailable("The program is ending.")
        for resident in self._residents.values():
            self._fail(resident, ended)
        with anyio.CancelScope(shield=True):
            async with anyio.create_task_group() as closing:
                for resident in self._residents.values():
                    if resident.loaded is not None:
                        closing.start_soon(self._close, resident)

    @asynccontextmanager
    async def lease(self, model: ServedModel) -> AsyncIterator[LoadedModel]:
        """The model, loaded, for as long as the block lasts. Raises EngineStartFailed."""
        resident = await self._take(model)
        try:
            assert resident.loaded is not None  # noqa: S101 - it is leased
            yield resident.loaded
        except EngineStartFailed:  # its worker is gone for good: the next request shall load it anew
            resident.unload_when_idle = True
            raise
        finally:
            self._give_back(resident)

    async def unload(self, name: str) -> None:
        """Let go of every model of this name, at once or when its last answer is finished."""
        for resident in [each for each in self._residents.values() if each.model.name == name]:
            resident.unload_when_idle = resident.error is None
            resident.error = None
        await self.unload_idle()

    async def unload_idle(self) -> None:
        """Unload what nobody has used for ``idle_s``, and what was to be let go."""
        for resident in list(self._residents.values()):
            if resident.idle and (resident.unload_when_idle or self._unload_in_s(resident) <= 0):
                await self._close(resident)

    def keep(self, model: ServedModel, stay_s: float) -> None:
        """Have the model stay idle for ``stay_s`` (infinite: for ever) once it has next been used."""
        self._residents.setdefault(model.key, Resident(model)).next_stay_s = stay_s

    def loaded(self, model: ServedModel) -> LoadedModel | None:
        """The model if it is in memory now."""
        resident = self._residents.get(model.key)
        return resident.loaded if resident is not None else None

    def status(self) -> tuple[ModelStatus, ...]:
        """Every model that is in memory, on its way there, or down."""
        now = self._clock()
        return tuple(
            resident.status(now, self._unload_in_s(resident))
            for resident in self._residents.values()
            if resident.state != "absent" or self._failed_lately(resident)
        )

    async def _take(self, model: ServedModel) -> Resident:
        if not self._open:
            raise EngineUnavailable("The program is ending.")
        resident = self._residents.setdefault(model.key, Resident(model))
        if resident.state == "ready":
            resident.leases += 1
            return resident
        waiter = Waiter()
        resident.waiters.append(waiter)
        if not resident.asked_for:
            resident.asked_for = True
            self._loads.append(resident)
        self._tell()
        try:
            await waiter.settled.wait()
        except BaseException:  # a cancelled one may have been given its lease in this very moment
            if waiter.granted:
                self._give_back(resident)
            elif waiter in resident.waiters:
                resident.waiters.remove(waiter)
                self._tell()
            raise
        if waiter.error is not None:
            # A copy for each: they would write into each other's traceback.
            raise copy.copy(waiter.error) from waiter.error
        return resident

    def _give_back(self, resident: Resident) -> None:
        resident.leases -= 1
        resident.last_used = self._clock()
        if resident.next_stay_s is not None:
            resident.stay_s, resident.next_stay_s = resident.next_stay_s, None
        self._tell()

    async def _load_in_order(self) -> None:
        while True:
            await self._until(lambda: bool(self._loads))
            resident = self._loads.popleft()
            try:
                await self._make_ready(resident)
            except OpenAutoGLMError as error:
                self._load_failed(resident, error)
            except Exception as error:  # whatever it is: nobody may wait for ever, and the pool goes on
                logger.exception("loading model %r failed", resident.model.name)
                failed = EngineStartFailed(f"Model {resident.model.name!r} could not be loaded.")
                failed.__cause__ = error
                self._load_failed(resident, failed)
            finally:
                resident.asked_for = False
            self._tell()

    async def _make_ready(self, resident: Resident) -> None:
        """Load the model unless it is there, and grant what is waited for."""
        await self._until(lambda: resident.state != "closing")
        if resident.state == "absent" and resident.waiters:
            resident.state = "loading"
            resident.error = None
            resident.unload_when_idle = False
            try:
                await self._load(resident)
            finally:
                resident.state = "ready" if resident.loaded is not None else "absent"
        if resident.loaded is not None:
            while resident.waiters:
                resident.leases += 1
                resident.waiters.popleft().grant()

    async def _load(self, resident: Resident) -> None:
        model = resident.model
        while True:
            try:
                others = [each.placement for each in self._here() if each.placement is not None]
                placement = await self._loader.plan(model, others)
                break
            except NoRoom:
                await self._make_room_for(resident)
                if not resident.waiters:
                    return
        began = self._clock()
        resident.loaded = await self._loader.open(model, placement)
        now = self._clock()
        resident.placement = placement
        resident.last_used = now
        resident.turn_ends = now + TURN_SHARE * (now - began)
        self._metrics.model_load(model.name, now - began, succeeded=True)

    def _load_failed(self, resident: Resident, error: OpenAutoGLMError) -> None:
        self._metrics.model_load(resident.model.name, 0.0, succeeded=False)
        resident.error = error
        resident.last_used = self._clock()
        self._fail(resident, error)

    def _fail(self, resident: Resident, error: OpenAutoGLMError) -> None:
        while resident.waiters:
            resident.waiters.popleft().fail(error)

    async def _make_room_for(self, newcomer: Resident) -> None:
        """Unload one model, waiting until one can be, or until nobody waits for the newcomer."""
        here = self._here()

        def settled() -> bool:
            return not newcomer.waiters or any(each.leases == 0 for each in here)

        if here and not settled():
            await self._drain(min(here, key=lambda each: each.last_used), settled)
        if newcomer.waiters and all(each.state != "closing" for each in here):
            idle = [each for each in here if each.idle]
            if idle:
                await self._close(min(idle, key=lambda each: each.last_used))
        await self._until(lambda: all(each.state != "closing" for each in here))

    async def _drain(self, victim: Resident, settled: Callable[[], bool]) -> None:
        """Let it finish its turn, then only what it answers already, until ``settled``."""
        with anyio.move_on_after(max(0.0, victim.turn_ends - self._clock())):
            await self._until(settled)
        if not settled():
            victim.state = "draining"
            try:
                await self._until(settled)
            finally:
                victim.state = "ready"

    async def _close(self, resident: Resident) -> None:
        """Unload an idle model. Nothing awaits between the look at its leases and here."""
        loaded, resident.loaded = resident.loaded, None
        assert loaded is not None  # noqa: S101 - callers ask for idle ones only
        resident.state = "closing"
        try:
            with anyio.CancelScope(shield=True):
                await loaded.close()
        except OpenAutoGLMError as error:
            logger.warning("unloading model %r: %s", resident.model.name, error)
        finally:
            resident.placement = None
            resident.stay_s = None
            resident.state = "absent"
            self._tell()

    async def _unload_in_time(self) -> None:
        while True:
            news = self._news  # also what happens while a model is being unloaded
            await self.unload_idle()
            left = [self._unload_in_s(each) for each in self._residents.values() if each.idle]
            with anyio.move_on_after(min(left, default=math.inf)):
                await news.wait()

    def _unload_in_s(self, resident: Resident) -> float:
        stay_s = self._idle_s if resident.stay_s is None else resident.stay_s
        return resident.last_used + stay_s - self._clock()

    def _failed_lately(self, resident: Resident) -> bool:
        return resident.error is not None and self._clock() - resident.last_used < FAILURE_SHOWN_S

    def _here(self) -> list[Resident]:
        """The models that take memory on this machine."""
        return [each for each in self._residents.values() if each.placement is not None]

    async def _until(self, condition: Callable[[], bool]) -> None:
        while not condition():
            await self._news.wait()

    def _tell(self) -> None:
        """Wake whoever waits for something to change."""
        news, self._news = self._news, anyio.Event()
        news.set()
