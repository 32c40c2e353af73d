"""Which bases there are and whose they are. A base lies under an id; its name stands only here."""

from __future__ import annotations

import secrets
import sqlite3
import time
import unicodedata
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from open_autoglm.database import Database
from open_autoglm.errors import NotFound, UsageError

FILE_NAME = "bases.sqlite"
MAX_NAME_CHARACTERS = 100


class BaseRegistry(Protocol):
    """Ids of bases by owner and name. Safe to use from any thread; several programs may share one."""

    def names(self, owner: str) -> Sequence[str]: ...

    def owned(self) -> Sequence[tuple[str, str]]:
        """Owner and name of every base."""
        ...

    def find(self, owner: str, name: str) -> str:
        """The id. Raises NotFound for a base that ``owner`` does not have, whoever else has it."""
        ...

    def add(self, owner: str, name: str, put: Callable[[str], None] | None = None) -> str:
        """A new id; ``put`` moves into place what is to lie under it. Raises UsageError for a name in use."""
        ...

    def remove(self, owner: str, name: str) -> str:
        """The id that is free of its name now. Raises NotFound."""
        ...

    def ids(self) -> set[str]:
        """Of all bases."""
        ...

    def close(self) -> None: ...


def checked_name(name: str) -> str:
    """In Unicode's composed form. Raises UsageError for what can't be typed, shown or put into an address."""
    plain = unicodedata.normalize("NFC", name).strip()
    good = (
        0 < len(plain) <= MAX_NAME_CHARACTERS
        and plain.isprintable()
        and not plain.startswith((".", "-"))
        and not set(plain) & set('/\\:*?"<>|#%')
    )
    if not good:
        raise UsageError(
            f"A knowledge base can't be named {name[:MAX_NAME_CHARACTERS]!r}.",
            hint=f"Use 1 to {MAX_NAME_CHARACTERS} letters, digits, spaces and - _ . (not first); "
            "Chinese ones too.",
        )
    return plain


def no_base(name: str) -> NotFound:
    return NotFound(
        f"There is no knowledge base {name[:MAX_NAME_CHARACTERS]!r}.",
        hint="See: open-autoglm-cli kb list. Make one with: open-autoglm-cli kb create NAME",
    )


def name_in_use(name: str) -> UsageError:
    return UsageError(f"There is a knowledge base {name!r} already.", hint="Use another name.")


def new_id() -> str:
    return secrets.token_hex(16)


def _create(database: sqlite3.Connection) -> None:
    database.execute(
        """
        create table bases (
          id      text primary key,
          owner   text not null,
          name    text not null,
          created real not null,   -- seconds since the epoch
          unique (owner, name)
        )"""
    )


class SqliteRegistry:
    """In one file of the data folder. Raises what ``Database`` raises."""

    def __init__(self, folder: Path) -> None:
        self._database = Database(folder / FILE_NAME, (_create,))

    def names(self, owner: str) -> Sequence[str]:
        with self._database.reading() as database:
            rows = database.execute(
                "select name from bases where owner = ? order by name", (owner,)
            ).fetchall()
        return [row[0] for row in rows]

    def owned(self) -> Sequence[tuple[str, str]]:
        with self._database.reading() as database:
            return [(row[0], row[1]) for row in database.execute("select owner, name from bases").fetchall()]

    def find(self, owner: str, name: str) -> str:
        with self._database.reading() as database:
            return _found(database, owner, name)

    def add(self, owner: str, name: str, put: Callable[[str], None] | None = None) -> str:
        name, made = checked_name(name), new_id()
        with self._database.transaction() as database:
            if database.execute("select 1 from bases where owner = ? and name = ?", (owner, name)).fetchone():
                raise name_in_use(name)
            database.execute("insert into bases values (?, ?, ?, ?)", (made, owner, name, time.time()))
            if put is not None:
                put(made)
        return made

    def remove(self, owner: str, name: str) -> str:
        with self._database.transaction() as database:
            found = _found(database, owner, name)
            database.execute("delete from bases where id = ?", (found,))
        return found

    def ids(self) -> set[str]:
        with self._database.reading() as database:
            return {row[0] for row in database.execute("select id from bases").fetchall()}

    def close(self) -> None:
        self._database.close()


def _found(database: sqlite3.Connection, owner: str, name: str) -> str:
    plain = unicodedata.normalize("NFC", name.encode("utf-8", "replace").decode("utf-8")).strip()
    row = database.execute("select id from bases where owner = ? and name = ?", (owner, plain)).fetchone()
    if row is None:
        raise no_base(name)
    return str(row[0])
