"""Parts of answers that several routes share, as their JSON looks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NotRequired

from typing_extensions import TypedDict  # that of typing has no schema before Python 3.12

from open_autoglm.context.report import ContextPolicy
from open_autoglm.tasks.answer_result import AnsweredQuestion
from open_autoglm.values import FinishReason, TokenLogprob, Usage

MIN_LOGPROB = -9999.0
"""OpenAI's figure for a token that could not have come; JSON has no infinity."""


class CachedTokens(TypedDict):
    cached_tokens: int


class UsageBody(TypedDict):
    """Token counts of the engine itself. The prompt counts once, however many answers it has."""

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int
    prompt_tokens_details: CachedTokens


class ContextBody(TypedDict):
    """What was done to the conversation so that it fits the window."""

    policy: ContextPolicy
    done: Literal["nothing", "truncated", "summarized"]
    window: int
    prompt_tokens: int
    original_tokens: int
    kept_messages: int
    dropped_messages: int
    summarized_messages: int


class AboutBody(TypedDict):
    """How this answer came about; not part of OpenAI's format."""

    model: str
    reason: str
    cache: Literal["hit", "miss", "off"]
    queue_ms: float
    context: ContextBody | None
    ignored_fields: list[str]
    knowledge: NotRequired[AnsweredQuestion]
    """Of an answer from a knowledge base: sentences, citations, what was removed, passages."""


class TopLogprobBody(TypedDict):
    token: str
    logprob: float
    bytes: list[int]


class TokenLogprobBody(TopLogprobBody):
    top_logprobs: list[TopLogprobBody]


def usage_body(usages: Sequence[Usage]) -> UsageBody:
    """The counts of all answers to one prompt."""
    prompt = usages[0].prompt_tokens if usages else 0
    completion = sum(usage.completion_tokens for usage in usages)
    cached = usages[0].cached_tokens if usages else 0
    return {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
        "prompt_tokens_details": {"cached_tokens": cached},
    }


def token_logprob_body(entry: TokenLogprob) -> TokenLogprobBody:
    return {**_top(entry), "top_logprobs": [_top(other) for other in entry.alternatives]}


def bounded(logprob: float) -> float:
    """A log probability that JSON can write."""
    return max(logprob, MIN_LOGPROB)


def _top(entry: TokenLogprob) -> TopLogprobBody:
    return {"token": entry.token, "logprob": bounded(entry.logprob), "bytes": list(entry.data)}


def stop_or_length(finish: FinishReason) -> Literal["stop", "length"]:
    """The finish reason where there are no tools; an answer that was broken off is not whole."""
    return "stop" if finish in ("stop", "tool_calls") else "length"
