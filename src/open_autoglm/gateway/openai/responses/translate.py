"""From the body of a Responses request to what an engine is asked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from open_autoglm.context.report import ContextPolicy
from open_autoglm.gateway.dialect.sampling import sampling_of
from open_autoglm.gateway.failures import FieldRefused
from open_autoglm.gateway.openai.chat.translate import (
    ANY_OBJECT,
    NO_ARGUMENTS,
    Images,
    require_choosable,
    require_distinct,
    template_arguments_of,
)
from open_autoglm.gateway.openai.responses.items import (
    FunctionCallItem,
    FunctionCallOutputItem,
    InputImage,
    MessageItem,
)
from open_autoglm.gateway.openai.responses.request import (
    LOGPROBS_INCLUDED,
    FunctionChoice,
    PlainFormat,
    ResponseRequest,
    SchemaFormat,
)
from open_autoglm.values import ChatRequest, Message, Part, Role, TextPart, Tool, ToolCall

SEND_IT_ALL = "No response is kept here: send the whole conversation as input."

REFUSED: Mapping[str, str] = {
    "previous_response_id": SEND_IT_ALL,
    "conversation": SEND_IT_ALL,
    "background": "Send service_tier flex to be answered after those who wait.",
    "prompt": "No prompts are kept here: send the text.",
    "context_management": "Use context_policy or truncation.",
}
"""What stands in no schema here, and changes what the answer is."""

_POLICIES: Mapping[str, ContextPolicy] = {"auto": "truncate", "disabled": "reject"}


def image_urls(body: ResponseRequest) -> list[str]:
    """The URL of every picture, once each, in the order they stand in."""
    items = [] if isinstance(body.input, str) else body.input
    found = [
        part.image_url
        for item in items
        if isinstance(item, MessageItem) and isinstance(item.content, list)
        for part in item.content
        if isinstance(part, InputImage)
    ]
    return list(dict.fromkeys(found))


def chat_request(body: ResponseRequest, images: Images) -> ChatRequest:
    """Raises FieldRefused where fields contradict each other."""
    tools = _tools(body)
    messages = _messages(body, images)
    if not messages:
        raise FieldRefused("input", "input holds no message.")
    return ChatRequest(
        messages=messages,
        max_tokens=body.max_output_tokens,
        sampling=sampling_of(body),
        json_schema=_json_schema(body),
        tools=tools,
        tool_choice=_tool_choice(body, tools),
        parallel_tool_calls=body.parallel_tool_calls is not False,
        logprobs=(body.top_logprobs or 0) if wants_logprobs(body) else None,
        template_arguments=template_arguments_of(body.reasoning.effort if body.reasoning else None),
    )


def wants_logprobs(body: ResponseRequest) -> bool:
    return LOGPROBS_INCLUDED in (body.include or ()) or bool(body.top_logprobs)


def context_policy_of(body: ResponseRequest) -> ContextPolicy | None:
    return body.context_policy or (_POLICIES[body.truncation] if body.truncation else None)


def _messages(body: ResponseRequest, images: Images) -> tuple[Message, ...]:
    """Calls join the assistant's message before them: together they are one turn."""
    messages = [Message("system", body.instructions)] if body.instructions else []
    if isinstance(body.input, str):
        return (*messages, Message("user", body.input))
    for item in body.input:
        if isinstance(item, MessageItem):
            role: Role = "system" if item.role == "developer" else item.role
            messages.append(Message(role, _content(item, images)))
        elif isinstance(item, FunctionCallItem):
            call = ToolCall(item.call_id, item.name, item.arguments)
            before = messages.pop() if messages and messages[-1].role == "assistant" else _silent()
            messages.append(Message("assistant", before.content, tool_calls=(*before.tool_calls, call)))
        elif isinstance(item, FunctionCallOutputItem):
            output = item.output
            text = output if isinstance(output, str) else "".join(part.text for part in output)
            messages.append(Message("tool", text, tool_call_id=item.call_id))
    return tuple(messages)


def _silent() -> Message:
    return Message("assistant", "")


def _content(item: MessageItem, images: Images) -> str | tuple[Part, ...]:
    if isinstance(item.content, str):
        return item.content
    if item.role != "user" and any(isinstance(part, InputImage) for part in item.content):
        raise FieldRefused("input", f"A message of role {item.role!r} can't hold an image.")
    return tuple(
        images[part.image_url] if isinstance(part, InputImage) else TextPart(part.text)
        for part in item.content
    )


def _tools(body: ResponseRequest) -> tuple[Tool, ...]:
    return require_distinct(
        [
            Tool(
                tool.name,
                tool.description or "",
                NO_ARGUMENTS if tool.parameters is None else tool.parameters,
            )
            for tool in body.tools or ()
        ]
    )


def _tool_choice(body: ResponseRequest, tools: tuple[Tool, ...]) -> str:
    choice = body.tool_choice
    return require_choosable(choice.name if isinstance(choice, FunctionChoice) else choice or "auto", tools)


def _json_schema(body: ResponseRequest) -> Mapping[str, Any] | None:
    wanted = body.text.format if body.text else None
    if wanted is None or isinstance(wanted, PlainFormat):
        return None
    return wanted.schema_ if isinstance(wanted, SchemaFormat) else ANY_OBJECT
