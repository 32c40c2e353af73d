"""Fields that were sent and are not read: some are refused, the others are named in the answer.

A field that asks for something else than text, or that would constrain the answer, can't be left out
without a word that a program reads; a hint can.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel

from open_autoglm.gateway.failures import FieldRefused

MAX_NAMED = 50
MAX_NAME_CHARS = 200

USE_RESPONSE_FORMAT = "Use response_format, or grammar (GBNF)."
USE_TOOLS = "Use tools and tool_choice."

REFUSED: Mapping[str, str] = {
    "audio": "No audio is made here.",
    "modalities": "Only text is answered here.",
    "prediction": "Guesses at the answer are found in the prompt itself here.",
    "web_search_options": "Nothing is searched on the web here.",
    "moderation": "Nothing is moderated here.",
    "functions": USE_TOOLS,
    "function_call": USE_TOOLS,
    "guided_json": USE_RESPONSE_FORMAT,
    "guided_regex": USE_RESPONSE_FORMAT,
    "guided_choice": USE_RESPONSE_FORMAT,
    "guided_grammar": USE_RESPONSE_FORMAT,
    "structured_outputs": USE_RESPONSE_FORMAT,
    "continue_final_message": "A last message of the assistant is always gone on with.",
    "use_beam_search": "Answers are sampled here.",
    "stop_token_ids": "Use stop, with the text of the tokens.",
    "prompt_logprobs": "Only tokens of the answer have log probabilities here.",
    "lora": "Adapters can't be chosen here.",
}
"""What stands in nobody's schema here, and changes what the answer is."""

_MEANS_NOTHING: Mapping[str, tuple[Any, ...]] = {"modalities": (["text"],), "function_call": ("none",)}


def require_readable(body: BaseModel, more_refused: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """Names of fields without effect, for the answer. Raises FieldRefused for those that can't have none."""
    refused = {**REFUSED, **(more_refused or {})}
    for name, value in (body.model_extra or {}).items():
        if name in refused and _asks_something(name, value):
            raise FieldRefused(name, f"Field {name!r} can't be honoured: {refused[name]}")
    names = _unread(body, "")
    return tuple(name for name, _ in zip(names, range(MAX_NAMED), strict=False))


def _unread(value: Any, place: str) -> Iterator[str]:
    if isinstance(value, BaseModel):
        for name, extra in (value.model_extra or {}).items():
            if not _is_nothing(extra):
                yield f"{place}{name}"[:MAX_NAME_CHARS]
        for name in value.model_fields_set:
            if name in type(value).model_fields:
                yield from _unread(getattr(value, name), f"{place}{name}.")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _unread(item, f"{place}{index}.")


def _is_nothing(value: Any) -> bool:
    """Whether a value says no more than leaving the field out would."""
    return value is None or value is False or value in ("", [], {})


def _asks_something(name: str, value: Any) -> bool:
    """``{}`` does, for one where options of a search are given."""
    return value == {} or not (_is_nothing(value) or value in _MEANS_NOTHING.get(name, ()))
