"""Reads answers in the OpenAI formats: chunks of a stream, whole answers, errors."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from open_autoglm.errors import (
    ContextExceeded,
    EngineError,
    EngineTimeout,
    EngineUnavailable,
    NotSupported,
    OpenAutoGLMError,
    UnknownModel,
    UsageError,
)
from open_autoglm.values import (
    FinishReason,
    PromptProgress,
    StreamEvent,
    TokenLogprob,
    ToolCallPiece,
    Usage,
)

FINISH_REASONS: Mapping[str, FinishReason] = {
    "stop": "stop",
    "length": "length",
    "tool_calls": "tool_calls",
}
MAX_QUOTED_CHARS = 500


def chat_event(data: str) -> StreamEvent | None:
    """A chunk of a chat stream, or a whole chat answer; None when it says nothing that we carry.

    Finish reason and usage may come in separate chunks; the reader joins them. Raises the error that
    the chunk carries, or EngineError when it is not in the format.
    """
    try:
        chunk = json.loads(data)
        if "error" in chunk:
            raise error_from_body(chunk.get("error", {}).get("code"), chunk)
        choices = chunk.get("choices") or [{}]
        said = choices[0].get("delta") or choices[0].get("message") or {}
        event = StreamEvent(
            text=said.get("content") or "",
            reasoning=said.get("reasoning_content") or said.get("reasoning") or "",
            tool_calls=_tool_calls(said.get("tool_calls") or ()),
            logprobs=token_logprobs((choices[0].get("logprobs") or {}).get("content") or ()),
            progress=_progress(chunk.get("prompt_progress")),
            finish_reason=_finish_reason(choices[0].get("finish_reason")),
            usage=_usage(chunk.get("usage")),
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise EngineError(f"The engine sent something that is not a chat chunk: {quote(data)}.") from error
    return event if event != StreamEvent() else None


def text_event(data: str) -> StreamEvent | None:
    """The same for a chunk of a text completion in the plain format."""
    try:
        chunk = json.loads(data)
        if "error" in chunk:
            raise error_from_body(chunk.get("error", {}).get("code"), chunk)
        choice = (chunk.get("choices") or [{}])[0]
        event = StreamEvent(
            text=choice.get("text") or "",
            logprobs=_legacy_logprobs(choice.get("logprobs")),
            finish_reason=_finish_reason(choice.get("finish_reason")),
            usage=_usage(chunk.get("usage")),
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise EngineError(f"The engine sent something that is not a text chunk: {quote(data)}.") from error
    return event if event != StreamEvent() else None


def token_logprobs(rows: Iterable[Mapping[str, Any]]) -> tuple[TokenLogprob, ...]:
    """Rows of token, bytes and logprob, with the likeliest others in each."""
    return tuple(
        TokenLogprob(
            token=str(row["token"]),
            data=bytes(row["bytes"]) if row.get("bytes") is not None else str(row["token"]).encode(),
            logprob=float(row["logprob"]),
            alternatives=token_logprobs(row.get("top_logprobs") or ()),
        )
        for row in rows
    )


def _legacy_logprobs(value: Mapping[str, Any] | None) -> tuple[TokenLogprob, ...]:
    """The columns of the text completion format."""
    if not value:
        return ()
    tokens, logprobs = value["tokens"], value["token_logprobs"]
    others = value.get("top_logprobs") or [None] * len(tokens)
    return tuple(
        TokenLogprob(
            token,
            token.encode(),
            float(logprob or 0.0),
            tuple(TokenLogprob(other, other.encode(), float(its)) for other, its in (beside or {}).items()),
        )
        for token, logprob, beside in zip(tokens, logprobs, others, strict=True)
    )


def _tool_calls(rows: Iterable[Mapping[str, Any]]) -> tuple[ToolCallPiece, ...]:
    """Pieces in a stream name their index; a whole answer lists its calls in order."""
    return tuple(
        ToolCallPiece(
            index=int(row.get("index", number)),
            arguments=(row.get("function") or {}).get("arguments") or "",
            id=row.get("id") or None,
            name=(row.get("function") or {}).get("name") or None,
        )
        for number, row in enumerate(rows)
    )


def _progress(value: Mapping[str, Any] | None) -> PromptProgress | None:
    return None if value is None else PromptProgress(int(value["processed"]), int(value["total"]))


def _finish_reason(value: str | None) -> FinishReason | None:
    if value is None:
        return None
    if value not in FINISH_REASONS:
        raise EngineError(f"The engine ended its answer with {value!r}, so the answer is not whole.")
    return FINISH_REASONS[value]


def _usage(value: Mapping[str, Any] | None) -> Usage | None:
    if not value:
        return None
    details = value.get("prompt_tokens_details") or {}
    return Usage(
        prompt_tokens=int(value["prompt_tokens"]),
        completion_tokens=int(value.get("completion_tokens") or 0),
        cached_tokens=int(details.get("cached_tokens") or 0),
    )


def error_from_body(status: int | None, body: Any) -> OpenAutoGLMError:
    """The error of our tree that an error answer stands for. ``body`` is parsed JSON or text."""
    error = body.get("error", body) if isinstance(body, dict) else {}
    error = error if isinstance(error, dict) else {"message": error}
    said = quote(str(error.get("message") or body or "no reason given"))
    kinds = {str(error.get("type")), str(error.get("code"))}
    if kinds & {"exceed_context_size_error", "context_length_exceeded"}:
        return ContextExceeded(f"The prompt is larger than the window: {said}.")
    if status in (401, 403):
        return EngineError(f"The engine refused the key: {said}.", hint="Check the key of this upstream.")
    if status == 404:
        return UnknownModel(f"The engine doesn't know what was asked for: {said}.")
    if status in (408, 504):
        return EngineTimeout(f"The engine took too long: {said}.")
    if status in (429, 502, 503):
        return EngineUnavailable(f"The engine can't answer now: {said}.")
    if status == 501:
        return NotSupported(f"The engine can't do this: {said}.")
    if status is not None and 400 <= status < 500:
        return UsageError(f"The engine refused the request: {said}.")
    return EngineError(f"The engine failed with status {status}: {said}.")


def quote(text: str) -> str:
    """What a server said, short enough for a sentence of ours."""
    shortened = text if len(text) <= MAX_QUOTED_CHARS else text[:MAX_QUOTED_CHARS] + " …"
    return shortened.strip().rstrip(".")
