"""The tables of stored conversations, as steps that each run once."""

from __future__ import annotations

import sqlite3

TRIGRAM_SINCE = (3, 34, 0)
"""The first SQLite whose full-text index finds parts of words, which Chinese text needs."""


def _conversations_and_messages(database: sqlite3.Connection) -> None:
    for statement in (
        """create table conversations (
             id      text primary key,
             owner   text not null,
             title   text not null,
             model   text not null,
             created real not null,     -- seconds since the epoch, here and below
             used    real not null,
             leaf    integer            -- last message of the branch that is shown
           )""",
        "create index conversations_of_owner on conversations (owner, used)",
        """create table messages (
             id           integer primary key autoincrement,
             conversation text not null references conversations on delete cascade,
             parent       integer references messages on delete cascade,
             role         text not null,
             text         text not null,
             reasoning    text not null,
             tool_calls   text not null,     -- JSON
             tool_call_id text,
             documents    text not null,     -- JSON
             details      text,              -- JSON
             whole        integer not null,  -- 0 while it is being written
             created      real not null
           )""",
        "create index messages_of_conversation on messages (conversation, parent)",
        "create index messages_of_parent on messages (parent)",
        """create table pictures (
             message    integer not null references messages on delete cascade,
             place      integer not null,
             media_type text not null,
             name       text not null,
             data       blob not null,
             primary key (message, place)
           )""",
    ):
        database.execute(statement)


def _full_text_index(database: sqlite3.Connection) -> None:
    """Searching reads every message where this SQLite can't keep the index."""
    if sqlite3.sqlite_version_info < TRIGRAM_SINCE or not _has_fts5(database):
        return
    for statement in (
        """create virtual table message_index
           using fts5 (text, content = 'messages', content_rowid = 'id', tokenize = 'trigram')""",
        """create trigger message_added after insert on messages begin
             insert into message_index (rowid, text) values (new.id, new.text);
           end""",
        """create trigger message_removed after delete on messages begin
             insert into message_index (message_index, rowid, text) values ('delete', old.id, old.text);
           end""",
        """create trigger message_changed after update of text on messages
           when old.text is not new.text begin
             insert into message_index (message_index, rowid, text) values ('delete', old.id, old.text);
             insert into message_index (rowid, text) values (new.id, new.text);
           end""",
    ):
        database.execute(statement)


def has_index(database: sqlite3.Connection) -> bool:
    found = database.execute("select 1 from sqlite_master where name = 'message_index'").fetchone()
    return found is not None


def _has_fts5(database: sqlite3.Connection) -> bool:
    return database.execute("select 1 from pragma_module_list where name = 'fts5'").fetchone() is not None


MIGRATIONS = (_conversations_and_messages, _full_text_index)
