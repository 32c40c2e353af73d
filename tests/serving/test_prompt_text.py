"""The text of a conversation grows at its end only, and common beginnings are found exactly."""

from __future__ import annotations

import random
from itertools import takewhile

import pytest

from open_autoglm.serving.prompt_text import common_prefix_length, prompt_text
from open_autoglm.values import (
    ChatRequest,
    Completion,
    ImagePart,
    Message,
    TextPart,
    TextRequest,
    Tool,
    ToolCall,
    Usage,
)

QUESTION = Message("user", "How is the weather?")
CALL = ToolCall("call_1", "weather", '{"city": "Rome"}')


def answer(text: str = "", *calls: ToolCall) -> Completion:
    return Completion(text, "stop", Usage(1, 1), "model", tool_calls=calls)


@pytest.mark.parametrize("given", [answer("Sunny."), answer("", CALL), answer("I ask.", CALL)])
def test_the_next_request_of_a_conversation_begins_with_this_one_and_its_answer(given: Completion) -> None:
    first = ChatRequest((QUESTION,), tools=(Tool("weather"),))
    said = Message("assistant", given.text, given.tool_calls)
    following = ChatRequest((QUESTION, said, Message("tool", "21", tool_call_id="call_1")), tools=first.tools)
    before = prompt_text(first)
    assert prompt_text(following).text.startswith(before.with_answer(first, given))
    assert before.with_answer(first, given).startswith(before.text)


def test_text_goes_on_with_its_answer() -> None:
    request = TextRequest("The sea is")
    following = TextRequest("The sea is blue and")
    assert prompt_text(following).text.startswith(prompt_text(request).with_answer(request, answer(" blue")))


def test_code_around_the_gap_counts_in_the_order_in_which_the_model_reads_it() -> None:
    request = TextRequest("def add(", suffix="return c", files=(("a.py", "x = 1"),))
    text = prompt_text(request).text
    assert text.index("a.py") < text.index("x = 1") < text.index("def add(") < text.index("return c")


@pytest.mark.parametrize(
    "other",
    [
        ChatRequest((Message("system", QUESTION.content),)),
        ChatRequest((QUESTION, QUESTION)),
        ChatRequest((QUESTION,), tools=(Tool("weather"),)),
        ChatRequest((QUESTION,), template_arguments={"enable_thinking": False}),
        ChatRequest((Message("user", (TextPart("How is the weather?"), ImagePart(b"sky", "image/png"))),)),
        TextRequest("How is the weather?"),
    ],
)
def test_what_the_template_renders_in_another_way_has_another_text(other: ChatRequest) -> None:
    assert prompt_text(other).text != prompt_text(ChatRequest((QUESTION,))).text


def test_pictures_are_noticed_and_told_apart() -> None:
    texts = [
        prompt_text(ChatRequest((Message("user", (ImagePart(data, "image/png"),)),))) for data in (b"1", b"2")
    ]
    assert all(text.has_pictures for text in texts)
    assert texts[0].text != texts[1].text


def test_common_beginnings_are_those_of_a_loop_over_characters() -> None:
    draw = random.Random(3)
    for _ in range(300):
        shared = "".join(draw.choices("ab世\ud83d", k=draw.randrange(30)))
        first, second = (shared + "".join(draw.choices("ab", k=draw.randrange(4))) for _ in range(2))
        alike = takewhile(lambda pair: pair[0] == pair[1], zip(first, second, strict=False))
        assert common_prefix_length(first, second) == sum(1 for _ in alike)
