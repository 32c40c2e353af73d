"""Search in titles and messages: by the full-text index, and by reading where a word is too short for it."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from open_autoglm.context.conversation import Found
from open_autoglm.context.conversation_rows import conversation_of
from open_autoglm.context.conversation_schema import has_index

INDEXED_CHARACTERS = 3
"""The index holds groups of three characters; many Chinese words have two."""
MAX_WORDS = 10
MAX_WORD_CHARACTERS = 200
EXCERPT_CHARACTERS = 40
"""Shown on each side of what was found."""


def search_conversations(
    database: sqlite3.Connection, owner: str, words: Sequence[str], limit: int
) -> tuple[Found, ...]:
    """Conversations of ``owner`` that hold every word, anywhere in them; none for no word."""
    words = [word[:MAX_WORD_CHARACTERS] for word in words[:MAX_WORDS]]
    if not words:
        return ()
    indexed = has_index(database)
    conditions, values = ["owner = ?"], [owner]
    for word in words:
        condition, value = _holds(word, indexed)
        conditions.append(
            f"(title like ? escape '\\' or id in (select conversation from messages where {condition}))"  # noqa: S608 - values are bound
        )
        values += [_like(word), value]
    rows = database.execute(
        f"select * from conversations where {' and '.join(conditions)} "  # noqa: S608 - values are bound
        "order by used desc limit ?",
        (*values, limit),
    ).fetchall()
    return tuple(_found(database, row, words) for row in rows)


def _holds(word: str, indexed: bool) -> tuple[str, str]:
    """The condition for a message that holds ``word``, and its value."""
    if indexed and len(word) >= INDEXED_CHARACTERS:
        quoted = word.replace('"', '""').replace("\0", "")
        return "id in (select rowid from message_index where message_index match ?)", f'"{quoted}"'
    return "text like ? escape '\\'", _like(word)


def _like(word: str) -> str:
    for sign in "\\%_":
        word = word.replace(sign, f"\\{sign}")
    return f"%{word}%"


def _found(database: sqlite3.Connection, row: sqlite3.Row, words: Sequence[str]) -> Found:
    """The conversation with the newest message that holds any of the words."""
    conversation = conversation_of(row)
    messages = database.execute(
        "select id, text from messages where conversation = ? order by id desc", (conversation.id,)
    )
    for message in messages:
        text = message["text"].lower()
        for word in words:
            if word.lower() in text:
                return Found(conversation, _excerpt(message["text"], word), message["id"])
    return Found(conversation, conversation.title, None)


def _excerpt(text: str, word: str) -> str:
    """The text around ``word``, on one line."""
    at = max(0, text.lower().find(word.lower()))
    start, end = max(0, at - EXCERPT_CHARACTERS), at + len(word) + EXCERPT_CHARACTERS
    line = " ".join(text[start:end].split())
    return f"{'…' if start else ''}{line}{'…' if end < len(text) else ''}"
