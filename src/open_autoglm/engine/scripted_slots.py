"""Slots without a model: which is busy, and which tokens each one holds."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from itertools import takewhile
from pathlib import Path

import anyio

from open_autoglm.engine.base import SlotUse
from open_autoglm.engine.slot_files import require_slot_file
from open_autoglm.errors import EngineError, UsageError

Tokens = tuple[int, ...]


def common_prefix(first: Sequence[int], second: Sequence[int]) -> int:
    """How many tokens two sequences begin with alike."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(first, second, strict=False)))


class ScriptedSlots:
    """All methods belong to one event loop, which is why nothing here is locked."""

    def __init__(self, count: int, model: str, folder: Path | None) -> None:
        self._model = model
        self._folder = folder
        self._held: list[Tokens] = [()] * count
        self._busy: set[int] = set()
        self._freed = anyio.Event()

    @property
    def busy(self) -> int:
        return len(self._busy)

    def held(self, slot: int) -> Tokens:
        return self._held[slot]

    def hold(self, slot: int, tokens: Tokens) -> None:
        self._held[slot] = tokens

    @asynccontextmanager
    async def occupy(self, use: SlotUse | None, prompt: Tokens) -> AsyncIterator[int]:
        """Wait for the slot asked for, or for the free one that holds most of this prompt."""
        if use is not None:
            self._require(use.slot)
        while (slot := self._choose(use, prompt)) is None:
            await self._freed.wait()
        self._busy.add(slot)
        try:
            yield slot
        finally:
            self._busy.discard(slot)
            self._freed.set()
            self._freed = anyio.Event()

    async def save(self, slot: int, name: str) -> int:
        path = self._path(name)
        async with self.occupy(SlotUse(slot), ()):
            content = json.dumps({"model": self._model, "tokens": self._held[slot]})
            await anyio.Path(path).write_text(content, encoding="ascii")
            return len(self._held[slot])

    async def restore(self, slot: int, name: str) -> int:
        path = self._path(name)
        async with self.occupy(SlotUse(slot), ()):
            try:
                saved = json.loads(await anyio.Path(path).read_text(encoding="ascii"))
                tokens = tuple(map(int, saved["tokens"]))
                of_model = saved["model"]
            except (OSError, ValueError, KeyError, TypeError) as error:
                raise EngineError(f"The saved slot {name} can't be read: {error}.") from error
            if of_model != self._model:
                raise EngineError(f"The saved slot {name} is of model {of_model!r}.")
            self._held[slot] = tokens
            return len(tokens)

    async def erase(self, slot: int) -> None:
        async with self.occupy(SlotUse(slot), ()):
            self._held[slot] = ()

    def _choose(self, use: SlotUse | None, prompt: Tokens) -> int | None:
        if use is not None:
            return None if use.slot in self._busy else use.slot
        free = [slot for slot in range(len(self._held)) if slot not in self._busy]
        return max(free, key=lambda slot: common_prefix(self._held[slot], prompt), default=None)

    def _path(self, name: str) -> Path:
        require_slot_file(name)
        assert self._folder is not None  # noqa: S101 - the engine has refused before
        return self._folder / name

    def _require(self, slot: int) -> None:
        if not 0 <= slot < len(self._held):
            raise UsageError(f"There is no slot {slot}: model {self._model!r} has {len(self._held)}.")
