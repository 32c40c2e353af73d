"""A conversation as a file."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest

from open_autoglm.context.conversation import AnswerDetails, AttachedPicture, Attachments
from open_autoglm.context.conversations import Conversations
from open_autoglm.context.export_conversation import conversation_as_json, conversation_as_markdown
from open_autoglm.values import Message, ToolCall

ME = "local"


@pytest.fixture
def store(tmp_path: Path) -> Conversations:
    return Conversations(tmp_path / "conversations.sqlite")


def test_json_holds_every_branch_and_picture(store: Conversations) -> None:
    made = store.create(ME, title="猫")
    first = store.append(
        ME,
        made.id,
        Message("user", "What is this?"),
        attachments=Attachments((AttachedPicture("image/png", b"\x89PNG", "cat.png"),)),
    )
    store.append_version(ME, first.id, Message("user", "Who is this?"))
    read = json.loads(conversation_as_json(store.get(ME, made.id), store.tree(ME, made.id)))
    assert (read["format"], read["version"]) == ("open-autoglm-conversation", 1)
    assert read["conversation"]["title"] == "猫"
    assert [message["text"] for message in read["messages"]] == ["What is this?", "Who is this?"]
    (picture,) = read["messages"][0]["attachments"]["pictures"]
    assert base64.b64decode(picture["data"]) == b"\x89PNG"


def test_markdown_reads_like_the_page(store: Conversations) -> None:
    made = store.create(ME, title="Cats")
    store.append(
        ME,
        made.id,
        Message("user", "What is this?"),
        attachments=Attachments((AttachedPicture("image/png", b"\x89PNG", "cat.png"),)),
    )
    store.append(ME, made.id, Message("assistant", "", (ToolCall("1", "look", '{"at": 1}'),)))
    begun = store.append(ME, made.id, Message("assistant", ""), whole=False)
    store.update(ME, begun.id, "A **cat**.", details=AnswerDetails("qwen"))
    text = conversation_as_markdown(store.get(ME, made.id), store.branch(ME, made.id))
    title, _, *blocks = text.rstrip("\n").split("\n\n")
    assert title == "# Cats"
    assert blocks == [
        "## User",
        "*[cat.png]*",
        "What is this?",
        "## Assistant",
        '`look({"at": 1})`',
        "## Assistant (qwen)",
        "A **cat**.",
        "*(broken off)*",
    ]
