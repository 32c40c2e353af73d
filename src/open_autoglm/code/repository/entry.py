"""What is kept of one file: its definitions, and pieces of it to search in."""

from __future__ import annotations

from dataclasses import dataclass

from open_autoglm.code.repository.files import ProjectFile
from open_autoglm.code.repository.words import words_of
from open_autoglm.code.source import Source
from open_autoglm.code.syntax.definitions import Definition, definitions
from open_autoglm.code.syntax.parse import parse

CHUNK_LINES = 40
"""About a screen; a function or two."""


@dataclass(frozen=True, slots=True)
class KnownDefinition:
    """A definition without its text, which is read again when it is shown."""

    name: str
    kind: str
    container: str | None
    signature: str
    first_line: int
    last_line: int


@dataclass(frozen=True, slots=True)
class Chunk:
    """Lines of a file, from 1, with the words that stand in them."""

    first_line: int
    last_line: int
    words: frozenset[str]


@dataclass(frozen=True, slots=True)
class FileEntry:
    file: ProjectFile
    language: str
    definitions: tuple[KnownDefinition, ...]
    chunks: tuple[Chunk, ...]


def make_entry(file: ProjectFile, source: Source) -> FileEntry:
    """Read what a file defines. Raises LimitExceeded where it can't be parsed in time."""
    language = source.language
    assert language is not None  # noqa: S101 - only files of a known language are listed
    found = definitions(parse(source.text, language))
    return FileEntry(file, language.name, tuple(map(_known, found)), tuple(_chunks(source.lines)))


def _known(one: Definition) -> KnownDefinition:
    return KnownDefinition(one.name, one.kind, one.container, one.signature, one.first_line, one.last_line)


def _chunks(lines: list[str]) -> list[Chunk]:
    """Stretches of the same length, half of each in the next one's place: none is cut in a bad place only."""
    made = []
    step = CHUNK_LINES // 2
    for start in range(0, len(lines), step):
        piece = lines[start : start + CHUNK_LINES]
        if start and len(piece) <= step:  # the stretch before holds it
            break
        words = words_of("\n".join(piece))
        if words:
            made.append(Chunk(start + 1, start + len(piece), words))
    return made
