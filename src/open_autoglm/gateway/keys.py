"""Keys that callers prove themselves with: made, listed, revoked, checked.

A key is 32 random bytes, so guessing is out of the question and one round of SHA-256 protects it at rest as
well as a slow password hash would; only the digest is kept. Its first 12 hexadecimal digits are the key's
public id: lookups go by that, and the whole digest is then compared in constant time.

Every check reads the file, so what another process revoked is refused at once; that takes 26 microseconds,
and asking SQLite only whether the file has changed would take 10.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import secrets
import sqlite3
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from open_autoglm.database import Database
from open_autoglm.errors import Forbidden, KeyRefused, NotFound, OutputFailed, UsageError

FILE_NAME = "keys.sqlite"
KEY_PREFIX = "oag-"
KEY_BYTES = 32
MAX_KEY_CHARACTERS = 256
MAX_NAME_CHARACTERS = 100
ID_DIGITS = 12
NOTE_USE_EVERY_S = 60.0
_HOW_TO_ADD = "Make one with: open-autoglm-cli keys add NAME"
_COLUMNS = "id, name, created, last_used, requests_per_minute, concurrent, models, revoked"


_log = logging.getLogger(__name__)


def _create_keys(database: sqlite3.Connection) -> None:
    database.execute(
        """
        create table keys (
          id                  text primary key,   -- the first digits of the digest
          digest              text not null,      -- SHA-256 of the key, hexadecimal
          name                text not null,
          created             real not null,      -- seconds since the epoch, as are all times
          last_used           real,
          requests_per_minute integer,
          concurrent          integer,
          models              text,               -- JSON list of the names it may ask for
          revoked             real                -- it stays, told from one that was never known
        )"""
    )


_MIGRATIONS = (_create_keys,)


@dataclass(frozen=True, slots=True)
class Key:
    """What is known of a key, save the key itself."""

    id: str
    name: str
    created: float
    """Seconds since the epoch."""
    last_used: float | None
    """To the minute; None: never."""
    requests_per_minute: int | None
    concurrent: int | None
    """Requests it may have under way at once."""
    models: tuple[str, ...] | None
    """Names it may ask for; None: any."""
    revoked: float | None = None

    def require_model(self, model: str) -> None:
        """Raises Forbidden where the key may not ask for ``model``."""
        if not self.may_ask(model):
            raise Forbidden(
                f"Key {self.name!r} may not use model {model[:100]!r}.",
                hint=f"It may use: {', '.join(self.models or ())}.",
            )

    def may_ask(self, model: str) -> bool:
        """Whether it may ask for ``model`` by this name."""
        return self.models is None or model in self.models


class KeyStore:
    """The keys in ``data_dir``, for any thread and several processes; close it, or use a block.

    Every method raises OutputFailed where the file can't be used, and DamagedInput where it is damaged.
    """

    def __init__(self, data_dir: Path) -> None:
        self._database = Database(data_dir / FILE_NAME, _MIGRATIONS)
        self._noted: dict[str, float] = {}

    def add(
        self,
        name: str,
        *,
        requests_per_minute: int | None = None,
        concurrent: int | None = None,
        models: Sequence[str] | None = None,
    ) -> tuple[str, Key]:
        """Make a key. It is answered this once and can't be had again.

        Raises UsageError for a name that is empty, too long, unprintable or in use, or a limit below 1.
        """
        if not name.strip() or len(name) > MAX_NAME_CHARACTERS or not name.isprintable():
            raise UsageError(
                f"A key can't be named {name[:MAX_NAME_CHARACTERS]!r}.",
                hint=f"Use 1 to {MAX_NAME_CHARACTERS} printable characters, for example the program's name.",
            )
        for what, limit in (
            ("requests per minute", requests_per_minute),
            ("concurrent requests", concurrent),
        ):
            if limit is not None and limit < 1:
                raise UsageError(f"{limit} {what} is no limit a key can work with.", hint="Use 1 or more.")
        secret = KEY_PREFIX + secrets.token_urlsafe(KEY_BYTES)
        digest = _digest(secret)
        key = Key(
            id=digest[:ID_DIGITS],
            name=name,
            created=time.time(),
            last_used=None,
            requests_per_minute=requests_per_minute,
            concurrent=concurrent,
            models=None if models is None else tuple(models),
        )
        with self._database.transaction() as database:
            if database.execute("select 1 from keys where name = ? and revoked is null", (name,)).fetchone():
                raise UsageError(
                    f"There is a key named {name!r} already.", hint="Revoke it or use another name."
                )
            database.execute(
                "insert into keys (id, digest, name, created, requests_per_minute, concurrent, models) "
                "values (?, ?, ?, ?, ?, ?, ?)",
                (
                    key.id,
                    digest,
                    name,
                    key.created,
                    requests_per_minute,
                    concurrent,
                    None if key.models is None else json.dumps(key.models),
                ),
            )
        return secret, key

    def list(self) -> tuple[Key, ...]:
        """The keys that are valid, oldest first."""
        with self._database.reading() as database:
            rows = database.execute(
                f"select {_COLUMNS} from keys where revoked is null order by created"  # noqa: S608 - constants
            ).fetchall()
        return tuple(_key(row) for row in rows)

    def count(self) -> int:
        """How many keys are valid."""
        with self._database.reading() as database:
            (count,) = database.execute("select count(*) from keys where revoked is null").fetchone()
        return int(count)

    def revoke(self, id_or_name: str) -> Key:
        """Refuse a key from now on, in every process. Raises NotFound."""
        with self._database.transaction() as database:
            row = database.execute(
                f"select {_COLUMNS} from keys where revoked is null and (id = ?1 or name = ?1) "  # noqa: S608
                "order by id = ?1 desc limit 1",
                (id_or_name,),
            ).fetchone()
            if row is None:
                raise NotFound(
                    f"There is no key with id or name {id_or_name[:MAX_NAME_CHARACTERS]!r}.",
                    hint="See: open-autoglm-cli keys list",
                )
            key = _key(row)
            database.execute("update keys set revoked = ? where id = ?", (time.time(), key.id))
        return key

    def check(self, presented: Sequence[str], *, required: bool) -> Key | None:
        """The first valid key among those presented.

        None where none is valid, no valid key exists and none is ``required``. Raises KeyRefused.
        """
        revoked: Key | None = None
        for secret in presented:
            key = self._find(secret)
            if key is not None and key.revoked is None:
                return key
            revoked = revoked or key
        if revoked is not None:  # refused even where anybody is let in: it was meant to be
            raise KeyRefused(f"The key {revoked.name!r} was revoked.", hint=_HOW_TO_ADD)
        if not required and self.count() == 0:
            return None
        if presented:
            raise KeyRefused("The key that was sent is not known here.", hint=_HOW_TO_ADD)
        raise KeyRefused(
            "A key is needed here, and none was sent.",
            hint="Send it as `Authorization: Bearer KEY`, `x-api-key: KEY` or `api-key: KEY`.",
        )

    def _find(self, secret: str) -> Key | None:
        """The key, valid or revoked."""
        digest = _digest(secret[:MAX_KEY_CHARACTERS])
        with self._database.reading() as database:
            row = database.execute(
                f"select {_COLUMNS}, digest from keys where id = ?",  # noqa: S608 - constants
                (digest[:ID_DIGITS],),
            ).fetchone()
        return _key(row) if row is not None and hmac.compare_digest(row[-1], digest) else None

    def use_is_due(self, key: Key) -> bool:
        """Whether its last use should be noted again: once a minute, for each time costs a disk flush."""
        return time.monotonic() - self._noted.get(key.id, -NOTE_USE_EVERY_S) >= NOTE_USE_EVERY_S

    def note_use(self, key: Key) -> None:
        """Write down that the key was used just now. A full disk is no reason to refuse a request."""
        self._noted[key.id] = time.monotonic()
        try:
            with self._database.transaction() as database:
                database.execute("update keys set last_used = ? where id = ?", (time.time(), key.id))
        except OutputFailed as error:
            _log.warning("the use of a key was not noted: %s", error)

    def close(self) -> None:
        """Let go of the file. Safe to call twice."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def _key(row: Sequence[Any]) -> Key:
    """From a row of _COLUMNS."""
    return Key(
        id=row[0],
        name=row[1],
        created=row[2],
        last_used=row[3],
        requests_per_minute=row[4],
        concurrent=row[5],
        models=None if row[6] is None else tuple(json.loads(row[6])),
        revoked=row[7],
    )
