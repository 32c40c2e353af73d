"""What a growing conversation takes: tokens, memory, and time to the first token of its next answer."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path

from open_autoglm.engine.base import Engine, SlotUse
from open_autoglm.errors import ContextExceeded
from open_autoglm.evaluation.sample_conversation import sample_conversation
from open_autoglm.values import ChatRequest, Message, Usage

ANSWER_TOKENS = 8
"""Enough to see that an answer comes; what is measured comes before it."""
SLOT = SlotUse(0)
OTHER_QUESTION = Message("user", "Go on.")
"""Asked first in the place of the last question, so that all before it is in the slot, as it is after a real
answer."""
STATE_FILE = "context-memory.slot"


@dataclass(frozen=True, slots=True)
class TurnMeasure:
    """A conversation after some turns. Bytes of the KV cache are those of the slot's state, saved to disk."""

    turns: int
    prompt_tokens: int
    kv_bytes: int
    resident_bytes: int | None
    """Memory of the worker, with weights and all slots; None where it can't be known."""
    first_token_s: float
    """Of the last turn, when the turns before it are in the slot already."""
    computed_tokens: int
    """Tokens of the last turn's prompt that were not in the slot."""


@dataclass(frozen=True, slots=True)
class ContextMeasure:
    """The same conversation at several lengths, with one type of KV cache."""

    kv_cache_type: str
    window: int
    resident_bytes_empty: int | None
    """Memory of the worker before the conversation; the whole window is part of it."""
    turns: tuple[TurnMeasure, ...]

    @property
    def kv_bytes_per_token(self) -> float:
        """What one more token takes: from the shortest to the longest conversation."""
        first, last = self.turns[0], self.turns[-1]
        if first is last:
            return last.kv_bytes / last.prompt_tokens
        return (last.kv_bytes - first.kv_bytes) / (last.prompt_tokens - first.prompt_tokens)

    @property
    def tokens_per_turn(self) -> float:
        first, last = self.turns[0], self.turns[-1]
        if first is last:
            return last.prompt_tokens / last.turns
        return (last.prompt_tokens - first.prompt_tokens) / (last.turns - first.turns)

    @property
    def kv_bytes_per_turn(self) -> float:
        """What one more turn takes."""
        return self.tokens_per_turn * self.kv_bytes_per_token

    @property
    def resident_bytes_per_turn(self) -> float | None:
        """How the worker's memory itself grew, from the shortest to the longest conversation."""
        first, last = self.turns[0], self.turns[-1]
        if first is last or first.resident_bytes is None or last.resident_bytes is None:
            return None
        return (last.resident_bytes - first.resident_bytes) / (last.turns - first.turns)


async def tokens_needed(engine: Engine, turns: int) -> int:
    """The window that a conversation of ``turns`` turns needs, with its answer."""
    return await engine.count_tokens(_request(sample_conversation(turns))) + ANSWER_TOKENS


async def measure_context(
    engine: Engine,
    turns: Sequence[int],
    *,
    kv_cache_type: str,
    slot_folder: Path,
    on_turns: Callable[[int], None],
) -> ContextMeasure:
    """Let one conversation grow in an open engine that saves its slots to ``slot_folder``.

    ``on_turns`` is told each length before it is measured. Raises ContextExceeded before any work when
    the longest conversation does not fit the window.
    """
    window = engine.capabilities.context_window
    needed = await tokens_needed(engine, max(turns))
    if needed > window:
        raise ContextExceeded(
            f"{max(turns)} turns have {needed} tokens, but model {engine.model!r} has a window of {window}.",
            hint="Ask for fewer with --turns, or raise --context-window.",
        )
    # Buffers that are made with the first request belong to the empty worker.
    await _answer(engine, sample_conversation(1))
    empty = engine.resident_bytes()
    measured = []
    for count in sorted(set(turns)):
        on_turns(count)
        messages = sample_conversation(count)
        await _answer(engine, (*messages[:-1], OTHER_QUESTION))
        first_token_s, usage = await _answer(engine, messages)
        resident = engine.resident_bytes()
        await engine.save_slot(SLOT.slot, STATE_FILE)
        state = slot_folder / STATE_FILE
        measured.append(
            TurnMeasure(
                turns=count,
                prompt_tokens=usage.prompt_tokens,
                kv_bytes=state.stat().st_size,
                resident_bytes=resident,
                first_token_s=first_token_s,
                computed_tokens=usage.prompt_tokens - usage.cached_tokens,
            )
        )
        state.unlink()
    return ContextMeasure(kv_cache_type, window, empty, tuple(measured))


def _request(messages: tuple[Message, ...]) -> ChatRequest:
    return ChatRequest(messages, max_tokens=ANSWER_TOKENS)


async def _answer(engine: Engine, messages: tuple[Message, ...]) -> tuple[float, Usage]:
    """Seconds to the first token, and the counts."""
    request = _request(messages)
    tokens = await engine.count_tokens(request)
    began = time.perf_counter()
    first: float | None = None
    usage = Usage(tokens, 0)
    async with aclosing(engine.stream(request, slot=SLOT, prompt_tokens=tokens)) as events:
        async for event in events:
            if first is None and (event.text or event.reasoning or event.finish_reason):
                first = time.perf_counter() - began
            usage = event.usage or usage
    return first or 0.0, usage
