"""From the body of a chat request to what an engine is asked."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from open_autoglm.gateway.failures import FieldRefused
from open_autoglm.gateway.openai.chat.request import ChatCompletionRequest
from open_autoglm.gateway.openai.chat.translate import chat_requests, image_urls
from open_autoglm.values import ChatRequest, ImagePart, Message, Sampling, TextPart, Tool, ToolCall

HELLO = [{"role": "user", "content": "Hello."}]
PNG = "data:image/png;base64,AAAA"
WEATHER = {"type": "function", "function": {"name": "weather", "description": "How it is."}}


def body(**fields: Any) -> ChatCompletionRequest:
    return ChatCompletionRequest.model_validate({"model": "scripted", "messages": HELLO, **fields})


def translated(**fields: Any) -> ChatRequest:
    [request] = chat_requests(body(**fields), {})
    return request


def refusal(**fields: Any) -> str:
    """The parameter that a request is refused for."""
    with pytest.raises(FieldRefused) as caught:
        chat_requests(body(**fields), {})
    return caught.value.parameter


def test_what_is_left_out_is_openais_default() -> None:
    assert translated() == ChatRequest((Message("user", "Hello."),), sampling=Sampling(temperature=1.0))


def test_null_means_left_out() -> None:
    nulls = dict.fromkeys(
        [
            "temperature",
            "top_p",
            "n",
            "stop",
            "seed",
            "max_tokens",
            "tools",
            "tool_choice",
            "logit_bias",
            "stream",
        ]
    )
    assert translated(**nulls) == translated()


def test_every_sampling_field_arrives() -> None:
    asked = translated(
        temperature=0.5,
        top_p=0.85,
        top_k=40,
        min_p=0.1,
        repeat_penalty=1.1,
        frequency_penalty=0.2,
        presence_penalty=-0.5,
        seed=7,
        logit_bias={"15": -100, "16": 2.5},
    )
    assert asked.sampling == Sampling(0.5, 0.85, 40, 0.1, 1.1, 0.2, -0.5, 7, ((15, -100), (16, 2.5)))


def test_vllms_name_of_the_repeat_penalty_is_the_same() -> None:
    assert translated(repetition_penalty=1.2).sampling.repeat_penalty == 1.2
    assert refusal(repetition_penalty=1.2, repeat_penalty=1.2) == "repetition_penalty"


@pytest.mark.parametrize(("sent", "seed"), [(-1, None), (2**40, 2**40 % (2**32 - 1)), (0, 0)])
def test_a_seed_fits_32_bits_and_minus_one_is_none(sent: int, seed: int | None) -> None:
    assert translated(seed=sent).sampling.seed == seed


def test_each_of_n_answers_has_the_next_seed() -> None:
    requests = chat_requests(body(n=3, seed=5), {})
    assert [request.sampling.seed for request in requests] == [5, 6, 7]


def test_top_k_of_all_is_written_as_zero() -> None:
    assert translated(top_k=-1).sampling.top_k == 0


@pytest.mark.parametrize("field", ["max_tokens", "max_completion_tokens"])
def test_both_names_of_the_token_limit_mean_the_same(field: str) -> None:
    assert translated(**{field: 12}).max_tokens == 12


def test_two_different_token_limits_are_refused() -> None:
    assert refusal(max_tokens=1, max_completion_tokens=2) == "max_tokens"
    assert translated(max_tokens=2, max_completion_tokens=2).max_tokens == 2


def test_a_whole_number_may_be_written_with_a_point() -> None:
    assert translated(max_tokens=5.0).max_tokens == 5


@pytest.mark.parametrize(("sent", "stops"), [("END", ("END",)), (["a", "b"], ("a", "b")), ([], ())])
def test_stop_is_a_string_or_several(sent: Any, stops: tuple[str, ...]) -> None:
    assert translated(stop=sent).stop == stops


def test_system_and_developer_mean_the_same() -> None:
    messages = [{"role": role, "content": "Be brief."} for role in ("system", "developer")]
    assert translated(messages=messages).messages == (Message("system", "Be brief."),) * 2


def test_a_tools_turns_keep_their_ids() -> None:
    call = {"id": "call_1", "type": "function", "function": {"name": "weather", "arguments": "{}"}}
    messages = [
        *HELLO,
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "call_1", "content": [{"type": "text", "text": "sunny"}]},
    ]
    assert translated(messages=messages).messages[1:] == (
        Message("assistant", "", (ToolCall("call_1", "weather", "{}"),)),
        Message("tool", (TextPart("sunny"),), tool_call_id="call_1"),
    )


def test_an_assistants_turn_without_anything_is_refused() -> None:
    assert refusal(messages=[{"role": "assistant"}]) == "messages"


def test_pictures_keep_their_place_before_the_text() -> None:
    content = [
        {"type": "image_url", "image_url": {"url": PNG}},
        {"type": "text", "text": "What is this?"},
        {"type": "image_url", "image_url": {"url": PNG}},
    ]
    asked = body(messages=[{"role": "user", "content": content}])
    assert image_urls(asked) == [PNG]
    picture = ImagePart(b"png", "image/png")
    [request] = chat_requests(asked, {PNG: picture})
    assert request.messages[0].content == (picture, TextPart("What is this?"), picture)


@pytest.mark.parametrize("role", ["system", "assistant", "tool"])
def test_only_a_user_shows_pictures(role: str) -> None:
    message = {
        "role": role,
        "tool_call_id": "1",
        "content": [{"type": "image_url", "image_url": {"url": PNG}}],
    }
    with pytest.raises(ValidationError, match="image_url"):
        body(messages=[message])


@pytest.mark.parametrize(
    ("sent", "schema"),
    [
        ({"type": "text"}, None),
        ({"type": "json_object"}, {"type": "object"}),
        (
            {"type": "json_schema", "json_schema": {"name": "n", "schema": {"type": "array"}}},
            {"type": "array"},
        ),
    ],
)
def test_the_response_format_becomes_a_schema(sent: Any, schema: Any) -> None:
    assert translated(response_format=sent).json_schema == schema


def test_grammar_arrives_and_excludes_other_forms() -> None:
    assert translated(grammar='root ::= "a"').grammar == 'root ::= "a"'
    assert refusal(grammar="root", response_format={"type": "json_object"}) == "grammar"
    assert refusal(grammar="root", tools=[WEATHER]) == "grammar"


def test_a_tool_without_parameters_takes_none() -> None:
    [tool] = translated(tools=[WEATHER]).tools
    assert tool == Tool("weather", "How it is.", {"type": "object", "properties": {}})


@pytest.mark.parametrize(
    ("sent", "choice"),
    [
        (None, "auto"),
        ("none", "none"),
        ("required", "required"),
        ({"type": "function", "function": {"name": "weather"}}, "weather"),
    ],
)
def test_the_tool_choice_is_a_word_or_a_name(sent: Any, choice: str) -> None:
    assert translated(tools=[WEATHER], tool_choice=sent).tool_choice == choice


@pytest.mark.parametrize(
    "fields",
    [
        {"tool_choice": "required"},
        {"tool_choice": {"type": "function", "function": {"name": "other"}}, "tools": [WEATHER]},
    ],
)
def test_a_choice_that_no_tool_can_follow_is_refused(fields: Any) -> None:
    assert refusal(**fields) == "tool_choice"


@pytest.mark.parametrize("names", [["auto"], ["a", "a"]])
def test_names_that_could_be_mistaken_are_refused(names: list[str]) -> None:
    tools = [{"type": "function", "function": {"name": name}} for name in names]
    assert refusal(tools=tools) == "tools"


def test_tools_one_after_another_can_be_asked_for() -> None:
    assert translated(tools=[WEATHER]).parallel_tool_calls
    assert not translated(tools=[WEATHER], parallel_tool_calls=False).parallel_tool_calls


@pytest.mark.parametrize(
    ("fields", "count"),
    [
        ({}, None),
        ({"logprobs": False}, None),
        ({"logprobs": True}, 0),
        ({"logprobs": True, "top_logprobs": 3}, 3),
    ],
)
def test_log_probabilities_are_counted_in_alternatives(fields: Any, count: int | None) -> None:
    assert translated(**fields).logprobs == count


def test_alternatives_need_log_probabilities() -> None:
    assert refusal(top_logprobs=3) == "top_logprobs"


@pytest.mark.parametrize(("effort", "thinks"), [("none", False), ("low", True)])
def test_reasoning_effort_goes_to_the_template(effort: str, thinks: bool) -> None:
    asked = translated(reasoning_effort=effort)
    assert asked.template_arguments == {"reasoning_effort": effort, "enable_thinking": thinks}


def test_template_arguments_of_the_client_have_the_last_word() -> None:
    asked = translated(reasoning_effort="low", chat_template_kwargs={"enable_thinking": False, "x": 1})
    assert asked.template_arguments == {"reasoning_effort": "low", "enable_thinking": False, "x": 1}


@pytest.mark.parametrize(
    "fields",
    [
        {"messages": []},
        {"messages": [{"role": "function", "name": "f", "content": "x"}]},
        {"messages": [{"role": "tool", "content": "x"}]},
        {"messages": [{"role": "user", "content": []}]},
        {"messages": [{"role": "user", "content": [{"type": "input_audio", "input_audio": {}}]}]},
        {"messages": [{"role": "user", "content": [{"type": "file", "file": {}}]}]},
        {"n": 9},
        {"n": 0},
        {"temperature": 2.1},
        {"temperature": "0.5"},
        {"temperature": float("nan")},
        {"top_p": 1.5},
        {"max_tokens": 0},
        {"stop": ["x"] * 17},
        {"stop": ""},
        {"logit_bias": {"word": 1}},
        {"logit_bias": {"1": 101}},
        {"top_logprobs": 21, "logprobs": True},
        {"tools": [{"type": "custom", "custom": {"name": "x"}}]},
        {"tool_choice": "sometimes"},
        {"response_format": {"type": "json_schema", "json_schema": {"name": "n"}}},
        {"stream": "yes"},
        {"seed": 2**64},
        {"context_policy": "shorten"},
    ],
)
def test_what_the_schema_does_not_allow_is_refused(fields: Any) -> None:
    with pytest.raises(ValidationError):
        body(**fields)
