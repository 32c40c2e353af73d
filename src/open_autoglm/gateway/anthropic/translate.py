"""From Anthropic's messages to a request of our own: pure functions, no I/O."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from open_autoglm.errors import UsageError
from open_autoglm.gateway.anthropic.schema import (
    Base64Image,
    Block,
    BlockContent,
    Conversation,
    DocumentBlock,
    ImageBlock,
    InputMessage,
    MessagesRequest,
    RedactedThinkingBlock,
    SearchResultBlock,
    TextBlock,
    ThinkingBlock,
    ThinkingDisabled,
    ThinkingEnabled,
    ToolChoiceAny,
    ToolChoiceNone,
    ToolChoiceTool,
    ToolResultBlock,
    ToolUseBlock,
)
from open_autoglm.gateway.dialect.unread import require_readable
from open_autoglm.serving.model_facts import ModelFacts
from open_autoglm.values import ChatRequest, ImagePart, Message, Part, Sampling, TextPart, Tool, ToolCall

DEFAULT_TEMPERATURE = 1.0
NOT_HERE = {
    "mcp_servers": "Nothing here connects to them; do so yourself and describe their tools.",
    "container": "Nothing is run here; run code yourself and describe that as a tool.",
}
"""Fields that would change the answer and can't be had: refused. Others are named in the answer."""

Images = Mapping[str, ImagePart]
"""The images of a request by their URL, already read."""


@dataclass(frozen=True, slots=True)
class Translated:
    """A request for the engine, and the names of fields of the original that had no effect."""

    request: ChatRequest
    ignored: tuple[str, ...]


def translate(asked: Conversation, facts: ModelFacts, images: Images, betas: str = "") -> Translated:
    """What is asked, as a request for an engine. ``betas`` is the header ``anthropic-beta``.

    Raises UsageError for what makes no sense or can't be had here.
    """
    unread = require_readable(asked, NOT_HERE)
    wanted = asked.output_config.format if asked.output_config is not None else None
    request = ChatRequest(
        messages=_messages(asked, images),
        json_schema=wanted.schema_ if wanted is not None else None,
        tools=tuple(Tool(tool.name, tool.description, tool.input_schema) for tool in asked.tools or ()),
        tool_choice=_tool_choice(asked),
        parallel_tool_calls=not getattr(asked.tool_choice, "disable_parallel_tool_use", False),
        template_arguments=_template_arguments(asked, facts),
    )
    if isinstance(asked, MessagesRequest):
        request = replace(
            request,
            max_tokens=asked.max_tokens,
            sampling=_sampling(asked),
            stop=tuple(asked.stop_sequences or ()),
        )
    return Translated(request, (*unread, *_without_effect(asked, facts, betas)))


def image_urls(asked: Conversation) -> tuple[str, ...]:
    """The URLs of the pictures that have to be read first."""
    return tuple(
        dict.fromkeys(
            _url(block)
            for message in asked.messages
            if not isinstance(message.content, str)
            for block in _with_inner_blocks(message.content)
            if isinstance(block, ImageBlock)
        )
    )


def _url(block: ImageBlock) -> str:
    source = block.source
    if isinstance(source, Base64Image):
        return f"data:{source.media_type};base64,{source.data}"
    return source.url


def _with_inner_blocks(blocks: Iterable[Block]) -> Iterator[Block]:
    for block in blocks:
        yield block
        if isinstance(block, ToolResultBlock) and not isinstance(block.content, str):
            yield from _with_inner_blocks(block.content)
        if isinstance(block, DocumentBlock) and isinstance(block.source, BlockContent):
            content = block.source.content
            yield from () if isinstance(content, str) else content


def shows_thinking(asked: Conversation) -> bool:
    """Whether the answer is to hold what the model thought aloud."""
    return getattr(asked.thinking, "display", None) != "omitted"


def _sampling(asked: MessagesRequest) -> Sampling:
    return Sampling(
        temperature=DEFAULT_TEMPERATURE if asked.temperature is None else asked.temperature,
        top_p=1.0 if asked.top_p is None else asked.top_p,
        top_k=asked.top_k or 0,
    )


def _tool_choice(asked: Conversation) -> str:
    choice = asked.tool_choice
    if isinstance(choice, ToolChoiceAny | ToolChoiceTool) and not asked.tools:
        raise UsageError(f"tool_choice is {choice.type!r}, but the request has no tools.")
    if isinstance(choice, ToolChoiceTool):
        names = [tool.name for tool in asked.tools or ()]
        if choice.name not in names:
            raise UsageError(
                f"tool_choice names the tool {choice.name[:100]!r}, which is not among the tools.",
                hint=f"Use one of: {', '.join(names[:20])}.",
            )
        return choice.name
    if isinstance(choice, ToolChoiceAny):
        return "required"
    return "none" if isinstance(choice, ToolChoiceNone) else "auto"


