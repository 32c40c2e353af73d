"""Requests written, without a server."""

from __future__ import annotations

from open_autoglm.engine.openai_format import DIALECTS, chat_body, estimate_tokens, text_body
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

HELLO = (Message("system", "Be brief."), Message("user", "Hello"))


def test_a_plain_server_is_told_only_what_differs_from_its_own_format() -> None:
    assert chat_body(ChatRequest(HELLO), "m", DIALECTS["openai"]) == {
        "model": "m",
        "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hello"}],
        "stream": True,
        "stream_options": {"include_usage": True},
        "temperature": 0.0,
    }


def test_llama_cpp_is_told_everything_because_its_defaults_differ() -> None:
    body = chat_body(ChatRequest(HELLO), "m", DIALECTS["llama.cpp"])
    assert body["top_k"] == 0
    assert body["top_p"] == 1.0
    assert body["min_p"] == 0.0
    assert body["repeat_penalty"] == 1.0
    assert "seed" not in body


def test_limits_and_constraints() -> None:
    schema = {"type": "object"}
    request = ChatRequest(
        HELLO, max_tokens=7, stop=("a", "b"), json_schema=schema, sampling=Sampling(seed=3, top_k=5)
    )
    body = chat_body(request, "m", DIALECTS["vllm"])
    assert (body["max_tokens"], body["stop"], body["seed"], body["top_k"]) == (7, ["a", "b"], 3, 5)
    assert body["response_format"]["type"] == "json_schema"
    assert body["response_format"]["json_schema"]["schema"] == schema
    grammar = chat_body(ChatRequest(HELLO, grammar="root ::= [a-z]"), "m", DIALECTS["llama.cpp"])
    assert grammar["grammar"] == "root ::= [a-z]"


def test_a_picture_travels_as_a_data_url_in_its_place() -> None:
    message = Message("user", (ImagePart(b"\x00\x01", "image/png"), TextPart("What is it?")))
    body = chat_body(ChatRequest((message,)), "m", DIALECTS["openai"])
    assert body["messages"][0]["content"] == [
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAE="}},
        {"type": "text", "text": "What is it?"},
    ]


ADD = Tool("add", "Add numbers", {"type": "object"})
TOLD = {
    "type": "function",
    "function": {"name": "add", "description": "Add numbers", "parameters": {"type": "object"}},
}


def test_tools_and_the_choice_among_them() -> None:
    auto = chat_body(ChatRequest(HELLO, tools=(ADD,)), "m", DIALECTS["openai"])
    assert auto["tools"] == [TOLD]
    assert "tool_choice" not in auto
    assert "parallel_tool_calls" not in auto
    named = ChatRequest(HELLO, tools=(ADD,), tool_choice="add", parallel_tool_calls=False)
    body = chat_body(named, "m", DIALECTS["openai"])
    assert body["tool_choice"] == {"type": "function", "function": {"name": "add"}}
    assert body["parallel_tool_calls"] is False


def test_a_call_and_its_result_travel_as_turns() -> None:
    call = Message("assistant", "", tool_calls=(ToolCall("c1", "add", '{"a": 1}'),))
    body = chat_body(ChatRequest((call, Message("tool", "2", tool_call_id="c1"))), "m", DIALECTS["openai"])
    function = {"name": "add", "arguments": '{"a": 1}'}
    assert body["messages"] == [
        {
            "role": "assistant",
            "content": "",
            "tool_calls": [{"id": "c1", "type": "function", "function": function}],
        },
        {"role": "tool", "content": "2", "tool_call_id": "c1"},
    ]


def test_a_bias_is_written_as_each_server_wants_it() -> None:
    request = ChatRequest(HELLO, sampling=Sampling(logit_bias=((5, -100.0), (6, 1.5))))
    assert chat_body(request, "m", DIALECTS["openai"])["logit_bias"] == {"5": -100.0, "6": 1.5}
    assert chat_body(request, "m", DIALECTS["llama.cpp"])["logit_bias"] == [[5, False], [6, 1.5]]


def test_log_probabilities_without_alternatives() -> None:
    request = ChatRequest(HELLO, logprobs=0)
    body = chat_body(request, "m", DIALECTS["openai"])
    assert (body["logprobs"], body["top_logprobs"]) == (True, 0)
    assert chat_body(request, "m", DIALECTS["llama.cpp"])["top_logprobs"] == 1


def test_arguments_of_the_template_go_where_there_is_one() -> None:
    request = ChatRequest(HELLO, template_arguments={"enable_thinking": False})
    assert chat_body(request, "m", DIALECTS["vllm"])["chat_template_kwargs"] == {"enable_thinking": False}
    assert "chat_template_kwargs" not in chat_body(request, "m", DIALECTS["openai"])


def test_text_to_go_on_with() -> None:
    body = text_body(TextRequest("The sea", suffix=".", max_tokens=3, logprobs=2), "m", DIALECTS["openai"])
    assert (body["prompt"], body["suffix"], body["max_tokens"], body["logprobs"]) == ("The sea", ".", 3, 2)


def test_files_stand_before_the_text_where_the_format_has_no_place_for_them() -> None:
    request = TextRequest("x = ", suffix="\n", files=(("a.py", "y = 1"),))
    assert text_body(request, "m", DIALECTS["openai"])["prompt"] == "a.py\ny = 1\n\nx = "


def test_the_estimate_is_rather_high_than_low() -> None:
    english = "The quick brown fox jumps over the lazy dog. " * 10  # 100 words, about 102 tokens
    assert 100 < estimate_tokens(ChatRequest((Message("user", english),))) < 200
    assert estimate_tokens(ChatRequest((Message("user", "中文" * 50),))) == 108
    assert estimate_tokens(ChatRequest((Message("user", (ImagePart(b"", "image/png"),)),))) == 1032
    assert estimate_tokens(TextRequest("abc", suffix="中", files=(("a.b", "xyz"),))) == 1 + 1 + 2
