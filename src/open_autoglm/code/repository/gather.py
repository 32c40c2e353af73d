"""What of a project helps to go on at a place: definitions of the names in reach, similar code, recent files.

It answers within a budget of tokens and of time. What is most certain comes first: the definitions of
imported names, then of other names near the cursor, then similar stretches, then outlines of recent files.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePosixPath

from open_autoglm.code.repository.index import Place, RepositoryIndex
from open_autoglm.code.repository.snippet import Snippet
from open_autoglm.code.repository.words import COMMON, words_of
from open_autoglm.code.source import Source, read_source
from open_autoglm.code.syntax.identifiers import identifiers
from open_autoglm.code.syntax.imports import Import, imports
from open_autoglm.code.syntax.parse import parse
from open_autoglm.errors import InputError

NEAR_LINES = 20
"""Names this many lines before the cursor are in reach, and a few after it."""
AFTER_LINES = 5
HEAD_LINES = 200
"""Imports stand in the first lines; the rest of a long file need not be parsed."""
MAX_DEFINITIONS = 10
MAX_SIMILAR = 3
MAX_RECENT = 2
RECENT_S = 8 * 3600.0
WHOLE_LINES = 12
"""A definition of so many lines is shown whole; of a longer one, its signature and what it begins with."""
MAX_METHODS = 20

_CALLED = re.compile(r"([^\W\d]\w*)\s*[(<]")
_TYPE = re.compile(r"\b([A-Z]\w*[a-z]\w*)\b")


@dataclass(frozen=True, slots=True)
class GatherBudget:
    tokens: int = 1_024
    seconds: float = 0.05


def gather(
    source: Source, line: int, column: int, index: RepositoryIndex, budget: GatherBudget | None = None
) -> tuple[Snippet, ...]:
    """Snippets for the place, the most certain first. Raises UsageError for a place that doesn't exist.

    ``source`` is the file as the editor holds it, its name relative to the project.
    """
    budget = budget or GatherBudget()
    end = time.monotonic() + budget.seconds
    offset = source.offset(line, column)
    chosen: list[Snippet] = []
    left = budget.tokens
    for snippet in _candidates(source, line, offset, index):
        if snippet.tokens <= left and not any(_overlap(snippet, other) for other in chosen):
            chosen.append(snippet)
            left -= snippet.tokens
        if time.monotonic() > end:
            break
    return tuple(chosen)


def _candidates(source: Source, line: int, offset: int, index: RepositoryIndex) -> Iterator[Snippet]:
    reader = _Reader(index.folder)
    yield from _definitions(source, offset, index, reader)
    lines = source.lines
    near = "\n".join(lines[max(0, line - 1 - NEAR_LINES) : line + AFTER_LINES])
    language = source.language.name if source.language is not None else None
    found = index.similar(words_of(near), language=language, without=source.name, limit=2 * MAX_SIMILAR)
    wanted = [(path, chunk) for path, chunk in found if _is_test(source.name) or not _is_test(path)]
    for path, chunk in wanted[:MAX_SIMILAR]:
        text = reader.text(path, chunk.first_line, chunk.last_line)
        if text:
            yield Snippet(path, text, "similar", chunk.first_line, chunk.last_line)
    for path in index.recent(MAX_RECENT, within_s=RECENT_S, without=source.name):
        outline = "\n".join(one.signature for one in index.definitions_in(path) if one.kind != "constant")
        if outline:
            yield Snippet(path, outline + "\n", "recent", 1, 1)


def _definitions(source: Source, offset: int, index: RepositoryIndex, reader: _Reader) -> Iterator[Snippet]:
    if source.language is None:
        return
    before = source.text[:offset].split("\n")
    near = "\n".join(before[-1 - NEAR_LINES :])
    head = before[: min(HEAD_LINES, max(0, len(before) - 1 - NEAR_LINES))]
    text = "\n".join((*head, near))
    tree = parse(text, source.language)
    names = identifiers(tree, len(text) - len(near))[::-1]  # the closest first
    brought = {one.here or one.name or "": one for one in imports(tree)}
    used = _used_as_defined(near)
    imported = [name for name in names if name in brought]
    others = [name for name in names if name in used and name.lower() not in COMMON]
    given = 0
    for name in dict.fromkeys((*imported, *others)):
        known = brought.get(name)
        places = index.defining((known.name if known else None) or name)
        place = _imported_place(places, known) if known else _only_place(places, source.name)
        if place is None:
            continue
        snippet = _shown(place, index, reader)
        if snippet is not None:
            yield snippet
            given += 1
        if given == MAX_DEFINITIONS:
            return


def _used_as_defined(text: str) -> frozenset[str]:
    """Names that are called, or are written like a type: others are most often local variables."""
    return frozenset(_CALLED.findall(text)) | frozenset(_TYPE.findall(text))


def _imported_place(places: Sequence[Place], known: Import) -> Place | None:
    """The definition in the module that the name is imported from."""
    module = known.module.replace("::", "/").replace(".", "/")
    wanted = [part for part in module.split("/") if part not in ("", "js", "h", "hpp")]
    return next((place for place in places if wanted and _module_fits(place.path, wanted)), None)


def _only_place(places: Sequence[Place], here: str) -> Place | None:
    """The one place that defines a name, if it isn't defined here; what tests define is for tests."""
    if not _is_test(here):
        places = [place for place in places if not _is_test(place.path)]
    return places[0] if len(places) == 1 and places[0].path != here else None


def _is_test(path: str) -> bool:
    return any(part.startswith("test") or part.endswith("_test") for part in PurePosixPath(path).parts)


def _module_fits(path: str, wanted: Sequence[str]) -> bool:
    """Whether a file may be the module: its last part is the file's name, or the folder's."""
    folders = PurePosixPath(path).with_suffix("").parts
    return wanted[-1] in folders[-2:]


def _shown(place: Place, index: RepositoryIndex, reader: _Reader) -> Snippet | None:
    one = place.definition
    last = one.last_line
    if one.last_line - one.first_line < WHOLE_LINES:
        text = reader.text(place.path, one.first_line, last)
    elif one.kind in ("class", "interface", "struct"):
        methods = [
            f"    {inner.signature}"
            for inner in index.definitions_in(place.path)
            if inner.container == one.name and one.first_line < inner.first_line <= one.last_line
        ]
        text = "\n".join((one.signature, *methods[:MAX_METHODS])) + "\n"
    else:
        last = one.first_line + WHOLE_LINES // 2
        text = reader.text(place.path, one.first_line, last)
    return Snippet(place.path, text, "definition", one.first_line, last, one.name) if text.strip() else None


def _overlap(one: Snippet, other: Snippet) -> bool:
    if one.path != other.path or "recent" in (one.why, other.why):
        return one.path == other.path and one.why == other.why
    return one.first_line <= other.last_line and other.first_line <= one.last_line


class _Reader:
    """Texts of files, each read once for a gathering. A file that has just gone has none."""

    def __init__(self, folder: Path) -> None:
        self._lines = cache(lambda path: self._read(folder, path))

    def text(self, path: str, first_line: int, last_line: int) -> str:
        lines = self._lines(path)[first_line - 1 : last_line]
        return "\n".join(lines) + "\n" if lines else ""

    @staticmethod
    def _read(folder: Path, path: str) -> list[str]:
        try:
            return read_source(folder / path, name=path).lines
        except InputError:
            return []
