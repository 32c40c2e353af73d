"""From the body of a chat request to what an engine is asked. Nothing is read or sent here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from open_autoglm.gateway.dialect.sampling import sampling_of, stops_of
from open_autoglm.gateway.failures import FieldRefused
from open_autoglm.gateway.openai.chat.messages import (
    AssistantMessage,
    ChatMessage,
    ImagePartField,
    TextPartField,
    ToolMessage,
    UserMessage,
)
from open_autoglm.gateway.openai.chat.request import (
    ChatCompletionRequest,
    JsonSchemaFormat,
    NamedToolChoice,
    TextFormat,
    ToolField,
)
from open_autoglm.values import ChatRequest, ImagePart, Message, Part, Role, TextPart, Tool, ToolCall

ANY_OBJECT: Mapping[str, Any] = {"type": "object"}
NO_ARGUMENTS: Mapping[str, Any] = {"type": "object", "properties": {}}
CHOICE_WORDS = ("auto", "none", "required")

Images = Mapping[str, ImagePart]
"""Pictures by the URL that stands in the request."""


def image_urls(body: ChatCompletionRequest) -> list[str]:
    """The URL of every picture, once each, in the order they stand in."""
    found = [
        part.image_url.url
        for message in body.messages
        if isinstance(message.content, list)
        for part in message.content
        if isinstance(part, ImagePartField)
    ]
    return list(dict.fromkeys(found))


def chat_requests(body: ChatCompletionRequest, images: Images) -> list[ChatRequest]:
    """One request for each of the ``n`` answers. Raises FieldRefused where fields contradict each other."""
    _require_consistent(body)
    tools = tools_of(body.tools or ())
    messages = tuple(_message(message, images) for message in body.messages)
    return [
        ChatRequest(
            messages=messages,
            max_tokens=body.max_completion_tokens or body.max_tokens,
            sampling=sampling_of(body, seed_offset=index),
            stop=stops_of(body.stop),
            json_schema=_json_schema(body),
            grammar=body.grammar,
            tools=tools,
            tool_choice=_tool_choice(body, tools),
            parallel_tool_calls=body.parallel_tool_calls is not False,
            logprobs=(body.top_logprobs or 0) if body.logprobs else None,
            template_arguments=_template_arguments(body),
        )
        for index in range(body.n or 1)
    ]


def tools_of(fields: Iterable[ToolField]) -> tuple[Tool, ...]:
    """Raises FieldRefused for two tools of one name and for a name that is a word of ``tool_choice``."""
    functions = [field.function for field in fields]
    return require_distinct(
        [
            Tool(
                function.name,
                function.description or "",
                NO_ARGUMENTS if function.parameters is None else function.parameters,
            )
            for function in functions
        ]
    )


def require_distinct(tools: list[Tool]) -> tuple[Tool, ...]:
    names = [tool.name for tool in tools]
    for name in names:
        if name in CHOICE_WORDS:
            raise FieldRefused("tools", f"A tool can't be named {name!r}: that is a word of tool_choice.")
        if names.count(name) > 1:
            raise FieldRefused("tools", f"Two tools are named {name!r}.")
    return tuple(tools)


def require_choosable(choice: str, tools: tuple[Tool, ...]) -> str:
    """``choice`` is a word or a name. Raises FieldRefused where no tool can follow it."""
    if choice == "required" and not tools:
        raise FieldRefused("tool_choice", "tool_choice is 'required', but there are no tools.")
    if choice not in CHOICE_WORDS and choice not in (tool.name for tool in tools):
        raise FieldRefused("tool_choice", f"tool_choice names {choice!r}, which is not among the tools.")
    return choice


def template_arguments_of(effort: str | None) -> dict[str, Any]:
    """How much to think, in the words of the templates that know of it."""
    return {} if effort is None else {"reasoning_effort": effort, "enable_thinking": effort != "none"}


def _require_consistent(body: ChatCompletionRequest) -> None:
    limits = {body.max_tokens, body.max_completion_tokens} - {None}
    if len(limits) > 1:
        raise FieldRefused(
            "max_tokens",
            f"max_tokens is {body.max_tokens} and max_completion_tokens is {body.max_completion_tokens}.",
            hint="Give one of them.",
        )
    if body.top_logprobs and not body.logprobs:
        raise FieldRefused("top_logprobs", "top_logprobs needs logprobs to be true.")
    if body.grammar is not None and (body.tools or _json_schema(body) is not None):
        raise FieldRefused("grammar", "grammar can't go with tools or response_format.")


def _json_schema(body: ChatCompletionRequest) -> Mapping[str, Any] | None:
    wanted = body.response_format
    if wanted is None or isinstance(wanted, TextFormat):
        return None
    schema = wanted.json_schema.schema_ if isinstance(wanted, JsonSchemaFormat) else wanted.schema_
    return ANY_OBJECT if schema is None else schema


def _tool_choice(body: ChatCompletionRequest, tools: tuple[Tool, ...]) -> str:
    choice = body.tool_choice
    return require_choosable(
        choice.function.name if isinstance(choice, NamedToolChoice) else choice or "auto", tools
    )


def _template_arguments(body: ChatCompletionRequest) -> Mapping[str, Any]:
    return {**template_arguments_of(body.reasoning_effort), **(body.chat_template_kwargs or {})}


def _message(message: ChatMessage, images: Images) -> Message:
    if isinstance(message, AssistantMessage):
        return _assistant_message(message)
    if isinstance(message, ToolMessage):
        return Message("tool", _text(message.content), tool_call_id=message.tool_call_id)
    if isinstance(message, UserMessage):
        if isinstance(message.content, str):
            return Message("user", message.content)
        return Message("user", tuple(_part(part, images) for part in message.content))
    role: Role = "system"
    return Message(role, _text(message.content))


def _assistant_message(message: AssistantMessage) -> Message:
    calls = tuple(
        ToolCall(call.id, call.function.name, call.function.arguments) for call in message.tool_calls or ()
    )
    if message.content is None and not calls:
        raise FieldRefused("messages", "A message of the assistant has neither content nor tool_calls.")
    return Message("assistant", _text(message.content or ""), tool_calls=calls)


def _text(content: str | list[TextPartField]) -> str | tuple[Part, ...]:
    return content if isinstance(content, str) else tuple(TextPart(part.text) for part in content)


def _part(part: TextPartField | ImagePartField, images: Images) -> Part:
    return TextPart(part.text) if isinstance(part, TextPartField) else images[part.image_url.url]
