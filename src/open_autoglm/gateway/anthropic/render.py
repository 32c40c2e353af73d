"""Answers as Anthropic's messages: whole, and as the sequence of events of a stream.

Source: Anthropic API reference, "Create a Message" and "Streaming Messages".
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from open_autoglm.gateway.answering import about_json, server_sent
from open_autoglm.gateway.anthropic.answer_schema import (
    AnswerBlock,
    AnswerMessage,
    AnswerText,
    AnswerThinking,
    AnswerToolUse,
    AnswerUsage,
    StopReason,
)
from open_autoglm.gateway.dialect.tool_input import tool_input
from open_autoglm.gateway.failures import Failure, anthropic_error
from open_autoglm.serving.request import AnswerAbout
from open_autoglm.values import Completion, FinishReason, StreamEvent, ToolCallPiece, Usage


@dataclass(frozen=True, slots=True)
class AnswerForm:
    """What the request says about how its answer is written."""

    max_tokens: int
    shows_thinking: bool = True
    ignored: tuple[str, ...] = ()


def message(about: AnswerAbout, completion: Completion, form: AnswerForm) -> AnswerMessage:
    """A whole answer."""
    return AnswerMessage(
        id=_message_id(),
        model=about.model,
        content=list(_blocks(completion, form)),
        stop_reason=_stop_reason(completion.finish_reason, completion.usage, form),
        usage=_usage(completion.usage),
        open_autoglm=about_answer(about, form.ignored),
    )


def about_answer(about: AnswerAbout, ignored: Sequence[str]) -> dict[str, Any]:
    """The field ``open_autoglm``: what was done, and which fields of the request changed nothing."""
    return {**about_json(about), "ignored_fields": list(ignored)}


def _message_id() -> str:
    return f"msg_{uuid.uuid4().hex[:24]}"


def _blocks(completion: Completion, form: AnswerForm) -> Iterator[AnswerBlock]:
    if completion.reasoning and form.shows_thinking:
        yield AnswerThinking(thinking=completion.reasoning)
    if completion.text:
        yield AnswerText(text=completion.text)
    for call in completion.tool_calls:
        yield AnswerToolUse(id=call.id, name=call.name, input=tool_input(call.arguments))


def _stop_reason(finish: FinishReason, usage: Usage, form: AnswerForm) -> StopReason:
    if finish == "tool_calls":
        return "tool_use"
    if finish == "length":
        reached = usage.completion_tokens >= form.max_tokens
        return "max_tokens" if reached else "model_context_window_exceeded"
    return "end_turn"


def _usage(usage: Usage) -> AnswerUsage:
    return AnswerUsage(
        input_tokens=usage.prompt_tokens - usage.cached_tokens,
        cache_read_input_tokens=usage.cached_tokens,
        output_tokens=usage.completion_tokens,
    )


class MessageStream:
    """The events of one streamed answer; blocks follow one another, each opened and closed."""

    media_type = "text/event-stream"

    def __init__(self, form: AnswerForm) -> None:
        self._form = form
        self._blocks = 0
        self._open: str | None = None
        """What the open block holds: ``text``, ``thinking``, or ``tool_use`` with the number of its call."""
        self._block_of_call: dict[int, int] = {}
        self._finish: FinishReason = "stop"
        self._usage = Usage(0, 0)

    def begin(self, about: AnswerAbout) -> bytes:
        """How much of the prompt is reused is not known yet: the last event says it."""
        begun = AnswerMessage(
            id=_message_id(),
            model=about.model,
            content=[],
            stop_reason=None,
            usage=AnswerUsage(
                input_tokens=about.context.prompt_tokens if about.context is not None else 0, output_tokens=0
            ),
            open_autoglm=about_answer(about, self._form.ignored),
        )
        return _event("message_start", message=begun.model_dump())

    def event(self, index: int, event: StreamEvent) -> bytes:
        del index  # there is one answer only
        data = b""
        if event.reasoning and self._form.shows_thinking:
            data += self._require_open("thinking", {"type": "thinking", "thinking": "", "signature": ""})
            data += self._delta({"type": "thinking_delta", "thinking": event.reasoning})
        if event.text:
            data += self._require_open("text", {"type": "text", "text": ""})
            data += self._delta({"type": "text_delta", "text": event.text})
        for piece in event.tool_calls:
            data += self._call(piece)
        self._finish = event.finish_reason or self._finish
        self._usage = event.usage or self._usage
        return data

    def end(self) -> bytes:
        reason = _stop_reason(self._finish, self._usage, self._form)
        return (
            self._close()
            + _event(
                "message_delta",
                delta={"stop_reason": reason, "stop_sequence": None},
                usage=_usage(self._usage).model_dump(),
            )
            + _event("message_stop")
        )

    def failed(self, failure: Failure) -> bytes:
        return server_sent(anthropic_error(failure), event="error")

    def keep_alive(self) -> bytes:
        return _event("ping")

    def _call(self, piece: ToolCallPiece) -> bytes:
        data = b""
        if piece.index not in self._block_of_call:
            block = {"type": "tool_use", "id": piece.id or "", "name": piece.name or "", "input": {}}
            data = self._require_open(f"tool_use {piece.index}", block)
            self._block_of_call[piece.index] = self._blocks - 1
        if piece.arguments:
            delta = {"type": "input_json_delta", "partial_json": piece.arguments}
            data += self._delta(delta, self._block_of_call[piece.index])
        return data

    def _require_open(self, kind: str, block: dict[str, Any]) -> bytes:
        if self._open == kind:
            return b""
        data = self._close()
        self._open = kind
        self._blocks += 1
        return data + _event("content_block_start", index=self._blocks - 1, content_block=block)

    def _delta(self, delta: dict[str, Any], block: int | None = None) -> bytes:
        return _event("content_block_delta", index=self._blocks - 1 if block is None else block, delta=delta)

    def _close(self) -> bytes:
        if self._open is None:
            return b""
        self._open = None
        return _event("content_block_stop", index=self._blocks - 1)


def _event(kind: str, **fields: Any) -> bytes:
    return server_sent({"type": kind, **fields}, event=kind)
