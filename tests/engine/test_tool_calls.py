"""Calls of tools found in what a model writes, however the stream is cut."""

from __future__ import annotations

from dataclasses import replace

import pytest

from open_autoglm.engine.base import AnswerGatherer
from open_autoglm.engine.tool_calls import ToolCallReader
from open_autoglm.values import Completion, StreamEvent, ToolCallPiece

ADD = '{"name": "add", "arguments": {"a": 1, "note": "a } and a \\" inside"}}'
ADD_ARGUMENTS = '{"a": 1, "note": "a } and a \\" inside"}'
NOW = '{\n  "name": "now",\n  "arguments": {}\n}'


def read(text: str, *, size: int = 3, parallel: bool = True) -> Completion:
    """What a reader makes of a text that comes in pieces of ``size`` characters."""
    reader = ToolCallReader(("add", "now"), parallel=parallel)
    answer = AnswerGatherer("m")
    for at in range(0, len(text), size):
        answer.add(reader.read(StreamEvent(text[at : at + size])))
    answer.add(reader.finish())
    return answer.completion()


def calls_in(answer: Completion) -> list[tuple[str, str]]:
    return [(call.name, call.arguments) for call in answer.tool_calls]


@pytest.mark.parametrize("size", [1, 2, 5, 1000])
@pytest.mark.parametrize(
    "text",
    [
        ADD,
        f"<tool_call>\n{ADD}\n</tool_call>",
        f"<tool_call>{ADD}</tool_call>\n",
        f"```json\n{ADD}\n```",
        f"```\n{ADD}\n```",
        f"[{ADD}]",
        f"```json\n[\n{ADD}\n]\n```",
        ADD.replace("arguments", "parameters"),
        ADD[:-1] + ', "id": {"x": 1}}',
    ],
    ids=["bare", "tags", "tight-tags", "json", "fence", "list", "list-in-fence", "parameters", "more-keys"],
)
def test_a_call_is_found_in_every_form_and_nothing_of_it_becomes_text(text: str, size: int) -> None:
    answer = read(text, size=size)
    assert calls_in(answer) == [("add", ADD_ARGUMENTS)]
    assert answer.text.strip() == ""


@pytest.mark.parametrize("size", [1, 4, 1000])
def test_text_before_and_after_a_call_stays_text(size: int) -> None:
    answer = read(f"I will add.\n\n<tool_call>\n{ADD}\n</tool_call>\nDone.", size=size)
    assert answer.text == "I will add.\n\nDone."
    assert calls_in(answer) == [("add", ADD_ARGUMENTS)]


@pytest.mark.parametrize(
    "text",
    [
        f"<tool_call>\n{ADD}\n</tool_call>\n<tool_call>\n{NOW}\n</tool_call>",
        f"[{ADD}, {NOW}]",
        f"```json\n{ADD}\n```\n```json\n{NOW}\n```",
        f"{ADD}\n{NOW}",
    ],
    ids=["tags", "list", "fences", "lines"],
)
@pytest.mark.parametrize("size", [1, 1000])
def test_several_calls_have_numbers_and_ids_of_their_own(text: str, size: int) -> None:
    answer = read(text, size=size)
    assert calls_in(answer) == [("add", ADD_ARGUMENTS), ("now", "{}")]
    assert answer.tool_calls[0].id != answer.tool_calls[1].id
    assert answer.text.strip() == ""


def test_without_parallel_calls_only_the_first_counts() -> None:
    assert calls_in(read(f"[{ADD}, {NOW}]", parallel=False)) == [("add", ADD_ARGUMENTS)]


@pytest.mark.parametrize(
    "text",
    [
        '{"name": "Ada", "arguments": {"a": 1}}',  # no tool that was offered
        '{"name": "add", "age": 3}',
        '{"age": 3, "name": "add"}',
        "```python\nprint({'name': 'add'})\n```",
        'Write {"name": "add", "arguments": {}} to add.',  # in the middle of a line: it explains
        "a < b and [1, 2] and `x`\n{}\n",
        '{"name": "add", "argu',
        "<tool_",
        "",
    ],
)
@pytest.mark.parametrize("size", [1, 4, 1000])
def test_what_is_no_call_is_handed_on_unchanged(text: str, size: int) -> None:
    answer = read(text, size=size)
    assert answer.text == text
    assert answer.tool_calls == ()


def test_arguments_are_handed_on_while_they_are_written() -> None:
    reader = ToolCallReader(("add",))
    pieces = [reader.read(StreamEvent(sign)).tool_calls for sign in ADD]
    assert sum(1 for piece in pieces if piece) > 10


def test_text_is_not_held_back_when_it_can_be_no_call() -> None:
    reader = ToolCallReader(("add",))
    assert reader.read(StreamEvent("Hello")).text == "Hello"
    assert reader.read(StreamEvent(" wor")).text == " wor"
    assert reader.read(StreamEvent("ld\n{")).text == "ld"
    assert reader.read(StreamEvent('"a')).text == '\n{"a'


def test_a_call_that_is_cut_off_keeps_what_came_of_it() -> None:
    assert calls_in(read('{"name": "add", "arguments": {"a": 1')) == [("add", '{"a": 1')]


def test_calls_that_the_server_reports_pass_and_get_an_id_where_they_have_none() -> None:
    reader = ToolCallReader(("add",))
    first = reader.read(StreamEvent(tool_calls=(ToolCallPiece(0, name="add"),)))
    assert first.tool_calls[0].id is not None
    rest = StreamEvent(tool_calls=(ToolCallPiece(0, arguments="{}"),))
    assert reader.read(rest) == rest
    assert reader.called
    own = reader.read(StreamEvent(ADD))
    assert own.tool_calls[0].index == 1


def test_everything_else_of_an_event_stays() -> None:
    event = StreamEvent("<tool_call>", reasoning="hm")
    assert ToolCallReader(("add",)).read(event) == replace(event, text="")
