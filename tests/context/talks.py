"""Conversations of the length one needs, and what the scripted model says of them."""

from __future__ import annotations

import re

from open_autoglm.context.policies import FittedRequest, plan_context
from open_autoglm.context.report import ContextPolicy
from open_autoglm.context.summary_memory import SummaryMemory
from open_autoglm.engine.base import Engine
from open_autoglm.values import ChatRequest, EngineRequest, Message, ToolCall

WORDS = 12
"""Words of each message: with its number and TOKENS_PER_MESSAGE a turn has 34 tokens."""


def talk(turns: int, *, system: str = "Be brief.", words: int = WORDS) -> tuple[Message, ...]:
    """A system message, ``turns - 1`` questions with their answers, and one more question."""
    messages = [Message("system", system)] if system else []
    for number in range(turns):
        messages.append(Message("user", f"question {number}" + " word" * (words - 1)))
        messages.append(Message("assistant", f"answer {number}" + " word" * (words - 1)))
    return tuple(messages[:-1])


async def fit_request(
    request: EngineRequest,
    policy: ContextPolicy,
    engine: Engine,
    *,
    owner: str = "",
    memory: SummaryMemory | None = None,
) -> FittedRequest:
    """Plan and apply, as the service does it, with an engine that nobody else uses."""
    plan = await plan_context(request, policy, engine, owner=owner, memory=memory)
    return await plan.apply(engine.chat)


def chat(messages: tuple[Message, ...], max_tokens: int | None = 50) -> ChatRequest:
    return ChatRequest(messages, max_tokens=max_tokens)


def tool_turn(name: str, words: int = WORDS) -> tuple[Message, ...]:
    """A question that is answered with the help of a tool."""
    call = ToolCall(f"call-{name}", "look_up", '{"word": "' + name + '"}')
    return (
        Message("user", f"look {name} up" + " word" * words),
        Message("assistant", "", tool_calls=(call,)),
        Message("tool", f"{name} is a word" + " word" * words, tool_call_id=call.id),
        Message("assistant", f"{name} found" + " word" * words),
    )


def text_of(message: Message) -> str:
    assert isinstance(message.content, str)
    return message.content


def is_summary_request(request: ChatRequest) -> bool:
    return text_of(request.messages[0]).startswith(("You shorten conversations", "你负责压缩对话"))


def summarize(request: ChatRequest) -> str:
    """Names the questions it was told of, those of an earlier summary too; "ok" to anything else."""
    if not is_summary_request(request):
        return "ok"
    told = text_of(request.messages[-1])
    numbers = re.findall(r"question (\d+)|\bq(\d+)", told)
    return "About " + " ".join(f"q{a or b}" for a, b in numbers) + "."
