"""Rewrites a request with tools for servers and chat templates that do less than was asked for.

- A call that must come is held to its form by a JSON schema: the model then can't write anything else.
- A chat template without tools gets them described in the system message.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from open_autoglm.errors import UsageError
from open_autoglm.values import ChatRequest, ImagePart, Message, Tool, ToolCall

DESCRIPTION = """# Tools

You may call one or more functions to assist with the user query.

You are provided with function signatures within <tools></tools> XML tags:
<tools>
{signatures}
</tools>

For each function call, return a JSON object with function name and arguments within <tool_call></tool_call> \
XML tags:
<tool_call>
{{"name": <function-name>, "arguments": <args-json-object>}}
</tool_call>"""
"""The words of the Hermes format, which most open models with tools were trained on."""

NO_PARAMETERS = {"type": "object", "properties": {}, "additionalProperties": False}
"""What a tool without a schema takes (OpenAI API reference, ``parameters``)."""


def hold_to_a_call(request: ChatRequest) -> ChatRequest:
    """A request whose answer can be nothing but one call, where ``tool_choice`` says that one must come.

    llama.cpp's own grammar for ``required`` lets a model write text first, and small models then never
    come to the call. Raises UsageError for the name of a tool that is not offered.
    """
    if not request.tools or request.tool_choice in ("auto", "none"):
        return request
    tools = request.tools
    if request.tool_choice != "required":
        tools = tuple(tool for tool in tools if tool.name == request.tool_choice)
        if not tools:
            offered = ", ".join(tool.name for tool in request.tools)
            raise UsageError(
                f"tool_choice names {request.tool_choice!r}, which is no tool of this request.",
                hint=f"It offers: {offered}.",
            )
    return replace(request, tools=tools, tool_choice="none", json_schema=call_schema(tools))


def call_schema(tools: Sequence[Tool]) -> dict[str, Any]:
    """The JSON schema of one call of one of these tools."""
    return {
        "$defs": {
            f"tool{number}": _moved(dict(tool.parameters) or NO_PARAMETERS, f"#/$defs/tool{number}")
            for number, tool in enumerate(tools)
        },
        "anyOf": [
            {
                "type": "object",
                "properties": {"name": {"const": tool.name}, "arguments": {"$ref": f"#/$defs/tool{number}"}},
                "required": ["name", "arguments"],
                "additionalProperties": False,
            }
            for number, tool in enumerate(tools)
        ],
    }


def describe_tools(request: ChatRequest) -> ChatRequest:
    """The same conversation in plain messages, for a chat template that knows no tools."""
    messages = list(_plain(request.messages))
    if request.tools:
        signatures = "\n".join(map(_signature, request.tools))
        text = DESCRIPTION.format(signatures=signatures)
        if messages and messages[0].role == "system" and isinstance(messages[0].content, str):
            messages[0] = Message("system", f"{messages[0].content}\n\n{text}")
        else:
            messages.insert(0, Message("system", text))
    return replace(request, messages=tuple(messages), tools=(), tool_choice="auto")


def _plain(messages: Sequence[Message]) -> Iterator[Message]:
    for message in messages:
        if message.role == "tool":
            yield Message("user", f"<tool_response>\n{_text(message)}\n</tool_response>")
        elif message.tool_calls:
            calls = "\n".join(map(_call, message.tool_calls))
            yield Message("assistant", f"{_text(message)}\n{calls}".strip())
        else:
            yield message


def _text(message: Message) -> str:
    return "".join(part.text for part in message.parts if not isinstance(part, ImagePart))


def _call(call: ToolCall) -> str:
    written = f'{{"name": {json.dumps(call.name)}, "arguments": {call.arguments or "{}"}}}'
    return f"<tool_call>\n{written}\n</tool_call>"


def _signature(tool: Tool) -> str:
    function = {"name": tool.name, "description": tool.description, "parameters": dict(tool.parameters)}
    return json.dumps({"type": "function", "function": function}, ensure_ascii=False)


def _moved(schema: Any, place: str) -> Any:
    """A schema that now stands at ``place`` of another one: its references from the root go there."""
    if isinstance(schema, list):
        return [_moved(item, place) for item in schema]
    if not isinstance(schema, dict):
        return schema
    moved = {key: _moved(value, place) for key, value in schema.items()}
    reference = schema.get("$ref")
    if isinstance(reference, str) and reference.startswith("#"):
        moved["$ref"] = place + reference[1:]
    return moved
