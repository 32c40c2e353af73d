"""What /infill answers, written: a completion with its counts and times."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from open_autoglm.gateway.filling.fill import Filled, Filling
from open_autoglm.gateway.openai.llama_server.answer import Completed, InfillBody, Timings
from open_autoglm.gateway.openai.stamp import Stamp
from open_autoglm.serving.request import AnswerAbout
from open_autoglm.values import Completion, Usage


def whole_infill(stamp: Stamp, about: AnswerAbout, completion: Completion) -> InfillBody:
    """The answer, or the last piece of a stream."""
    usage = completion.usage
    return {
        "index": 0,
        "content": completion.text,
        "stop": True,
        "model": about.model,
        "stop_type": "eos" if completion.finish_reason == "stop" else "limit",
        "truncated": False,
        "tokens_predicted": usage.completion_tokens,
        "tokens_evaluated": usage.prompt_tokens,
        "tokens_cached": usage.cached_tokens,
        "open_autoglm": stamp.about(about),
    }


def whole_filled(stamp: Stamp, filled: Filled, filling: Filling, *, truncated: bool) -> InfillBody:
    """A completion with what was done to it."""
    completion = Completion(filled.finished.text, filled.finish_reason, filled.usage, filled.about.model)
    answer = whole_infill(stamp, filled.about, completion)
    answer["truncated"] = truncated
    answer["timings"] = _timings(filled)
    answer["completion"] = _completed(filled, filling)
    return answer


def only_fields(answer: InfillBody, fields: Sequence[str] | None) -> Mapping[str, Any]:
    """The fields that were asked for, each under its path; what there isn't is left out."""
    if fields is None:
        return answer
    found: dict[str, Any] = {}
    for path in fields:
        value: Any = answer
        for part in path.split("/"):
            value = value.get(part) if isinstance(value, Mapping) else None
        if value is not None:
            found[path] = value
    return found


def _completed(filled: Filled, filling: Filling) -> Completed:
    language = filling.place.language
    checks: Mapping[bool | None, Any] = {True: "parsed", False: "faulty", None: "unchecked"}
    return {
        "check": checks[filled.finished.parses] if filled.candidates else "kept",
        "language": language.name if language is not None else None,
        "candidates": filled.candidates,
    }


def _timings(filled: Filled) -> Timings:
    usage: Usage = filled.usage
    computed = usage.prompt_tokens - usage.cached_tokens
    return {
        "prompt_n": computed,
        "prompt_ms": round(filled.prompt_s * 1000, 3),
        "prompt_per_token_ms": _rate(filled.prompt_s * 1000, computed),
        "prompt_per_second": _rate(computed, filled.prompt_s),
        "predicted_n": usage.completion_tokens,
        "predicted_ms": round(filled.predict_s * 1000, 3),
        "predicted_per_token_ms": _rate(filled.predict_s * 1000, usage.completion_tokens),
        "predicted_per_second": _rate(usage.completion_tokens, filled.predict_s),
    }


def _rate(amount: float, per: float) -> float:
    return round(amount / per, 3) if per else 0.0
