"""One model of the pool: what is known of it while it comes, answers and goes."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field
from typing import Literal

import anyio

from open_autoglm.engine.base import Engine
from open_autoglm.errors import OpenAutoGLMError
from open_autoglm.local.placement import Placement
from open_autoglm.serving.model_facts import ModelState, ModelStatus
from open_autoglm.serving.served_model import ServedModel
from open_autoglm.serving.slot_keeper import SlotKeeper

Stage = Literal["absent", "loading", "ready", "draining", "closing"]


@dataclass(frozen=True, slots=True)
class LoadedModel:
    """An open engine, and who keeps the state of its slots."""

    model: ServedModel
    engine: Engine
    slots: SlotKeeper

    async def close(self) -> None:
        try:
            await self.slots.close()
        finally:
            await self.engine.close()


class Waiter:
    """A request that waits for a model; settled with a lease or an error."""

    def __init__(self) -> None:
        self.settled = anyio.Event()
        self.granted = False
        self.error: OpenAutoGLMError | None = None

    def grant(self) -> None:
        self.granted = True
        self.settled.set()

    def fail(self, error: OpenAutoGLMError) -> None:
        self.error = error
        self.settled.set()


@dataclass(slots=True)
class Resident:
    """State only; the pool decides."""

    model: ServedModel
    state: Stage = "absent"
    loaded: LoadedModel | None = None
    placement: Placement | None = None
    """None while it takes no memory here."""
    leases: int = 0
    waiters: deque[Waiter] = field(default_factory=deque)
    asked_for: bool = False
    """It stands in the line of loads."""
    last_used: float = 0.0
    turn_ends: float = 0.0
    unload_when_idle: bool = False
    stay_s: float | None = None
    """Seconds that it stays idle, where somebody has asked for that; None: as long as all models."""
    next_stay_s: float | None = None
    """What ``stay_s`` becomes when it has next been used."""
    error: OpenAutoGLMError | None = None
    """Why its last load failed."""

    @property
    def idle(self) -> bool:
        return self.loaded is not None and self.leases == 0

    def status(self, now: float, unload_in_s: float) -> ModelStatus:
        """``unload_in_s`` is infinite for a model that stays."""
        placement, loaded = self.placement, self.loaded
        planned = placement.memory_bytes if placement is not None else 0
        resident = loaded.engine.resident_bytes() if loaded is not None else None
        capabilities = loaded.engine.capabilities if loaded is not None else None
        return ModelStatus(
            name=self.model.name,
            state=self._shown_state(),
            reason=self._reason(),
            device=placement.device if placement is not None else "",
            memory_bytes=planned if resident is None else resident,
            window=capabilities.context_window if capabilities is not None else 0,
            slots=capabilities.slots if capabilities is not None else 0,
            busy=self.leases,
            waiting=len(self.waiters),
            held_tokens=loaded.slots.held_tokens if loaded is not None else 0,
            idle_s=max(0.0, now - self.last_used) if self.idle else 0.0,
            unload_in_s=unload_in_s if self.idle and math.isfinite(unload_in_s) else None,
        )

    def _reason(self) -> str:
        if self.error is not None:
            return str(self.error)
        if self.loaded is not None and not self.loaded.engine.answering:
            return "Its worker does not answer, and is restarted when it has ended."
        return self.model.reason

    def _shown_state(self) -> ModelState:
        if self.state == "closing":
            return "draining"
        if self.loaded is None:
            return "down" if self.error is not None else "loading"
        if not self.loaded.engine.answering:
            return "down"
        if self.state == "draining":
            return "draining"
        return "answering" if self.leases else "ready"
