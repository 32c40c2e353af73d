"""Ollama's requests become requests of our own."""

from __future__ import annotations

from typing import Any

import pytest

from open_autoglm.errors import UsageError
from open_autoglm.gateway.ollama.schema import ChatBody, GenerateBody
from open_autoglm.gateway.ollama.translate import Translated, translate_chat, translate_generate
from open_autoglm.serving.model_facts import ModelFacts
from open_autoglm.values import (
    ChatRequest,
    ImagePart,
    Message,
    Sampling,
    TextPart,
    TextRequest,
    Tool,
    ToolCall,
)

PLAIN = ModelFacts("plain", "Plain", "model", "plain", capabilities=("chat", "tools"))
THINKER = ModelFacts("thinker", "Thinker", "model", "thinker", capabilities=("chat", "reasoning"))
DEFAULTS = Sampling(temperature=0.8, top_k=40, top_p=0.9, repeat_penalty=1.1)
PIXEL = ImagePart(b"pixel", "image/png")
IMAGES = {"cGl4ZWw=": PIXEL}
HELLO = {"role": "user", "content": "Hello"}


def chat(facts: ModelFacts = PLAIN, **fields: Any) -> Translated:
    return translate_chat(
        ChatBody.model_validate({"model": "plain", "messages": [HELLO], **fields}), facts, IMAGES
    )


def chat_request(facts: ModelFacts = PLAIN, **fields: Any) -> ChatRequest:
    request = chat(facts, **fields).request
    assert isinstance(request, ChatRequest)
    return request


def generate(**fields: Any) -> Translated:
    return translate_generate(GenerateBody.model_validate({"model": "plain", **fields}), PLAIN, IMAGES)


def test_a_plain_chat_has_ollama_s_defaults() -> None:
    assert chat_request() == ChatRequest((Message("user", "Hello"),), sampling=DEFAULTS)


def test_options_are_carried_over() -> None:
    options = {
        "temperature": 0,
        "top_k": 0,
        "top_p": 1,
        "min_p": 0.1,
        "seed": 7,
        "num_predict": 12,
        "repeat_penalty": 1,
        "presence_penalty": 0.5,
        "frequency_penalty": -0.5,
        "stop": ["END"],
    }
    request = chat_request(options=options)
    assert request.sampling == Sampling(
        min_p=0.1, seed=7, presence_penalty=0.5, frequency_penalty=-0.5, temperature=0, top_k=0, top_p=1
    )
    assert (request.max_tokens, request.stop) == (12, ("END",))


@pytest.mark.parametrize("num_predict", [-2, -1, 0, None])
def test_without_a_limit_the_answer_may_fill_the_window(num_predict: int | None) -> None:
    assert chat_request(options={"num_predict": num_predict}).max_tokens is None


def test_a_negative_seed_is_none() -> None:
    assert chat_request(options={"seed": -1}).sampling.seed is None


@pytest.mark.parametrize(
    ("wanted", "schema"),
    [
        (None, None),
        ("", None),
        ("json", {"type": "object"}),
        ({"type": "array"}, {"type": "array"}),
    ],
)
def test_the_format_is_a_schema(wanted: Any, schema: Any) -> None:
    assert chat_request(format=wanted).json_schema == schema


def test_pictures_stand_before_the_text() -> None:
    assert chat_request(messages=[{**HELLO, "images": ["cGl4ZWw="]}]).messages == (
        Message("user", (PIXEL, TextPart("Hello"))),
    )


def test_tools_are_carried_over() -> None:
    function = {"name": "weather", "description": "Tells it.", "parameters": {"type": "object"}}
    assert chat_request(tools=[{"type": "function", "function": function}]).tools == (
        Tool("weather", "Tells it.", {"type": "object"}),
    )


def called(*names: str) -> dict[str, Any]:
    calls = [{"function": {"name": name, "arguments": {"n": number}}} for number, name in enumerate(names)]
    return {"role": "assistant", "content": "", "tool_calls": calls}


def result(content: str, **fields: str) -> dict[str, Any]:
    return {"role": "tool", "content": content, **fields}


def answered_calls(*messages: dict[str, Any]) -> list[tuple[str | tuple[Any, ...], str | None]]:
    request = chat_request(messages=[HELLO, *messages])
    return [(one.content, one.tool_call_id) for one in request.messages if one.role == "tool"]


