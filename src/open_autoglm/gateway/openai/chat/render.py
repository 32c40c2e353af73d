"""Chat answers written: whole, and as a stream of chunks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import cast

from open_autoglm.gateway.answering import DONE, KEEP_ALIVE_COMMENT, server_sent
from open_autoglm.gateway.dialect.answer_fields import AboutBody, token_logprob_body, usage_body
from open_autoglm.gateway.failures import Failure, openai_error
from open_autoglm.gateway.openai.chat.answer import (
    ChatCompletionBody,
    ChatCompletionChunkBody,
    ChoiceBody,
    ChunkChoice,
    Finish,
    FunctionDelta,
    LogprobsBody,
    MessageBody,
    MessageDelta,
    ToolCallDelta,
)
from open_autoglm.gateway.openai.stamp import Stamp
from open_autoglm.serving.request import AnswerAbout
from open_autoglm.tasks.answer_result import AnsweredQuestion
from open_autoglm.values import Completion, FinishReason, StreamEvent, TokenLogprob, ToolCallPiece, Usage


def whole_chat(
    stamp: Stamp,
    answers: Sequence[tuple[AnswerAbout, Completion]],
    *,
    logprobs: bool,
    knowledge: AnsweredQuestion | None = None,
) -> ChatCompletionBody:
    """All answers to one conversation."""
    about = answers[0][0]
    return {
        "id": stamp.id,
        "object": "chat.completion",
        "created": stamp.created,
        "model": about.model,
        "system_fingerprint": stamp.fingerprint,
        "service_tier": stamp.service_tier,
        "choices": [_choice(index, completion, logprobs) for index, (_, completion) in enumerate(answers)],
        "usage": usage_body([completion.usage for _, completion in answers]),
        "open_autoglm": with_knowledge(stamp.about(about), knowledge),
    }


def with_knowledge(about: AboutBody, found: AnsweredQuestion | None) -> AboutBody:
    """What is told of an answer, with the citations of one that comes from a base."""
    if found is None:
        return about
    return cast(AboutBody, {**about, "knowledge": found.model_dump(mode="json")})


class ChatStream:
    """The chunks of ``n`` answers, each: one with the role, those with text, one with the finish reason.

    ``include_usage`` adds a last chunk without choices, and ``usage: null`` to all others.
    """

    media_type = "text/event-stream"

    def __init__(
        self,
        stamp: Stamp,
        *,
        include_usage: bool,
        logprobs: bool,
        knowledge: Callable[[], AnsweredQuestion | None] = lambda: None,
    ) -> None:
        """``knowledge`` is asked at the end for what the chunk with the finish reason carries beside."""
        self._knowledge = knowledge
        self._stamp = stamp
        self._include_usage = include_usage
        self._logprobs = logprobs
        self._model = ""
        self._begun: set[int] = set()
        self._usages: dict[int, Usage] = {}
        self._about: AnswerAbout | None = None
        self._told = False

    def begin(self, about: AnswerAbout) -> bytes:
        self._model = about.model
        self._about = about
        return b""

    def event(self, index: int, event: StreamEvent) -> bytes:
        choices = []
        if index not in self._begun:
            self._begun.add(index)
            content = None if event.tool_calls else ""
            choices.append(_chunk_choice(index, {"role": "assistant", "content": content, "refusal": None}))
        delta = _delta(event)
        if delta or event.logprobs:
            logprobs = _logprobs(event.logprobs) if self._logprobs else None
            choices.append(_chunk_choice(index, delta or {"content": ""}, logprobs=logprobs))
        if event.finish_reason is not None:
            choices.append(_chunk_choice(index, {}, finish=_finish(event.finish_reason)))
        if event.usage is not None:
            self._usages[index] = event.usage
        return b"".join(self._chunk([choice]) for choice in choices)

    def end(self) -> bytes:
        if not self._include_usage:
            return DONE
        return self._chunk([]) + DONE

    def failed(self, failure: Failure) -> bytes:
        return server_sent(openai_error(failure))

    def keep_alive(self) -> bytes:
        return KEEP_ALIVE_COMMENT

    def _chunk(self, choices: list[ChunkChoice]) -> bytes:
        chunk: ChatCompletionChunkBody = {
            "id": self._stamp.id,
            "object": "chat.completion.chunk",
            "created": self._stamp.created,
            "model": self._model,
            "system_fingerprint": self._stamp.fingerprint,
            "service_tier": self._stamp.service_tier,
            "choices": choices,
        }
        if self._include_usage:
            chunk["usage"] = None if choices else usage_body([use for _, use in sorted(self._usages.items())])
        is_last = any(choice["finish_reason"] is not None for choice in choices)
        found = self._knowledge() if is_last else None
        if self._about is not None and (found is not None or not self._told):
            self._told = True
            chunk["open_autoglm"] = with_knowledge(self._stamp.about(self._about), found)
        return server_sent(chunk)


def _choice(index: int, completion: Completion, logprobs: bool) -> ChoiceBody:
    message: MessageBody = {
        "role": "assistant",
        "content": None if completion.tool_calls and not completion.text else completion.text,
        "refusal": None,
    }
    if completion.reasoning:
        message["reasoning_content"] = completion.reasoning
    if completion.tool_calls:
        message["tool_calls"] = [
            {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}
            for call in completion.tool_calls
        ]
    return {
        "index": index,
        "message": message,
        "logprobs": _logprobs(completion.logprobs) if logprobs else None,
        "finish_reason": _finish(completion.finish_reason),
    }


def _chunk_choice(
    index: int, delta: MessageDelta, *, logprobs: LogprobsBody | None = None, finish: Finish | None = None
) -> ChunkChoice:
    return {"index": index, "delta": delta, "logprobs": logprobs, "finish_reason": finish}


def _delta(event: StreamEvent) -> MessageDelta:
    delta: MessageDelta = {}
    if event.reasoning:
        delta["reasoning_content"] = event.reasoning
    if event.text:
        delta["content"] = event.text
    if event.tool_calls:
        delta["tool_calls"] = [_tool_call_delta(piece) for piece in event.tool_calls]
    return delta


def _tool_call_delta(piece: ToolCallPiece) -> ToolCallDelta:
    function: FunctionDelta = {"arguments": piece.arguments}
    if piece.name is not None:
        function = {"name": piece.name, "arguments": piece.arguments}
    if piece.id is None:
        return {"index": piece.index, "function": function}
    return {"index": piece.index, "id": piece.id, "type": "function", "function": function}


def _logprobs(entries: Sequence[TokenLogprob]) -> LogprobsBody:
    return {"content": [token_logprob_body(entry) for entry in entries], "refusal": None}


def _finish(reason: FinishReason) -> Finish:
    """OpenAI has no word for an answer that was stopped from outside; it is not whole, as with length."""
    return "length" if reason == "cancelled" else reason
