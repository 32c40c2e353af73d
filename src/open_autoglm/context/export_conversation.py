"""A conversation as a file for people (Markdown) or programs (JSON)."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from open_autoglm.context.conversation import Conversation, StoredMessage

FORMAT = "open-autoglm-conversation"
VERSION = 1
_SPEAKERS = {"system": "System", "user": "User", "assistant": "Assistant", "tool": "Tool"}


def conversation_as_json(conversation: Conversation, messages: Sequence[StoredMessage]) -> str:
    """All of it, pictures as base64. ``messages`` are those of ``Conversations.tree``, so that every branch
    is in it."""
    content = {
        "format": FORMAT,
        "version": VERSION,
        "conversation": {
            **asdict(conversation),
            "created": _time(conversation.created),
            "used": _time(conversation.used),
        },
        "messages": [_plain(message) for message in messages],
    }
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"


def conversation_as_markdown(conversation: Conversation, messages: Sequence[StoredMessage]) -> str:
    """The messages as one reads them; ``messages`` are those of ``Conversations.branch``."""
    blocks = [f"# {conversation.title or 'Conversation'}", f"{_time(conversation.created)}"]
    for message in messages:
        speaker = _SPEAKERS[message.role]
        if message.details is not None:
            speaker += f" ({message.details.model})"
        blocks.append(f"## {speaker}")
        attachments = message.attachments
        blocks += [f"*[{picture.name or picture.media_type}]*" for picture in attachments.pictures]
        blocks += [f"*[{document.name}]*" for document in attachments.documents]
        blocks += [f"`{call.name}({call.arguments})`" for call in message.tool_calls]
        if message.text:
            blocks.append(message.text.strip())
        if message.role == "assistant" and not message.whole:
            blocks.append("*(broken off)*")
        if message.details is not None and message.details.stopped:
            blocks.append("*(stopped)*")
    return "\n\n".join(blocks) + "\n"


def _plain(message: StoredMessage) -> dict[str, Any]:
    plain = asdict(message)
    plain["created"] = _time(message.created)
    for picture in plain["attachments"]["pictures"]:
        picture["data"] = base64.b64encode(picture["data"]).decode("ascii")
    return plain


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, tz=UTC).isoformat(timespec="seconds")
