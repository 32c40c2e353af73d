"""Completions as their JSON looks, whole and in chunks.

Source: OpenAI API reference, "The completion object".
"""

from __future__ import annotations

from typing import Literal, NotRequired

from typing_extensions import TypedDict

from open_autoglm.gateway.dialect.answer_fields import AboutBody, UsageBody

Finish = Literal["stop", "length"]


class LegacyLogprobs(TypedDict):
    """Four lists of one length: an entry for each token of the answer."""

    tokens: list[str]
    token_logprobs: list[float]
    top_logprobs: list[dict[str, float]]
    text_offset: list[int]


class CompletionChoice(TypedDict):
    index: int
    text: str
    logprobs: LegacyLogprobs | None
    finish_reason: Finish


class CompletionBody(TypedDict):
    """The answers to all prompts, those to the first prompt first."""

    id: str
    object: Literal["text_completion"]
    created: int
    model: str
    system_fingerprint: str
    choices: list[CompletionChoice]
    usage: UsageBody
    open_autoglm: AboutBody


class CompletionChunkChoice(TypedDict):
    index: int
    text: str
    logprobs: LegacyLogprobs | None
    finish_reason: Finish | None


class CompletionChunkBody(TypedDict):
    """A piece of an answer. The first one carries ``open_autoglm``; the one with ``usage`` has no choices."""

    id: str
    object: Literal["text_completion"]
    created: int
    model: str
    system_fingerprint: str
    choices: list[CompletionChunkChoice]
    usage: NotRequired[UsageBody | None]
    open_autoglm: NotRequired[AboutBody]
