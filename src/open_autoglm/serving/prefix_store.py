"""Saved states of slots: files in one folder, and a SQLite file that lists those that are complete."""

from __future__ import annotations

import contextlib
import logging
import os
import secrets
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from open_autoglm.serving.prompt_text import common_prefix_length
from open_autoglm.serving.saved_state import SavedState, StateOrigin, measure_file, settle_file, settle_names
from open_autoglm.sqlite_file import DisposableFile

_SCHEMA = (
    """
    create table if not exists states (
      name           text primary key,  -- of its file, in the same folder
      model_digest   text not null,
      engine_build   text not null,
      kv_cache_type  text not null,
      context_window integer not null,
      owner          text not null,
      text           blob not null,     -- what the slot held, see prompt_text; UTF-8
      tokens         integer not null,
      bytes          integer not null,
      checksum       integer not null,  -- CRC-32 of the file
      used           real not null      -- seconds since the epoch
    )""",
)
_SCHEMA_VERSION = 1
_SAVING, _SAVED = "saving-", "state-"
_ERRORS = "surrogatepass"  # half a surrogate pair in a prompt is nothing to fail at

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class PrefixStoreStatistics:
    """States and bytes on disk now; states saved, used again and found damaged since the start."""

    states: int
    bytes: int
    saved: int
    restored: int
    damaged: int


