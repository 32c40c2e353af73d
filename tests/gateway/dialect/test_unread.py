"""Fields that are not read: refused where they change the answer, named in it otherwise."""

from __future__ import annotations

from typing import Any

import pytest

from open_autoglm.gateway.dialect.unread import MAX_NAME_CHARS, MAX_NAMED, require_readable
from open_autoglm.gateway.failures import FieldRefused
from open_autoglm.gateway.openai.chat.request import ChatCompletionRequest

HELLO = {"model": "m", "messages": [{"role": "user", "content": "Hello."}]}


def unread(**fields: Any) -> tuple[str, ...]:
    return require_readable(ChatCompletionRequest.model_validate({**HELLO, **fields}))


def test_a_plain_request_leaves_nothing_unread() -> None:
    assert unread(temperature=0.5, stream_options={"include_usage": True}) == ()


def test_unknown_fields_are_named_with_their_place() -> None:
    messages = [
        {"role": "user", "content": [{"type": "text", "text": "x", "cache_control": 1}], "name": "Bo"}
    ]
    assert set(unread(messages=messages, user="u", skip_special_tokens=True)) == {
        "user",
        "skip_special_tokens",
        "messages.0.name",
        "messages.0.content.0.cache_control",
    }


@pytest.mark.parametrize("value", [None, [], "", False])
def test_a_field_that_asks_for_nothing_is_not_worth_a_word(value: Any) -> None:
    assert unread(audio=value, store=value, refusal=value) == ()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("audio", {"voice": "alloy"}),
        ("modalities", ["text", "audio"]),
        ("prediction", {"type": "content", "content": "x"}),
        ("web_search_options", {"search_context_size": "low"}),
        ("web_search_options", {}),
        ("functions", [{"name": "f"}]),
        ("function_call", "auto"),
        ("guided_json", {"type": "object"}),
    ],
)
def test_what_changes_the_answer_is_refused_by_its_name(field: str, value: Any) -> None:
    with pytest.raises(FieldRefused, match=field) as caught:
        unread(**{field: value})
    assert caught.value.parameter == field


def test_words_that_ask_for_what_happens_anyway_are_let_through() -> None:
    unread(modalities=["text"], function_call="none")


def test_a_flood_of_fields_is_named_in_part() -> None:
    assert len(unread(**{f"x{number}": 1 for number in range(200)})) == MAX_NAMED
    assert unread(**{"x" * 1000: 1}) == ("x" * MAX_NAME_CHARS,)
