"""Engines under test, and questions put to their workers past the engine."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import httpx

from open_autoglm.engine.base import Engine
from open_autoglm.engine.llama_cpp import LlamaCppEngine
from open_autoglm.engine.scripted import ScriptedAnswer
from open_autoglm.values import EngineRequest, TextRequest, ToolCall


@dataclass(frozen=True)
class Contender:
    """An engine under test and a way to ask, from outside it, how many slots are busy."""

    engine: Engine
    busy_slots: Callable[[], Awaitable[int]]


def scripted_answer(request: EngineRequest) -> ScriptedAnswer:
    """What the scripted engine says, so that the contract's questions make sense to it too."""
    if isinstance(request, TextRequest):
        return ScriptedAnswer(" wide and blue and it goes on for ever.", token_delay_s=0.001)
    if request.tools:
        choice = request.tool_choice
        named = request.tools[0].name if choice in ("auto", "required") else choice
        return ScriptedAnswer(tool_calls=(ToolCall("call_1", named, '{"city": "Paris"}'),))
    said = request.messages[-1].content
    assert isinstance(said, str)
    if request.json_schema is not None:
        return ScriptedAnswer('{"name": "Ada", "age": 36}')
    if "story" in said:
        return ScriptedAnswer("once upon a time " * 500, token_delay_s=0.005)
    return ScriptedAnswer(f"{said} Then one, two, three, four, five.", token_delay_s=0.001)


async def ask_worker(engine: LlamaCppEngine, path: str) -> httpx.Response:
    """Speak to the worker directly, past the engine."""
    endpoint = engine.endpoint
    assert endpoint is not None
    async with httpx.AsyncClient(trust_env=False) as client:
        return await client.get(
            endpoint.address + path, headers={"Authorization": f"Bearer {endpoint.api_key}"}
        )


async def count_busy_slots(engine: LlamaCppEngine) -> int:
    slots = (await ask_worker(engine, "/slots")).json()
    return sum(slot["is_processing"] for slot in slots)


async def first_model_of(engine: LlamaCppEngine) -> str:
    return str((await ask_worker(engine, "/v1/models")).json()["data"][0]["id"])