class PrefixStore:
    """States in ``folder``, at most ``max_bytes`` of all models and owners together; 0: none.

    What was least recently used goes first. A state is listed only once its file is whole and on the
    disk, so a kill at any moment leaves no half state: files that are not listed are removed at the next
    start. One process uses a folder at a time.

    What is listed is held in memory too, with its text: a token's state takes thousands of bytes and its
    text about four. Methods marked "reads files" or "writes files" block, and belong in a thread.
    """

    def __init__(self, folder: Path, max_bytes: int) -> None:
        """Reads what is there and removes what is left over; writes files."""
        self.folder = folder
        self._max_bytes = max_bytes
        self._index = DisposableFile(
            folder / "states.sqlite", _SCHEMA, version=_SCHEMA_VERSION, holds="states of conversations"
        )
        self._states: dict[str, SavedState] = {}  # what was least recently used stands first
        self._memory = threading.Lock()
        self._keeping = threading.Lock()
        self._saved = self._restored = self._damaged = 0
        if max_bytes > 0 or folder.exists():
            self._open()

    @property
    def enabled(self) -> bool:
        return self._max_bytes > 0

    @property
    def statistics(self) -> PrefixStoreStatistics:
        with self._memory:
            return PrefixStoreStatistics(
                states=len(self._states),
                bytes=self._total(),
                saved=self._saved,
                restored=self._restored,
                damaged=self._damaged,
            )

    def longest(self, origin: StateOrigin, owner: str, text: str) -> tuple[SavedState | None, int]:
        """The owner's state that begins with most of ``text``, and how many characters that is."""
        found, length = None, 0
        for state in self._of(origin, owner):
            if not state.text.startswith(text[:length]):
                continue
            common = common_prefix_length(state.text, text)
            if common > length or (found and common == length and state.tokens < found.tokens):
                found, length = state, common
        return found, length

    def covers(self, origin: StateOrigin, owner: str, text: str) -> bool:
        """Whether a state already holds all of ``text``."""
        return any(state.text.startswith(text) for state in self._of(origin, owner))

    def has_room(self, origin: StateOrigin, tokens: int) -> bool:
        """Whether a state of so many tokens fits, as far as earlier ones of this origin tell."""
        with self._memory:
            alike = next((state for state in self._states.values() if state.origin == origin), None)
        return self.enabled and (alike is None or tokens * alike.bytes <= self._max_bytes * alike.tokens)

    def new_file(self) -> str:
        """Name for a state that is about to be written into the folder."""
        return f"{_SAVING}{secrets.token_hex(16)}.slot"

    def discard(self, file: str) -> None:
        """Remove a file that nothing lists; writes files."""
        # Windows refuses while the engine reads it; then the next start removes it.
        with contextlib.suppress(OSError):
            (self.folder / file).unlink()

    def keep(self, file: str, origin: StateOrigin, owner: str, text: str, tokens: int) -> None:
        """List the whole file ``file``, in place of earlier states of the same conversation; writes files.

        Raises OSError when the disk refuses; then nothing is listed.
        """
        with self._keeping:
            size, checksum = settle_file(self.folder / file)
            if size > self._max_bytes or self.covers(origin, owner, text):
                self.discard(file)
                return
            name = _SAVED + file.removeprefix(_SAVING)
            (self.folder / file).replace(self.folder / name)
            settle_names(self.folder)
            state = SavedState(name, origin, owner, text, tokens, size, checksum)
            with self._memory:
                earlier = [
                    other
                    for other in self._states.values()
                    if (other.origin, other.owner) == (origin, owner) and text.startswith(other.text)
                ]
                for other in earlier:
                    del self._states[other.name]
                self._states[name] = state
                gone = earlier + self._evicted()
                self._saved += 1
            self._write_index(state, gone)

    def check(self, state: SavedState) -> bool:
        """Whether the state's file is as it was written, to be used now; reads files.

        A state that is damaged or missing is dropped, with a warning.
        """
        with self._memory:
            if state.name not in self._states:  # a later turn took its place a moment ago
                return False
            self._states[state.name] = self._states.pop(state.name)  # now the most recently used
        try:
            whole = measure_file(self.folder / state.name) == (state.bytes, state.checksum)
        except OSError:
            whole = False
        if whole:
            with self._memory:
                self._restored += 1
        else:
            self.drop(state, "its file is damaged or missing")
        return whole

    def drop(self, state: SavedState, reason: str) -> None:
        """Forget a state that can't be used, with a warning; writes files."""
        _log.warning("A saved state of %d tokens was dropped: %s.", state.tokens, reason)
        with self._memory:
            self._states.pop(state.name, None)
            self._damaged += 1
        self._write_index(None, [state])

    def close(self) -> None:
        """Note what was used, then let go of the files. Safe to call twice; writes files."""
        with self._keeping:
            if self._states:
                self._write_index(None, [])
            self._index.close()

    def _open(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if os.name == "posix":
            self.folder.chmod(0o700)  # also where an earlier program made it
        with self._index.transaction() as database:
            rows = database.execute("select * from states order by used").fetchall()
        listed = [_state_of(row) for row in rows]
        sizes = {path.name: path.stat().st_size for path in self._files()}
        missing = [state for state in listed if sizes.get(state.name) != state.bytes]
        for state in missing:
            _log.warning("A saved state of %d tokens was dropped: its file is gone or cut.", state.tokens)
        self._damaged = len(missing)
        self._states = {state.name: state for state in listed if state not in missing}
        for name in sizes.keys() - self._states.keys():
            self.discard(name)
        gone = missing + self._evicted()
        if gone:
            self._write_index(None, gone)

    def _files(self) -> Iterator[Path]:
        for prefix in (_SAVING, _SAVED):
            yield from self.folder.glob(f"{prefix}*.slot")

    def _of(self, origin: StateOrigin, owner: str) -> list[SavedState]:
        with self._memory:
            return [
                state for state in self._states.values() if state.owner == owner and state.origin == origin
            ]

    def _total(self) -> int:
        return sum(state.bytes for state in self._states.values())

    def _evicted(self) -> list[SavedState]:
        """Take the least recently used states out of memory until the rest fits."""
        gone = []
        excess = self._total() - self._max_bytes
        while excess > 0:
            state = self._states.pop(next(iter(self._states)))
            gone.append(state)
            excess -= state.bytes
        return gone

    def _write_index(self, added: SavedState | None, gone: list[SavedState]) -> None:
        """Bring the index up to memory, then remove the files that nothing lists any more."""
        now = time.time()
        with self._memory:
            # Seconds apart by their order: all that counts is which was used last.
            order = [(now - back, name) for back, name in enumerate(reversed(self._states))]
        with self._index.transaction() as database:
            database.executemany("delete from states where name = ?", [(state.name,) for state in gone])
            if added is not None:
                database.execute(
                    "insert into states values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", _row_of(added, now)
                )
            database.executemany("update states set used = ? where name = ?", order)
        for state in gone:
            self.discard(state.name)


def _row_of(state: SavedState, used: float) -> tuple[Any, ...]:
    origin = (
        state.origin.model_digest,
        state.origin.engine_build,
        state.origin.kv_cache_type,
        state.origin.context_window,
    )
    text = state.text.encode("utf-8", errors=_ERRORS)
    return (state.name, *origin, state.owner, text, state.tokens, state.bytes, state.checksum, used)


def _state_of(row: tuple[Any, ...]) -> SavedState:
    name, digest, build, kv_cache_type, window, owner, text, tokens, size, checksum, _ = row
    origin = StateOrigin(digest, build, kv_cache_type, window)
    return SavedState(name, origin, owner, text.decode("utf-8", errors=_ERRORS), tokens, size, checksum)
