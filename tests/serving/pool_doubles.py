"""A loader of scripted models on a machine with little room, and a clock that is moved by hand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import anyio
from anyio.lowlevel import checkpoint

from open_autoglm.engine.scripted import ScriptedAnswer, ScriptedEngine, default_capabilities
from open_autoglm.errors import EngineStartFailed, OpenAutoGLMError
from open_autoglm.local.placement import Placement
from open_autoglm.local.tiers import ChosenModel
from open_autoglm.serving.model_pool import NoRoom
from open_autoglm.serving.resident import LoadedModel
from open_autoglm.serving.saved_state import StateOrigin
from open_autoglm.serving.served_model import ServedModel
from open_autoglm.serving.slot_keeper import SlotKeeper
from open_autoglm.values import EngineRequest

Script = Callable[[str, EngineRequest], str | ScriptedAnswer]


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def served(name: str) -> ServedModel:
    chosen = ChosenModel(asked=name, name=name, path=Path(name), reason=f"{name}: for a test")
    return ServedModel(name, chosen.reason, digest=f"digest of {name}", chosen=chosen)


def upstream(name: str) -> ServedModel:
    return ServedModel(name, f"{name}: elsewhere", upstream=name)


def placement(slots: int) -> Placement:
    return Placement(
        threads=1,
        gpu_layers=0,
        total_layers=10,
        context_window=4096,
        slots=slots,
        weights_bytes=100,
        kv_cache_bytes=20,
        overhead_bytes=3,
        device="cpu",
    )


class ScriptedLoader:
    """Loads scripted models where ``room`` of them fit at once; ``failures`` are raised, one a load."""

    def __init__(
        self,
        *,
        room: int = 1,
        slots: int = 2,
        script: Script | None = None,
        tells_prompt_length: bool = False,
    ) -> None:
        self.room = room
        self.slots = slots
        self.tells_prompt_length = tells_prompt_length
        self.script = script or (lambda name, _: f"I am {name}.")
        self.failures: list[OpenAutoGLMError] = []
        self.opened: list[str] = []
        self.closed: list[str] = []
        self.in_memory = 0
        self.engines: dict[str, PooledEngine] = {}
        self.may_open = anyio.Event()
        self.may_open.set()
        self.opening = anyio.Event()
        """Set once a load has begun."""

    async def plan(self, model: ServedModel, others: Sequence[Placement]) -> Placement | None:
        await checkpoint()
        if model.upstream is not None:
            return None
        if self.room == 0:
            raise EngineStartFailed(f"{model.name} is too large for this machine.")
        if len(others) >= self.room:
            raise NoRoom(f"{model.name} does not fit.")
        return placement(self.slots)

    async def open(self, model: ServedModel, placement: Placement | None) -> LoadedModel:
        self.opening.set()
        await self.may_open.wait()
        if self.failures:
            raise self.failures.pop(0)
        self.opened.append(model.name)
        engine = PooledEngine(self, model)
        await engine.open()
        self.in_memory += model.upstream is None
        assert self.in_memory <= self.room, "more models than there is room for"
        self.engines[model.name] = engine
        origin = StateOrigin(model.digest, "test", "f16", engine.capabilities.context_window)
        return LoadedModel(model, engine, SlotKeeper(engine, origin, None))


class PooledEngine(ScriptedEngine):
    """It can be down, and tells its loader when it is closed, which takes a moment as for a process."""

    def __init__(self, loader: ScriptedLoader, model: ServedModel) -> None:
        super().__init__(
            lambda request: loader.script(model.name, request),
            model=model.name,
            capabilities=replace(
                default_capabilities(), slots=loader.slots, tells_prompt_length=loader.tells_prompt_length
            ),
        )
        self.counts = 0
        """How often a prompt was counted."""
        self._loader = loader
        self._takes_memory = model.upstream is None
        self.down = False

    @property
    def answering(self) -> bool:
        return super().answering and not self.down

    async def count_tokens(self, request: EngineRequest) -> int:
        self.counts += 1
        return await super().count_tokens(request)

    async def close(self) -> None:
        await checkpoint()
        await super().close()
        self._loader.in_memory -= self._takes_memory
        self._loader.closed.append(self.model)
