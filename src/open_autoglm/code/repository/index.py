"""The index of a project: who defines a name, where similar words stand, what was edited last.

It lives in memory. A refresh looks at times and sizes, and reads only what has changed; readers see the
state before a refresh or after each file of it, never half a file.
"""

from __future__ import annotations

import heapq
import math
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from open_autoglm.code.repository.entry import Chunk, FileEntry, KnownDefinition, make_entry
from open_autoglm.code.repository.files import IndexLimits, ProjectFile, project_files
from open_autoglm.code.source import read_source
from open_autoglm.errors import InputError

MOST_WORDS = 32
MOST_PLACES = 400
"""Only the rarest words are looked up, and none in more places: it tells little and costs most."""
LEAST_SHARE = 0.3
"""Of the weight of all words looked up: less in common is chance, and every token shown costs time."""
MAX_EDITED = 50


@dataclass(frozen=True, slots=True)
class IndexState:
    """How far an index is."""

    files: int
    left_out: int
    """Files over a limit, or that could not be read as text."""
    definitions: int
    chunks: int
    complete: bool
    """Whether every file that was listed has been looked at."""


@dataclass(frozen=True, slots=True)
class Place:
    """A definition and the file it stands in."""

    path: str
    definition: KnownDefinition


class RepositoryIndex:
    """Methods may be called from any thread."""

    def __init__(self, folder: Path, limits: IndexLimits | None = None) -> None:
        self.folder = folder
        self._limits = limits or IndexLimits()
        self._lock = threading.RLock()
        self._refreshing = threading.Lock()
        self._entries: dict[str, FileEntry] = {}
        self._by_name: defaultdict[str, set[str]] = defaultdict(set)
        self._by_word: defaultdict[str, set[tuple[str, int]]] = defaultdict(set)
        self._unread: dict[str, ProjectFile] = {}
        self._edited: dict[str, float] = {}
        self._chunks = 0
        self._left_out = 0
        self._complete = False

    def refresh(
        self, near: str = "", time_budget_s: float = math.inf, stop: Callable[[], bool] = lambda: False
    ) -> bool:
        """Take in what has changed on disk, files close to ``near`` first; False where it ended early.

        One refresh runs at a time; a second one waits for it.
        """
        end = time.monotonic() + time_budget_s
        with self._refreshing:
            listed = project_files(self.folder, self._limits, near)
            with self._lock:
                for path in self._entries.keys() - {file.path for file in listed.files}:
                    self._drop(path)
                self._left_out = listed.left_out
            for file in listed.files:
                if self._is_known(file):
                    continue
                if time.monotonic() > end or stop():
                    self._complete = False
                    return False
                self._take_in(file)
            self._complete = True
            return True

    def edited(self, path: str) -> None:
        """Note that a file of the project is being edited now, saved or not."""
        with self._lock:
            self._edited.pop(path, None)
            self._edited[path] = time.time()
            while len(self._edited) > MAX_EDITED:
                self._edited.pop(next(iter(self._edited)))

    @property
    def state(self) -> IndexState:
        with self._lock:
            defined = sum(len(entry.definitions) for entry in self._entries.values())
            left_out = self._left_out + len(self._unread)
            return IndexState(len(self._entries), left_out, defined, self._chunks, self._complete)

    def defining(self, name: str) -> tuple[Place, ...]:
        """Every definition of a name, in the order of the paths."""
        with self._lock:
            return tuple(
                Place(path, one)
                for path in sorted(self._by_name.get(name, ()))
                for one in self._entries[path].definitions
                if one.name == name
            )

    def definitions_in(self, path: str) -> tuple[KnownDefinition, ...]:
        """What a file defines; nothing for one that is not indexed."""
        with self._lock:
            entry = self._entries.get(path)
            return entry.definitions if entry is not None else ()

    def similar(
        self, words: frozenset[str], *, language: str | None, without: str, limit: int
    ) -> tuple[tuple[str, Chunk], ...]:
        """The chunks that share most of the rarer words, best first, one of each file.

        Scores are sums of the words' inverse document frequencies, less for chunks with many other words.
        """
        with self._lock:
            scores: defaultdict[tuple[str, int], float] = defaultdict(float)
            total = 0.0
            known = ((word, self._by_word.get(word)) for word in words)
            rare = [(len(places), word, places) for word, places in known if places]
            for count, _, places in heapq.nsmallest(MOST_WORDS, rare, key=lambda one: one[:2]):
                if count > MOST_PLACES:
                    break
                weight = math.log(1 + self._chunks / count)
                total += weight
                for place in places:
                    scores[place] += weight
            best: dict[str, tuple[float, Chunk]] = {}
            for (path, number), score in scores.items():
                entry = self._entries[path]
                if path == without or (language is not None and entry.language != language):
                    continue
                if score < LEAST_SHARE * total:
                    continue
                chunk = entry.chunks[number]
                score /= 20 + len(chunk.words)
                if path not in best or score > best[path][0]:
                    best[path] = score, chunk
        ordered = sorted(best.items(), key=lambda item: (-item[1][0], item[0]))
        return tuple((path, chunk) for path, (_, chunk) in ordered[:limit])

    def recent(self, limit: int, *, within_s: float, without: str) -> tuple[str, ...]:
        """Files edited last, by the editor's word or by their time on disk, latest first."""
        oldest = time.time() - within_s
        with self._lock:
            times = {path: entry.file.modified_ns / 1e9 for path, entry in self._entries.items()}
            times |= {path: at for path, at in self._edited.items() if path in times}
        recent = [(at, path) for path, at in times.items() if at > oldest and path != without]
        return tuple(path for _, path in sorted(recent, reverse=True)[:limit])

    def _is_known(self, file: ProjectFile) -> bool:
        with self._lock:
            entry = self._entries.get(file.path)
            return (entry is not None and entry.file == file) or self._unread.get(file.path) == file

    def _take_in(self, file: ProjectFile) -> None:
        try:
            source = read_source(self.folder / file.path, name=file.path)
            entry = make_entry(file, source)
        except InputError:  # binary under a code extension, or gone: told in ``state``, not worth an end
            with self._lock:
                self._drop(file.path)
                self._unread[file.path] = file
            return
        with self._lock:
            self._drop(file.path)
            self._entries[file.path] = entry
            self._chunks += len(entry.chunks)
            for one in entry.definitions:
                self._by_name[one.name].add(file.path)
            for number, chunk in enumerate(entry.chunks):
                for word in chunk.words:
                    self._by_word[word].add((file.path, number))

    def _drop(self, path: str) -> None:
        self._unread.pop(path, None)
        entry = self._entries.pop(path, None)
        if entry is None:
            return
        self._chunks -= len(entry.chunks)
        for one in entry.definitions:
            self._by_name[one.name].discard(path)
        for number, chunk in enumerate(entry.chunks):
            for word in chunk.words:
                self._by_word[word].discard((path, number))
                if not self._by_word[word]:
                    del self._by_word[word]