def _template_arguments(asked: Conversation, facts: ModelFacts) -> dict[str, Any]:
    """Whether the model is to think aloud. As at the provider, it does so only when asked to."""
    thinking = asked.thinking
    if not _may_reason(facts):
        return {}
    if isinstance(thinking, ThinkingEnabled):
        return {"enable_thinking": True}
    if isinstance(thinking, ThinkingDisabled) or (thinking is None and facts.kind != "upstream"):
        return {"enable_thinking": False}
    return {}


def _may_reason(facts: ModelFacts) -> bool:
    """Nobody has told what a model elsewhere can do."""
    return facts.kind == "upstream" or "reasoning" in facts.capabilities


def _without_effect(asked: Conversation, facts: ModelFacts, betas: str) -> Iterator[str]:
    """What is part of the schema and changes nothing."""
    if betas:
        yield "anthropic-beta"
    if asked.output_config is not None and asked.output_config.effort is not None:
        yield "output_config.effort"
    thinking = asked.thinking
    if isinstance(thinking, ThinkingEnabled) and thinking.budget_tokens is not None:
        yield "thinking.budget_tokens"
    if thinking is not None and not isinstance(thinking, ThinkingDisabled) and not _may_reason(facts):
        yield "thinking"


def _messages(asked: Conversation, images: Images) -> tuple[Message, ...]:
    system = asked.system
    text = system if isinstance(system, str) else "\n\n".join(block.text for block in system or ())
    messages = [Message("system", text)] if text else []
    for number, message in enumerate(asked.messages):
        for one in _turn(number, message, images):
            if messages and _continues(messages[-1], one):
                messages[-1] = replace(messages[-1], content=_joined((*messages[-1].parts, *one.parts)))
            else:
                messages.append(one)
    return tuple(messages)


def _continues(last: Message, next_one: Message) -> bool:
    """Turns of the same role one after another are one turn."""
    plain = not last.tool_calls and not next_one.tool_calls
    return plain and last.role == next_one.role and last.role in ("user", "assistant")


def _turn(number: int, message: InputMessage, images: Images) -> Iterator[Message]:
    """The messages that one of Anthropic's stands for: each tool result is one of its own."""
    content = message.content
    if isinstance(content, str):
        yield Message(message.role, content)
        return
    _require_place(number, message.role, content)
    parts: list[Part] = []
    calls: list[ToolCall] = []
    for block in content:
        if isinstance(block, ToolResultBlock):
            if parts:
                yield Message(message.role, _joined(parts))
                parts = []
            yield Message("tool", _result(block, images), tool_call_id=block.tool_use_id)
        elif isinstance(block, ToolUseBlock):
            calls.append(ToolCall(block.id, block.name, json.dumps(block.input, ensure_ascii=False)))
        else:
            parts.extend(_parts(block, images))
    if parts or calls:
        yield Message(message.role, _joined(parts), tool_calls=tuple(calls))


_ONLY_OF: Mapping[type[Any], str] = {
    ToolUseBlock: "assistant",
    ThinkingBlock: "assistant",
    RedactedThinkingBlock: "assistant",
    ToolResultBlock: "user",
    ImageBlock: "user",
    DocumentBlock: "user",
    SearchResultBlock: "user",
}


def _require_place(number: int, role: str, blocks: Sequence[Block]) -> None:
    for block in blocks:
        owner = _ONLY_OF.get(type(block), role)
        if owner != role:
            raise UsageError(
                f"messages.{number} has role {role!r} and a block {block.type!r}.",
                hint=f"Such a block belongs in a message of role {owner!r}.",
            )


def _result(block: ToolResultBlock, images: Images) -> str | tuple[Part, ...]:
    """What a tool gave. No chat template knows failed results, so the text says it."""
    failed = [TextPart("The tool failed:")] if block.is_error else []
    if isinstance(block.content, str):
        return _joined([*failed, TextPart(block.content)])
    return _joined([*failed, *(part for inner in block.content for part in _parts(inner, images))])


def _parts(block: Block, images: Images) -> Iterator[Part]:
    """The parts of a block. What a model has thought in earlier turns is left out, as at the provider."""
    if isinstance(block, TextBlock):
        yield TextPart(block.text)
    elif isinstance(block, ImageBlock):
        yield images[_url(block)]
    elif isinstance(block, SearchResultBlock):
        yield TextPart("\n".join((block.title, block.source, *(inner.text for inner in block.content))))
    elif isinstance(block, DocumentBlock):
        heading = "\n".join(filter(None, (block.title, block.context)))
        if heading:
            yield TextPart(heading)
        source = block.source
        if not isinstance(source, BlockContent):
            yield TextPart(source.data)
        elif isinstance(source.content, str):
            yield TextPart(source.content)
        else:
            for inner in source.content:
                yield from _parts(inner, images)


def _joined(parts: Sequence[Part]) -> str | tuple[Part, ...]:
    """Plain text where it is only text: not every chat template takes parts."""
    texts = [part.text for part in parts if isinstance(part, TextPart)]
    return "\n".join(texts) if len(texts) == len(parts) else tuple(parts)