def test_calls_without_ids_get_some() -> None:
    assert chat_request(messages=[HELLO, called("weather", "now")]).messages[1].tool_calls == (
        ToolCall("call_1_0", "weather", '{"n": 0}'),
        ToolCall("call_1_1", "now", '{"n": 1}'),
    )


def test_results_belong_to_the_call_of_their_tool() -> None:
    assert answered_calls(
        called("weather", "now"), result("Noon.", tool_name="now"), result("Rain.", tool_name="weather")
    ) == [("Noon.", "call_1_1"), ("Rain.", "call_1_0")]


def test_results_without_a_name_answer_the_calls_in_their_order() -> None:
    assert answered_calls(called("weather", "now"), result("Rain."), result("Noon."), result("What?")) == [
        ("Rain.", "call_1_0"),
        ("Noon.", "call_1_1"),
        ("What?", None),
    ]


def test_ids_that_a_client_gives_are_kept() -> None:
    call = {"id": "mine", "function": {"name": "now", "arguments": {}}}
    asked = {"role": "assistant", "tool_calls": [call]}
    assert answered_calls(asked, called("now"), result("Noon.", tool_call_id="mine"), result("One.")) == [
        ("Noon.", "mine"),
        ("One.", "call_2_0"),
    ]


def test_only_the_assistant_calls_tools() -> None:
    with pytest.raises(UsageError, match="role 'user' and tool_calls"):
        chat(messages=[{**called("now"), "role": "user"}])


@pytest.mark.parametrize(
    ("think", "expected"),
    [
        (None, {}),
        (True, {"enable_thinking": True}),
        (False, {"enable_thinking": False}),
        ("high", {"enable_thinking": True, "reasoning_effort": "high"}),
    ],
)
def test_a_model_that_can_think_aloud_is_told_whether_to(think: Any, expected: dict[str, Any]) -> None:
    assert chat_request(THINKER, think=think).template_arguments == expected


def test_a_model_that_can_t_think_aloud_says_so_in_ollama_s_words() -> None:
    with pytest.raises(UsageError, match='"plain" does not support thinking'):
        chat(think=True)
    assert chat_request(think=False).template_arguments == {}


@pytest.mark.parametrize(("truncate", "policy"), [(None, None), (True, "truncate"), (False, "reject")])
def test_truncate_is_a_context_policy(truncate: bool | None, policy: str | None) -> None:
    assert chat(truncate=truncate).context_policy == policy


@pytest.mark.parametrize(
    ("fields", "logprobs"),
    [
        ({}, None),
        ({"logprobs": True}, 0),
        ({"logprobs": True, "top_logprobs": 3}, 3),
        ({"top_logprobs": 2}, 2),
    ],
)
def test_log_probabilities_are_asked_for(fields: dict[str, Any], logprobs: int | None) -> None:
    assert chat_request(**fields).logprobs == logprobs


def test_fields_and_options_without_effect_are_named() -> None:
    assert set(chat(options={"mirostat": 1, "num_gpu": 3}, shift=True).ignored) == {
        "options.mirostat",
        "options.num_gpu",
        "shift",
    }


def test_a_prompt_becomes_a_chat_with_its_system_message_and_pictures() -> None:
    translated = generate(prompt="Hello", system="Be brief.", images=["cGl4ZWw="])
    assert translated.request == ChatRequest(
        (Message("system", "Be brief."), Message("user", (PIXEL, TextPart("Hello")))), sampling=DEFAULTS
    )


def test_a_raw_prompt_goes_past_the_template() -> None:
    assert generate(prompt="Once", raw=True).request == TextRequest("Once", sampling=DEFAULTS)


def test_with_a_suffix_the_middle_is_filled_in() -> None:
    assert generate(prompt="def f(", suffix="return x").request == TextRequest(
        "def f(", suffix="return x", sampling=DEFAULTS
    )


@pytest.mark.parametrize(
    "fields",
    [
        {"template": "{{ .Prompt }}"},
        {"context": [1, 2, 3]},
        {"raw": True, "system": "Be brief."},
        {"suffix": "end", "images": ["cGl4ZWw="]},
        {"width": 512},
    ],
)
def test_what_can_t_be_had_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        generate(prompt="Hello", **fields)
