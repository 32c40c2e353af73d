"""A prompt for people who read the log: each part with its role, pictures and calls by name."""

from __future__ import annotations

from open_autoglm.values import ChatRequest, EngineRequest, ImagePart, Message, TextRequest


def readable_prompt(request: EngineRequest) -> str:
    """``role: text`` for each message, a line for each call; of a text its files, prompt and suffix."""
    if isinstance(request, ChatRequest):
        tools = [f"tools: {', '.join(tool.name for tool in request.tools)}"] if request.tools else []
        return "\n".join([*tools, *map(_message, request.messages)])
    return _text(request)


def _message(message: Message) -> str:
    text = "".join(
        f"[picture {part.media_type}, {len(part.data)} bytes]" if isinstance(part, ImagePart) else part.text
        for part in message.parts
    )
    answers = f" ({message.tool_call_id})" if message.tool_call_id else ""
    calls = [f"calls {call.name} ({call.id}): {call.arguments}" for call in message.tool_calls]
    return "\n".join([f"{message.role}{answers}: {text}", *calls])


def _text(request: TextRequest) -> str:
    files = [f"file {name}: {text}" for name, text in request.files]
    suffix = [] if request.suffix is None else [f"suffix: {request.suffix}"]
    return "\n".join([*files, f"prompt: {request.prompt}", *suffix])
