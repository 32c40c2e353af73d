"""Anthropic's requests become requests of our own."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from open_autoglm.errors import UsageError
from open_autoglm.gateway.anthropic.schema import Conversation, MessagesRequest
from open_autoglm.gateway.anthropic.translate import Translated, image_urls, shows_thinking, translate
from open_autoglm.serving.model_facts import ModelFacts
from open_autoglm.values import ChatRequest, ImagePart, Message, Sampling, TextPart, Tool, ToolCall

PLAIN = ModelFacts("plain", "Plain", "model", "plain", capabilities=("chat", "tools"))
THINKER = ModelFacts("thinker", "Thinker", "model", "thinker", capabilities=("chat", "reasoning"))
ELSEWHERE = ModelFacts("far", "Far", "upstream", "far")
WEATHER = {"name": "weather", "description": "Tells it.", "input_schema": {"type": "object"}}
PIXEL = ImagePart(b"pixel", "image/png")
HELLO = [{"role": "user", "content": "Hello"}]


def translated(facts: ModelFacts = PLAIN, **fields: Any) -> Translated:
    body = {"model": "plain", "max_tokens": 50, "messages": HELLO, **fields}
    asked = MessagesRequest.model_validate(body)
    return translate(asked, facts, dict.fromkeys(image_urls(asked), PIXEL))


def request_of(facts: ModelFacts = PLAIN, **fields: Any) -> ChatRequest:
    return translated(facts, **fields).request


def messages_of(*messages: dict[str, Any], **fields: Any) -> tuple[Message, ...]:
    return request_of(messages=list(messages), **fields).messages


def user(*blocks: dict[str, Any]) -> dict[str, Any]:
    return {"role": "user", "content": list(blocks)}


def assistant(*blocks: dict[str, Any]) -> dict[str, Any]:
    return {"role": "assistant", "content": list(blocks)}


def text(words: str) -> dict[str, Any]:
    return {"type": "text", "text": words}


def test_a_plain_request_has_the_provider_s_defaults() -> None:
    assert request_of() == ChatRequest(
        (Message("user", "Hello"),), max_tokens=50, sampling=Sampling(temperature=1.0)
    )


def test_sampling_and_stops_are_carried_over() -> None:
    request = request_of(temperature=0.0, top_p=0.5, top_k=7, stop_sequences=["END", "\n"])
    assert request.sampling == Sampling(temperature=0.0, top_p=0.5, top_k=7)
    assert request.stop == ("END", "\n")


@pytest.mark.parametrize("system", ["Be brief.\n\nBe kind.", [text("Be brief."), text("Be kind.")]])
def test_the_system_prompt_is_the_first_message(system: Any) -> None:
    assert request_of(system=system).messages[0] == Message("system", "Be brief.\n\nBe kind.")


def test_turns_of_the_same_role_are_one_turn() -> None:
    assert messages_of(user(text("One.")), {"role": "user", "content": "Two."}) == (
        Message("user", "One.\nTwo."),
    )


def test_a_last_turn_of_the_assistant_is_gone_on_with() -> None:
    assert messages_of(*HELLO, assistant(text("Well,")))[-1] == Message("assistant", "Well,")


def test_a_picture_stays_where_it_stood() -> None:
    source = {"type": "base64", "media_type": "image/png", "data": "aGk="}
    assert messages_of(user({"type": "image", "source": source}, text("What is it?"))) == (
        Message("user", (PIXEL, TextPart("What is it?"))),
    )


def test_pictures_are_read_by_their_url_once_also_those_in_tool_results() -> None:
    data = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "aGk="}}
    far = {"type": "image", "source": {"type": "url", "url": "https://example.com/a.png"}}
    asked = Conversation.model_validate(
        {
            "model": "plain",
            "messages": [
                user(data, data),
                user({"type": "tool_result", "tool_use_id": "1", "content": [far]}),
            ],
        }
    )
    assert image_urls(asked) == ("data:image/png;base64,aGk=", "https://example.com/a.png")


def test_tools_and_their_results_are_messages_of_their_own() -> None:
    call = {"type": "tool_use", "id": "c1", "name": "weather", "input": {"city": "Köln"}}
    result = {"type": "tool_result", "tool_use_id": "c1", "content": [text("Rain.")]}
    messages = messages_of(
        *HELLO, assistant(text("I'll look."), call), user(result, text("Thanks.")), tools=[WEATHER]
    )
    assert messages[1:] == (
        Message("assistant", "I'll look.", tool_calls=(ToolCall("c1", "weather", '{"city": "Köln"}'),)),
        Message("tool", "Rain.", tool_call_id="c1"),
        Message("user", "Thanks."),
    )


def test_a_failed_tool_says_so_to_the_model() -> None:
    result = {"type": "tool_result", "tool_use_id": "c1", "content": "No network.", "is_error": True}
    assert messages_of(user(result)) == (Message("tool", "The tool failed:\nNo network.", tool_call_id="c1"),)


def test_earlier_thoughts_are_left_out() -> None:
    thought = {"type": "thinking", "thinking": "Hm.", "signature": "x"}
    hidden = {"type": "redacted_thinking", "data": "x"}
    assert messages_of(*HELLO, assistant(thought, hidden, text("Hi.")))[1] == Message("assistant", "Hi.")


def test_documents_and_search_results_that_are_text_are_read() -> None:
    document = {
        "type": "document",
        "title": "Report",
        "source": {"type": "text", "media_type": "text/plain", "data": "All is well."},
    }
    blocks = {"type": "document", "source": {"type": "content", "content": [text("Page one.")]}}
    found = {"type": "search_result", "title": "T", "source": "S", "content": [text("C")]}
    assert messages_of(user(document, blocks, found)) == (
        Message("user", "Report\nAll is well.\nPage one.\nT\nS\nC"),
    )


def test_a_document_that_is_no_text_is_refused_with_what_to_do() -> None:
    source = {"type": "base64", "media_type": "application/pdf", "data": "x"}
    with pytest.raises(ValidationError, match="document_parse"):
        request_of(messages=[user({"type": "document", "source": source})])


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        (None, ("auto", True)),
        ({"type": "auto", "disable_parallel_tool_use": True}, ("auto", False)),
        ({"type": "any"}, ("required", True)),
        ({"type": "tool", "name": "weather"}, ("weather", True)),
        ({"type": "none"}, ("none", True)),
    ],
)
def test_the_choice_of_tools_is_carried_over(choice: Any, expected: tuple[str, bool]) -> None:
    request = request_of(tools=[WEATHER], tool_choice=choice)
    assert request.tools == (Tool("weather", "Tells it.", {"type": "object"}),)
    assert (request.tool_choice, request.parallel_tool_calls) == expected


@pytest.mark.parametrize(
    "fields",
    [
        {"tool_choice": {"type": "any"}},
        {"tool_choice": {"type": "tool", "name": "other"}, "tools": [WEATHER]},
        {"messages": [assistant({"type": "tool_result", "tool_use_id": "1"})]},
        {"messages": [user({"type": "tool_use", "id": "1", "name": "weather", "input": {}})]},
        {"mcp_servers": [{"type": "url", "url": "https://example.com", "name": "x"}]},
    ],
)
def test_what_makes_no_sense_or_can_t_be_had_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        request_of(**fields)


def test_a_tool_that_runs_at_the_provider_is_refused_by_name() -> None:
    with pytest.raises(ValidationError, match="'web_search' of type 'web_search_20250305'"):
        request_of(tools=[{"type": "web_search_20250305", "name": "web_search"}])


def test_two_tools_of_one_name_are_refused() -> None:
    with pytest.raises(ValidationError, match="several tools are named 'weather'"):
        request_of(tools=[WEATHER, WEATHER])


def test_a_schema_for_the_answer_is_carried_over() -> None:
    schema = {"type": "object", "properties": {"a": {"type": "integer"}}}
    request = request_of(output_config={"format": {"type": "json_schema", "schema": schema}})
    assert request.json_schema == schema


@pytest.mark.parametrize(
    ("facts", "thinking", "expected"),
    [
        (THINKER, None, {"enable_thinking": False}),
        (THINKER, {"type": "disabled"}, {"enable_thinking": False}),
        (THINKER, {"type": "enabled", "budget_tokens": 1024}, {"enable_thinking": True}),
        (THINKER, {"type": "adaptive"}, {}),
        (PLAIN, {"type": "enabled", "budget_tokens": 1024}, {}),
        (ELSEWHERE, None, {}),
        (ELSEWHERE, {"type": "disabled"}, {"enable_thinking": False}),
    ],
)
def test_a_model_that_can_think_aloud_does_so_when_asked_to(
    facts: ModelFacts, thinking: Any, expected: dict[str, bool]
) -> None:
    assert request_of(facts, thinking=thinking).template_arguments == expected


def test_thoughts_are_shown_unless_they_are_to_be_omitted() -> None:
    def asked(**thinking: Any) -> Conversation:
        return Conversation.model_validate({"model": "m", "messages": HELLO, "thinking": thinking})

    assert shows_thinking(asked(type="adaptive"))
    assert not shows_thinking(asked(type="adaptive", display="omitted"))


def test_fields_without_effect_are_named() -> None:
    marked = {**text("Hi."), "cache_control": {"type": "ephemeral"}, "citations": [{"a": 1}]}
    ignored = translated(
        messages=[user(marked)],
        service_tier="auto",
        context_management={"edits": [{"type": "clear_tool_uses_20250919"}]},
        cache_control={"type": "ephemeral"},
        metadata={"user_id": "u"},
        output_config={"effort": "low"},
        thinking={"type": "enabled", "budget_tokens": 1024},
    ).ignored
    assert set(ignored) == {
        "messages.0.content.0.citations",
        "service_tier",
        "context_management",
        "output_config.effort",
        "thinking.budget_tokens",
        "thinking",
    }


def test_beta_headers_are_named_among_what_has_no_effect() -> None:
    asked = Conversation.model_validate({"model": "m", "messages": HELLO})
    assert translate(asked, PLAIN, {}, "context-1m-2025-08-07").ignored == ("anthropic-beta",)
