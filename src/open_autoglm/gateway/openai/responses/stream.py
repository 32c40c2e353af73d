"""A response as a stream of events. Source: OpenAI API reference, "Streaming events" of Responses.

Items open and close one after another: thoughts, the message, each call. An item is closed when the next
one begins, or the answer ends.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from open_autoglm.gateway.answering import KEEP_ALIVE_COMMENT, server_sent
from open_autoglm.gateway.failures import Failure
from open_autoglm.gateway.openai.responses.answer import ItemStatus, OutputItem
from open_autoglm.gateway.openai.responses.render import (
    Frame,
    call_item,
    ended,
    logprob_list,
    message_item,
    reasoning_item,
    text_part,
)
from open_autoglm.gateway.openai.stamp import new_id
from open_autoglm.serving.request import AnswerAbout
from open_autoglm.values import StreamEvent, TokenLogprob, ToolCall, ToolCallPiece

Kind = Literal["reasoning", "message", "call"]
_ID_PREFIXES: Mapping[Kind, str] = {"reasoning": "rs_", "message": "msg_", "call": "fc_"}


@dataclass(slots=True)
class _OpenItem:
    """The item that is being written."""

    kind: Kind
    index: int
    """Its place in the output."""
    call: ToolCallPiece = field(default_factory=lambda: ToolCallPiece(0))
    """The first piece of a call, with its id and name."""
    text: str = ""
    logprobs: list[TokenLogprob] = field(default_factory=list)
    id: str = ""

    def __post_init__(self) -> None:
        self.id = new_id(_ID_PREFIXES[self.kind])

    def as_item(self, status: ItemStatus, *, empty: bool = False) -> OutputItem:
        """As it is now, or as it was when it began."""
        text = "" if empty else self.text
        if self.kind == "reasoning":
            return reasoning_item(self.id, text, status)
        if self.kind == "message":
            return message_item(self.id, [] if empty else [text_part(text, self.logprobs)], status)
        return call_item(self.id, ToolCall(self.call.id or "", self.call.name or "", text), status)


class ResponseStream:
    """Writes the events of one response."""

    media_type = "text/event-stream"

    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        self._about: AnswerAbout | None = None
        self._number = 0
        self._done: list[OutputItem] = []
        self._open: _OpenItem | None = None
        self._ending = b""

    def begin(self, about: AnswerAbout) -> bytes:
        self._about = about
        response = self._frame.response("in_progress", about, [])
        return self._send("response.created", response=response) + self._send(
            "response.in_progress", response=response
        )

    def event(self, index: int, event: StreamEvent) -> bytes:
        del index  # there is one answer
        data = b""
        if event.reasoning:
            data += self._reasoning(event.reasoning)
        if event.text or (event.logprobs and not event.reasoning and not event.tool_calls):
            data += self._text(event)
        for piece in event.tool_calls:
            data += self._call(piece)
        if event.finish_reason is not None:
            data += self._finish(event)
        return data

    def end(self) -> bytes:
        return self._ending

    def failed(self, failure: Failure) -> bytes:
        if self._about is None:
            return self._send("error", code=failure.code, message=failure.message, param=failure.parameter)
        data = self._close("incomplete")
        response = self._frame.response(
            "failed",
            self._about,
            self._done,
            error={"code": failure.code or "server_error", "message": failure.message},
        )
        return data + self._send("response.failed", response=response)

    def keep_alive(self) -> bytes:
        return KEEP_ALIVE_COMMENT

    def _reasoning(self, text: str) -> bytes:
        data, item = self._item("reasoning")
        item.text += text
        return data + self._send("response.reasoning_text.delta", **_at(item), delta=text)

    def _text(self, event: StreamEvent) -> bytes:
        data, item = self._item("message")
        item.text += event.text
        logprobs = event.logprobs if self._frame.logprobs else ()
        item.logprobs += logprobs
        return data + self._send(
            "response.output_text.delta", **_at(item), delta=event.text, logprobs=logprob_list(logprobs)
        )

    def _call(self, piece: ToolCallPiece) -> bytes:
        data, item = self._item("call", piece)
        if not piece.arguments:
            return data
        item.text += piece.arguments
        return data + self._send(
            "response.function_call_arguments.delta",
            item_id=item.id,
            output_index=item.index,
            delta=piece.arguments,
        )

    def _finish(self, event: StreamEvent) -> bytes:
        data = b""
        if self._open is None and not self._done:
            data, _ = self._item("message")
        status = ended(event.finish_reason or "stop")
        data += self._close(status)
        assert self._about is not None  # noqa: S101 - a stream begins before its first event
        response = self._frame.response(status, self._about, self._done, usage=event.usage)
        self._ending = self._send(f"response.{status}", response=response)
        return data

    def _item(self, kind: Kind, piece: ToolCallPiece | None = None) -> tuple[bytes, _OpenItem]:
        """The open item that this belongs to, and what has to be sent to open it."""
        now = self._open
        if now is not None and now.kind == kind and (piece is None or piece.index == now.call.index):
            return b"", now
        data = self._close("completed")
        item = _OpenItem(kind, len(self._done), piece or ToolCallPiece(0))
        self._open = item
        began = item.as_item("in_progress", empty=True)
        data += self._send("response.output_item.added", output_index=item.index, item=began)
        if kind != "call":
            data += self._send("response.content_part.added", **_at(item), part=_part(item))
        return data, item

    def _close(self, status: ItemStatus) -> bytes:
        item, self._open = self._open, None
        if item is None:
            return b""
        whole = item.as_item(status)
        self._done.append(whole)
        if item.kind == "call":
            data = self._send(
                "response.function_call_arguments.done",
                item_id=item.id,
                output_index=item.index,
                name=item.call.name,
                arguments=item.text,
            )
        elif item.kind == "message":
            data = self._send(
                "response.output_text.done",
                **_at(item),
                text=item.text,
                logprobs=logprob_list(item.logprobs),
            )
        else:
            data = self._send("response.reasoning_text.done", **_at(item), text=item.text)
        if item.kind != "call":
            data += self._send("response.content_part.done", **_at(item), part=_part(item))
        return data + self._send("response.output_item.done", output_index=item.index, item=whole)

    def _send(self, kind: str, **fields: Any) -> bytes:
        number = self._number
        self._number += 1
        return server_sent({"type": kind, "sequence_number": number, **fields}, event=kind)


def _at(item: _OpenItem) -> dict[str, Any]:
    """Where a piece of text belongs; an item has one part."""
    return {"item_id": item.id, "output_index": item.index, "content_index": 0}


def _part(item: _OpenItem) -> Mapping[str, Any]:
    if item.kind == "reasoning":
        return {"type": "reasoning_text", "text": item.text}
    return text_part(item.text, item.logprobs)
