"""Conversations on disk: create, search, branch, export, delete.

A message is committed before ``append`` returns, so that the end of the program at any moment, even by
SIGKILL, loses nothing that was acknowledged. Several processes may use the file at once. Every method takes
the owner, and knows nothing of other owners' conversations: they are NotFound.
"""

from __future__ import annotations

import secrets
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from open_autoglm.context.conversation import AnswerDetails, Attachments, Conversation, Found, StoredMessage
from open_autoglm.context.conversation_rows import (
    conversation_of,
    insert_message,
    message_row,
    owned_row,
    read_messages,
    show,
    write_answer,
)
from open_autoglm.context.conversation_schema import MIGRATIONS
from open_autoglm.context.search_conversations import search_conversations
from open_autoglm.database import Database
from open_autoglm.errors import NotFound, UsageError
from open_autoglm.values import Message, ToolCall

MAX_TITLE_CHARACTERS = 200


class Conversations:
    """The conversations in the file ``path``, which is made where it does not exist.

    Methods may be called from any thread; each takes milliseconds. Raises what ``Database`` raises.
    """

    def __init__(self, path: Path) -> None:
        self._database = Database(path, MIGRATIONS)

    def close(self) -> None:
        """Safe to call twice."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    # conversations

    def create(self, owner: str, *, title: str = "", model: str = "") -> Conversation:
        """Begin a conversation. Without a title it gets one from the user's first message."""
        now = time.time()
        made = Conversation(secrets.token_hex(8), _title(title), model, created=now, used=now, leaf=None)
        with self._database.transaction() as database:
            database.execute(
                "insert into conversations values (?, ?, ?, ?, ?, ?, null)",
                (made.id, owner, made.title, model, now, now),
            )
        return made

    def get(self, owner: str, conversation: str) -> Conversation:
        with self._database.reading() as database:
            return conversation_of(owned_row(database, owner, conversation))

    def list(self, owner: str, limit: int = 100, *, skip: int = 0) -> tuple[Conversation, ...]:
        """The conversations of an owner, last used first."""
        with self._database.reading() as database:
            rows = database.execute(
                "select * from conversations where owner = ? order by used desc, rowid desc limit ? offset ?",
                (owner, limit, skip),
            ).fetchall()
        return tuple(map(conversation_of, rows))

    def search(self, owner: str, text: str, limit: int = 50) -> tuple[Found, ...]:
        """Conversations that hold every word of ``text`` in their title or messages, last used first."""
        with self._database.reading() as database:
            return search_conversations(database, owner, text.split(), limit)

    def rename(self, owner: str, conversation: str, title: str) -> None:
        """Raises UsageError for an empty title."""
        line = _title(title)
        if not line:
            raise UsageError(
                "A conversation can't have an empty title.", hint="Write at least one character."
            )
        with self._database.transaction() as database:
            owned_row(database, owner, conversation)
            database.execute("update conversations set title = ? where id = ?", (line, conversation))

    def use_model(self, owner: str, conversation: str, model: str) -> None:
        """Go on with another model."""
        with self._database.transaction() as database:
            owned_row(database, owner, conversation)
            database.execute("update conversations set model = ? where id = ?", (model, conversation))

    def delete(self, owner: str, conversation: str) -> None:
        """Remove it with everything in it."""
        with self._database.transaction() as database:
            owned_row(database, owner, conversation)
            database.execute("delete from conversations where id = ?", (conversation,))

    # messages

    def branch(self, owner: str, conversation: str) -> tuple[StoredMessage, ...]:
        """The messages that are shown, from the first to the current leaf."""
        with self._database.reading() as database:
            leaf = owned_row(database, owner, conversation)["leaf"]
            rows = database.execute(
                """with recursive shown (id, parent) as (
                     select id, parent from messages where id = ?
                     union all
                     select m.id, m.parent from messages m join shown on m.id = shown.parent
                   )
                   select * from messages where id in (select id from shown) order by id""",
                (leaf,),
            ).fetchall()
            return tuple(read_messages(database, rows))

    def tree(self, owner: str, conversation: str) -> tuple[StoredMessage, ...]:
        """All messages of all branches, in the order in which they were added."""
        with self._database.reading() as database:
            owned_row(database, owner, conversation)
            rows = database.execute(
                "select * from messages where conversation = ? order by id", (conversation,)
            ).fetchall()
            return tuple(read_messages(database, rows))

    def append(
        self,
        owner: str,
        conversation: str,
        message: Message,
        *,
        after: int | None = None,
        attachments: Attachments | None = None,
        whole: bool = True,
    ) -> StoredMessage:
        """Add a message after message ``after`` (None: the current leaf) and show its branch.

        Pictures are those of ``attachments``; without them, those of the message's own parts. An answer
        is appended with ``whole=False`` when it begins, and written with ``update``. Raises LimitExceeded for
        pictures of more than MAX_PICTURES_BYTES.
        """
        with self._database.transaction() as database:
            leaf = owned_row(database, owner, conversation)["leaf"]
            if after is not None and message_row(database, owner, after)["conversation"] != conversation:
                raise NotFound(f"Conversation {conversation!r} has no message {after}.")
            parent = leaf if after is None else after
            return insert_message(database, conversation, parent, message, attachments, whole)

    def append_version(
        self,
        owner: str,
        of: int,
        message: Message,
        *,
        attachments: Attachments | None = None,
        whole: bool = True,
    ) -> StoredMessage:
        """Add another version beside message ``of`` and show its branch: an edited question, an answer given
        again. What followed ``of`` stays, in its own branch."""
        with self._database.transaction() as database:
            row = message_row(database, owner, of)
            return insert_message(database, row["conversation"], row["parent"], message, attachments, whole)

    def update(
        self,
        owner: str,
        message: int,
        text: str,
        *,
        reasoning: str = "",
        tool_calls: tuple[ToolCall, ...] = (),
        details: AnswerDetails | None = None,
        whole: bool = False,
    ) -> None:
        """Write what has come of an answer so far; with ``whole``, all of it."""
        with self._database.transaction() as database:
            write_answer(
                database,
                message_row(database, owner, message),
                text,
                reasoning=reasoning,
                tool_calls=tool_calls,
                details=details,
                whole=whole,
            )

    def continue_from(self, owner: str, message: int) -> None:
        """Let the shown branch end with ``message``: the next one that is appended begins a new branch."""
        with self._database.transaction() as database:
            row = message_row(database, owner, message)
            show(database, row["conversation"], message)

    def switch_to(self, owner: str, message: int) -> None:
        """Show the branch through ``message`` down to what was last said in it."""
        with self._database.transaction() as database:
            row = message_row(database, owner, message)
            # A child is always added after its parent, so the newest descendant is a leaf.
            (leaf,) = database.execute(
                """with recursive below (id) as (
                     select ? union all
                     select m.id from messages m join below on m.parent = below.id
                   )
                   select max(id) from below""",
                (message,),
            ).fetchone()
            show(database, row["conversation"], leaf)


def _title(text: str) -> str:
    return " ".join(text.split())[:MAX_TITLE_CHARACTERS]
