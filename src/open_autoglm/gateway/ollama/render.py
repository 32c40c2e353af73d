"""Answers of chat and generate as Ollama writes them: JSON lines, or one object."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from open_autoglm.engine.base import AnswerGatherer
from open_autoglm.gateway.answering import about_json
from open_autoglm.gateway.dialect.answer_fields import token_logprob_body
from open_autoglm.gateway.dialect.tool_input import tool_input
from open_autoglm.gateway.failures import Failure, ollama_error
from open_autoglm.serving.request import AnswerAbout
from open_autoglm.values import FinishReason, StreamEvent, TokenLogprob, ToolCall

NANOSECONDS = 1_000_000_000
DONE_REASONS: Mapping[FinishReason, str] = {"length": "length"}
"""All others are ``stop``: also an answer that calls tools."""


@dataclass(frozen=True, slots=True)
class Piece:
    """What of an answer stands in one object."""

    text: str = ""
    thinking: str = ""
    tool_calls: tuple[ToolCall, ...] = ()


PieceShape = Callable[[Piece], dict[str, Any]]


def chat_shape(piece: Piece) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": piece.text}
    if piece.thinking:
        message["thinking"] = piece.thinking
    if piece.tool_calls:
        message["tool_calls"] = [
            {"id": call.id, "function": {"name": call.name, "arguments": tool_input(call.arguments)}}
            for call in piece.tool_calls
        ]
    return {"message": message}


def generate_shape(piece: Piece) -> dict[str, Any]:
    return {"response": piece.text, **({"thinking": piece.thinking} if piece.thinking else {})}


class Record:
    """One answer while it comes, and when what came. Times run from the making of this object."""

    def __init__(self, clock: Callable[[], int] = time.monotonic_ns) -> None:
        self._clock = clock
        self._asked = clock()
        self._first: int | None = None
        self._last = self._asked
        self._gatherer = AnswerGatherer("")
        self._about: AnswerAbout | None = None

    @property
    def model(self) -> str:
        return self._about.model if self._about is not None else ""

    def begin(self, about: AnswerAbout) -> None:
        self._about = about

    def add(self, event: StreamEvent) -> None:
        if event.progress is None:
            self._last = self._clock()
            self._first = self._last if self._first is None else self._first
        self._gatherer.add(event)

    def piece(self) -> Piece:
        """The whole answer."""
        completion = self._gatherer.completion()
        return Piece(completion.text, completion.reasoning, completion.tool_calls)

    def logprobs(self) -> tuple[TokenLogprob, ...]:
        return self._gatherer.completion().logprobs

    def last_fields(self, ignored: Sequence[str]) -> dict[str, Any]:
        """What stands in the last object: why it ended, counts, and durations as they were measured here."""
        completion = self._gatherer.completion()
        waited = int(self._about.queue_s * NANOSECONDS) if self._about is not None else 0
        first = self._last if self._first is None else self._first
        return {
            "done": True,
            "done_reason": DONE_REASONS.get(completion.finish_reason, "stop"),
            "total_duration": self._last - self._asked,
            "load_duration": waited,
            "prompt_eval_count": completion.usage.prompt_tokens,
            "prompt_eval_duration": max(0, first - self._asked - waited),
            "eval_count": completion.usage.completion_tokens,
            "eval_duration": self._last - first,
            "open_autoglm": {
                **(about_json(self._about) if self._about is not None else {}),
                "ignored_fields": list(ignored),
            },
        }


def whole_answer(shape: PieceShape, record: Record, ignored: Sequence[str]) -> dict[str, Any]:
    return {
        **_frame(record.model),
        **shape(record.piece()),
        **_logprobs(record.logprobs()),
        **record.last_fields(ignored),
    }


def empty_answer(shape: PieceShape, model: str, done_reason: str) -> dict[str, Any]:
    """The answer to a request that only loads or unloads a model."""
    return {
        **_frame(model),
        **shape(Piece()),
        "done": True,
        "done_reason": done_reason,
        "open_autoglm": {"model": model, "ignored_fields": []},
    }


class AnswerLines:
    """The lines of one streamed answer: its text piece by piece, its tool calls whole, then the counts."""

    media_type = "application/x-ndjson"

    def __init__(self, shape: PieceShape, record: Record, ignored: Sequence[str]) -> None:
        self._shape = shape
        self._record = record
        self._ignored = ignored

    def begin(self, about: AnswerAbout) -> bytes:
        self._record.begin(about)
        return b""

    def event(self, index: int, event: StreamEvent) -> bytes:
        del index  # there is one answer only
        self._record.add(event)
        if not (event.text or event.reasoning or event.logprobs):
            return b""
        return self._piece(Piece(event.text, event.reasoning), event.logprobs)

    def end(self) -> bytes:
        calls = self._record.piece().tool_calls
        data = self._piece(Piece(tool_calls=calls)) if calls else b""
        last = {**_frame(self._record.model), **self._shape(Piece())}
        return data + _line({**last, **self._record.last_fields(self._ignored)})

    def failed(self, failure: Failure) -> bytes:
        return _line(ollama_error(failure))

    def keep_alive(self) -> bytes:
        """A space, which belongs to the line that comes next: JSON may begin with any number of them.

        There is no line that only says "wait": a client takes each for a piece of the answer, and an empty
        one for JSON that is broken (``ollama`` for Python: ``json.loads(line)``).
        """
        return b" "

    def _piece(self, piece: Piece, logprobs: Sequence[TokenLogprob] = ()) -> bytes:
        frame = _frame(self._record.model)
        return _line({**frame, **self._shape(piece), **_logprobs(logprobs), "done": False})


def _frame(model: str) -> dict[str, Any]:
    return {"model": model, "created_at": utc_time(datetime.now(UTC))}


def utc_time(moment: datetime) -> str:
    """As Go's clients read it (RFC 3339)."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _logprobs(logprobs: Sequence[TokenLogprob]) -> dict[str, Any]:
    return {"logprobs": [token_logprob_body(entry) for entry in logprobs]} if logprobs else {}


def _line(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
