"""llama.cpp's own format for text past the chat template: ``POST /completion`` of its server."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from open_autoglm.engine.openai_events import error_from_body, quote, token_logprobs
from open_autoglm.engine.openai_format import Dialect, sampling_fields
from open_autoglm.errors import EngineError
from open_autoglm.values import FinishReason, PromptProgress, StreamEvent, TextRequest, Usage


def completion_body(request: TextRequest, prompt: str | Sequence[int], dialect: Dialect) -> dict[str, Any]:
    """The JSON body of a streamed completion; ``prompt`` is text, or tokens where they are known."""
    body: dict[str, Any] = {
        "prompt": prompt if isinstance(prompt, str) else list(prompt),
        "n_predict": -1 if request.max_tokens is None else request.max_tokens,
        "stream": True,
        **sampling_fields(request.sampling, dialect),
        **dialect.extra,
    }
    if request.stop:
        body["stop"] = list(request.stop)
    if request.json_schema is not None:
        body["json_schema"] = dict(request.json_schema)
    if request.grammar is not None:
        body["grammar"] = request.grammar
    if request.logprobs is not None:
        body["n_probs"] = max(1, request.logprobs)  # with 0 there are none at all
    return body


def completion_event(data: str) -> StreamEvent | None:
    """A chunk of the stream; the last one carries finish reason and usage."""
    try:
        chunk = json.loads(data)
        if "error" in chunk:
            raise error_from_body(chunk["error"].get("code"), chunk)
        progress = chunk.get("prompt_progress")
        event = StreamEvent(
            text=chunk.get("content") or "",
            logprobs=token_logprobs(chunk.get("completion_probabilities") or ()),
            progress=None
            if progress is None
            else PromptProgress(int(progress["processed"]), int(progress["total"])),
        )
        if chunk.get("stop"):
            finish: FinishReason = "length" if chunk["stop_type"] == "limit" else "stop"
            usage = Usage(
                prompt_tokens=int(chunk["tokens_evaluated"]),
                completion_tokens=int(chunk["tokens_predicted"]),
                cached_tokens=int(chunk["timings"]["cache_n"]),
            )
            event = StreamEvent(event.text, logprobs=event.logprobs, finish_reason=finish, usage=usage)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise EngineError(f"llama.cpp sent something that is not a completion: {quote(data)}.") from error
    return event if event != StreamEvent() else None
