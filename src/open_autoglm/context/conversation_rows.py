"""Rows of the conversations' tables as values, and back; every function works inside a transaction."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator, Sequence

from pydantic import TypeAdapter

from open_autoglm.context.conversation import (
    AnswerDetails,
    AttachedDocument,
    AttachedPicture,
    Attachments,
    Conversation,
    StoredMessage,
)
from open_autoglm.errors import LimitExceeded, NotFound
from open_autoglm.values import ImagePart, Message, TextPart, ToolCall

MAX_PICTURES_BYTES = 32 << 20
"""Pictures of one message together."""
TITLE_CHARACTERS = 60
"""Length of a title made from the first message."""

_TOOL_CALLS = TypeAdapter(tuple[ToolCall, ...])
_DOCUMENTS = TypeAdapter(tuple[AttachedDocument, ...])
_DETAILS = TypeAdapter(AnswerDetails)


def conversation_of(row: sqlite3.Row) -> Conversation:
    return Conversation(row["id"], row["title"], row["model"], row["created"], row["used"], row["leaf"])


def owned_row(database: sqlite3.Connection, owner: str, conversation: str) -> sqlite3.Row:
    """The conversation, if it is the owner's. Raises NotFound."""
    row = database.execute(
        "select * from conversations where id = ? and owner = ?", (conversation, owner)
    ).fetchone()
    if row is None:
        raise NotFound(f"There is no conversation {conversation!r}.", hint="It may have been deleted.")
    found: sqlite3.Row = row
    return found


def message_row(database: sqlite3.Connection, owner: str, message: int) -> sqlite3.Row:
    """The message, if it is the owner's. Raises NotFound."""
    row = database.execute(
        "select m.* from messages m join conversations c on c.id = m.conversation "
        "where m.id = ? and c.owner = ?",
        (message, owner),
    ).fetchone()
    if row is None:
        raise NotFound(f"There is no message {message}.", hint="Its conversation may have been deleted.")
    found: sqlite3.Row = row
    return found


def read_messages(database: sqlite3.Connection, rows: Sequence[sqlite3.Row]) -> Iterator[StoredMessage]:
    """Rows of one conversation as messages, with their pictures and other versions."""
    if not rows:
        return
    versions: dict[int | None, list[int]] = {}
    for row in database.execute(
        "select id, parent from messages where conversation = ? order by id", (rows[0]["conversation"],)
    ):
        versions.setdefault(row["parent"], []).append(row["id"])
    for row in rows:
        pictures = database.execute(
            "select media_type, data, name from pictures where message = ? order by place", (row["id"],)
        )
        yield StoredMessage(
            id=row["id"],
            conversation=row["conversation"],
            parent=row["parent"],
            versions=tuple(versions[row["parent"]]),
            role=row["role"],
            text=row["text"],
            created=row["created"],
            whole=bool(row["whole"]),
            reasoning=row["reasoning"],
            tool_calls=_TOOL_CALLS.validate_json(row["tool_calls"]),
            tool_call_id=row["tool_call_id"],
            attachments=Attachments(
                tuple(AttachedPicture(*picture) for picture in pictures),
                _DOCUMENTS.validate_json(row["documents"]),
            ),
            details=None if row["details"] is None else _DETAILS.validate_json(row["details"]),
        )


def insert_message(
    database: sqlite3.Connection,
    conversation: str,
    parent: int | None,
    message: Message,
    attachments: Attachments | None,
    whole: bool,
) -> StoredMessage:
    """Add a message, show its branch, and name the conversation after its first question."""
    if attachments is None:
        images = [part for part in message.parts if isinstance(part, ImagePart)]
        attachments = Attachments(tuple(AttachedPicture(image.media_type, image.data) for image in images))
    size = sum(len(picture.data) for picture in attachments.pictures)
    if size > MAX_PICTURES_BYTES:
        raise LimitExceeded(
            f"The pictures of one message have {size} bytes; {MAX_PICTURES_BYTES} are kept at most.",
            hint="Send fewer or smaller pictures.",
        )
    text = "".join(part.text for part in message.parts if isinstance(part, TextPart))
    now = time.time()
    added = database.execute(
        "insert into messages (conversation, parent, role, text, reasoning, tool_calls, tool_call_id, "
        "documents, whole, created) values (?, ?, ?, ?, '', ?, ?, ?, ?, ?)",
        (
            conversation,
            parent,
            message.role,
            text,
            _TOOL_CALLS.dump_json(message.tool_calls).decode(),
            message.tool_call_id,
            _DOCUMENTS.dump_json(attachments.documents).decode(),
            whole,
            now,
        ),
    ).lastrowid
    database.executemany(
        "insert into pictures values (?, ?, ?, ?, ?)",
        [
            (added, n, image.media_type, image.name, image.data)
            for n, image in enumerate(attachments.pictures)
        ],
    )
    if message.role == "user":
        database.execute(
            "update conversations set title = ? where id = ? and title = ''",
            (_title_of(text, attachments), conversation),
        )
    database.execute("update conversations set used = ? where id = ?", (now, conversation))
    show(database, conversation, added)
    row = database.execute("select * from messages where id = ?", (added,)).fetchone()
    (stored,) = read_messages(database, [row])
    return stored


def write_answer(
    database: sqlite3.Connection,
    row: sqlite3.Row,
    text: str,
    *,
    reasoning: str,
    tool_calls: tuple[ToolCall, ...],
    details: AnswerDetails | None,
    whole: bool,
) -> None:
    """Put what has come of an answer in the place of what had come before."""
    database.execute(
        "update messages set text = ?, reasoning = ?, tool_calls = ?, details = ?, whole = ? where id = ?",
        (
            text,
            reasoning,
            _TOOL_CALLS.dump_json(tool_calls).decode(),
            None if details is None else _DETAILS.dump_json(details).decode(),
            whole,
            row["id"],
        ),
    )
    database.execute("update conversations set used = ? where id = ?", (time.time(), row["conversation"]))


def show(database: sqlite3.Connection, conversation: str, leaf: int | None) -> None:
    """Let the shown branch end with message ``leaf``."""
    database.execute("update conversations set leaf = ? where id = ?", (leaf, conversation))


def _title_of(text: str, attachments: Attachments) -> str:
    """The first line of a question, shortened at a word where there is one; else what is attached to it."""
    line = next((" ".join(line.split()) for line in text.splitlines() if line.strip()), "")
    if not line:
        names = [document.name for document in attachments.documents]
        return next(filter(None, [*names, *(picture.name for picture in attachments.pictures)]), "…")
    if len(line) <= TITLE_CHARACTERS:
        return line
    cut = line[:TITLE_CHARACTERS]
    return (cut[: cut.rfind(" ")] if " " in cut[TITLE_CHARACTERS // 2 :] else cut) + "…"
