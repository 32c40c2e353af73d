"""Requests with tools, rewritten for servers and templates that do less than was asked for."""

from __future__ import annotations

import pytest

from open_autoglm.engine.tool_prompts import call_schema, describe_tools, hold_to_a_call
from open_autoglm.errors import UsageError
from open_autoglm.values import ChatRequest, Message, Tool, ToolCall

NUMBER = {"type": "integer"}
ADD = Tool("add", "Add two numbers", {"type": "object", "properties": {"a": NUMBER}, "required": ["a"]})
NOW = Tool("now")
QUESTION = Message("user", "What is 1 + 1?")


def ask(choice: str, *messages: Message) -> ChatRequest:
    return ChatRequest(messages or (QUESTION,), tools=(ADD, NOW), tool_choice=choice)


@pytest.mark.parametrize("choice", ["auto", "none"])
def test_a_call_that_may_come_is_left_to_the_server(choice: str) -> None:
    assert hold_to_a_call(ask(choice)) == ask(choice)


def test_a_call_that_must_come_is_held_to_its_form() -> None:
    held = hold_to_a_call(ask("required"))
    assert held.tool_choice == "none"  # so that the server adds no grammar of its own
    assert held.tools == (ADD, NOW)
    assert held.json_schema == call_schema((ADD, NOW))


def test_a_named_tool_is_the_only_one_that_can_be_called() -> None:
    held = hold_to_a_call(ask("now"))
    assert held.tools == (NOW,)
    assert held.json_schema is not None
    assert [form["properties"]["name"] for form in held.json_schema["anyOf"]] == [{"const": "now"}]


def test_the_name_of_a_tool_that_is_not_offered_is_refused() -> None:
    with pytest.raises(UsageError, match=r"'divide'.*It offers: add, now"):
        hold_to_a_call(ask("divide"))


def test_a_tool_without_parameters_takes_none() -> None:
    schema = call_schema((NOW,))
    assert schema["$defs"]["tool0"] == {"type": "object", "properties": {}, "additionalProperties": False}


def test_references_inside_a_tool_s_schema_still_point_into_it() -> None:
    parameters = {
        "type": "object",
        "properties": {"a": {"$ref": "#/$defs/n"}, "more": {"items": {"$ref": "#"}}, "$ref": NUMBER},
        "$defs": {"n": NUMBER},
    }
    moved = call_schema((NOW, Tool("add", "", parameters)))["$defs"]["tool1"]
    assert moved["properties"]["a"] == {"$ref": "#/$defs/tool1/$defs/n"}
    assert moved["properties"]["more"] == {"items": {"$ref": "#/$defs/tool1"}}
    assert moved["properties"]["$ref"] == NUMBER
    assert moved["$defs"] == {"n": NUMBER}


def test_a_template_without_tools_gets_them_described_in_the_system_message() -> None:
    plain = describe_tools(ask("auto", Message("system", "Be brief."), QUESTION))
    assert plain.tools == ()
    system, question = plain.messages
    assert isinstance(system.content, str)
    assert system.content.startswith("Be brief.\n\n# Tools")
    assert '"name": "add"' in system.content
    assert question == QUESTION


def test_without_a_system_message_one_is_added() -> None:
    assert [message.role for message in describe_tools(ask("auto")).messages] == ["system", "user"]


def test_calls_and_their_results_become_plain_turns() -> None:
    call = Message("assistant", "I add.", tool_calls=(ToolCall("c1", "add", '{"a": 1}'),))
    result = Message("tool", "2", tool_call_id="c1")
    plain = describe_tools(ChatRequest((QUESTION, call, result)))
    assert plain.messages == (
        QUESTION,
        Message("assistant", 'I add.\n<tool_call>\n{"name": "add", "arguments": {"a": 1}}\n</tool_call>'),
        Message("user", "<tool_response>\n2\n</tool_response>"),
    )
