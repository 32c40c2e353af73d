"""The events of an answer as JSON, to be kept and replayed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any

from open_autoglm.values import StreamEvent, TokenLogprob, ToolCallPiece, Usage

_FORM = 1


def events_to_json(events: Iterable[StreamEvent]) -> bytes:
    """A whole answer. Neighboring pieces of one kind are joined: who replays it waits for no token, and
    a network event for each would cost more than everything else. Progress of the prompt is left out."""
    stored = [_event_to_values(event) for event in _joined(events)]
    text = json.dumps([_FORM, stored], ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", errors="surrogatepass")


def events_from_json(data: bytes) -> tuple[StreamEvent, ...] | None:
    """None where the data is of another form, or not whole."""
    try:
        form, stored = json.loads(data.decode("utf-8", errors="surrogatepass"))
        if form != _FORM:
            return None
        events = tuple(_event_from_values(values) for values in stored)
    except (ValueError, TypeError, KeyError, AttributeError):
        return None
    return events if is_whole(events) else None


def is_whole(events: Sequence[StreamEvent]) -> bool:
    """Whether these events are an answer that came to its own end."""
    return (
        bool(events) and events[-1].finish_reason not in (None, "cancelled") and events[-1].usage is not None
    )


def _joined(events: Iterable[StreamEvent]) -> Iterator[StreamEvent]:
    for kind, neighbors in groupby(events, _kind):
        if kind is None:
            yield from (event for event in neighbors if event != StreamEvent(progress=event.progress))
            continue
        pieces = list(neighbors)
        calls = [call for event in pieces for call in event.tool_calls]
        yield StreamEvent(
            text="".join(event.text for event in pieces),
            reasoning="".join(event.reasoning for event in pieces),
            tool_calls=(_joined_call(calls),) if calls else (),
            logprobs=tuple(logprob for event in pieces for logprob in event.logprobs),
        )


def _kind(event: StreamEvent) -> str | None:
    """Neighbors of one kind can be joined; an event of none stands alone."""
    if event.finish_reason is not None or event.usage is not None:
        return None
    kinds = [f"call {call.index}" for call in event.tool_calls]
    kinds += ["text"] if event.text else []
    kinds += ["reasoning"] if event.reasoning else []
    return kinds[0] if len(kinds) == 1 else None


def _joined_call(pieces: Sequence[ToolCallPiece]) -> ToolCallPiece:
    return ToolCallPiece(
        index=pieces[0].index,
        arguments="".join(piece.arguments for piece in pieces),
        id=next((piece.id for piece in pieces if piece.id), None),
        name=next((piece.name for piece in pieces if piece.name), None),
    )


def _event_to_values(event: StreamEvent) -> dict[str, Any]:
    usage = event.usage
    values = {
        "text": event.text,
        "reasoning": event.reasoning,
        "calls": [(call.index, call.arguments, call.id, call.name) for call in event.tool_calls],
        "logprobs": [_logprob_to_values(logprob) for logprob in event.logprobs],
        "finish": event.finish_reason,
        "usage": usage and (usage.prompt_tokens, usage.completion_tokens, usage.cached_tokens),
    }
    return {name: value for name, value in values.items() if value}


def _event_from_values(values: dict[str, Any]) -> StreamEvent:
    usage = values.get("usage")
    return StreamEvent(
        text=values.get("text", ""),
        reasoning=values.get("reasoning", ""),
        tool_calls=tuple(ToolCallPiece(*call) for call in values.get("calls", ())),
        logprobs=tuple(_logprob_from_values(logprob) for logprob in values.get("logprobs", ())),
        finish_reason=values.get("finish"),
        usage=Usage(*usage) if usage else None,
    )


def _logprob_to_values(logprob: TokenLogprob) -> tuple[Any, ...]:
    others = [_logprob_to_values(other) for other in logprob.alternatives]
    return logprob.token, logprob.data.hex(), logprob.logprob, others


def _logprob_from_values(values: list[Any]) -> TokenLogprob:
    token, data, logprob, others = values
    return TokenLogprob(
        token, bytes.fromhex(data), logprob, tuple(_logprob_from_values(other) for other in others)
    )
