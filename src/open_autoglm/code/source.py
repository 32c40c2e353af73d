"""A source file as text, with what is needed to write it again just as it was."""

from __future__ import annotations

import codecs
import re
import stat
from dataclasses import dataclass
from pathlib import Path

from open_autoglm.code.languages import Language, language_of
from open_autoglm.errors import (
    DamagedInput,
    InputMissing,
    LimitExceeded,
    OutputFailed,
    UnsupportedFormat,
    UsageError,
)
from open_autoglm.text_encoding import find_encoding

MAX_SOURCE_BYTES = 2_000_000
"""More than nearly every file that a person wrote; parsing takes about a second for this much."""

_SAMPLE_BYTES = 20_000
_DECLARED = re.compile(rb"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")
_MARKS = {
    "utf-32-le": codecs.BOM_UTF32_LE,
    "utf-32-be": codecs.BOM_UTF32_BE,
    "utf-8": codecs.BOM_UTF8,
    "utf-16-le": codecs.BOM_UTF16_LE,
    "utf-16-be": codecs.BOM_UTF16_BE,
}
"""Longest first: the mark of UTF-32 begins with that of UTF-16."""


@dataclass(frozen=True, slots=True)
class Source:
    """The text of one file. Its lines end with ``\\n``, unless the file mixes several line ends.

    Positions everywhere in ``code`` count lines from 1, and a column is the number of characters that
    stand before it on its line.
    """

    name: str
    """Of the file, relative to its project where it has one, with ``/`` between folders."""
    text: str
    encoding: str = "utf-8"
    newline: str = "\n"
    """What ``\\n`` in ``text`` stands for in the file."""
    bom: bool = False

    @property
    def language(self) -> Language | None:
        """By the name's extension."""
        return language_of(self.name)

    @property
    def lines(self) -> list[str]:
        """Without their ends. A text that ends with a line end has an empty last line."""
        return self.text.split("\n")

    def offset(self, line: int, column: int) -> int:
        """Where a position stands in ``text``. Raises UsageError where there is no such position."""
        lines = self.lines
        if not 1 <= line <= len(lines):
            raise UsageError(
                f"{self.name} has {len(lines)} lines; there is no line {line}.",
                hint="Lines are counted from 1.",
            )
        length = len(lines[line - 1])
        if not 0 <= column <= length:
            raise UsageError(
                f"Line {line} of {self.name} has {length} characters; there is no column {column}.",
                hint="The column is the number of characters before the cursor: 0 at the start of the line.",
            )
        return sum(len(before) + 1 for before in lines[: line - 1]) + column

    def encoded(self, text: str) -> bytes:
        """``text`` as the file holds it: same encoding, same line ends, same mark at the start.

        Raises OutputFailed for a character that the encoding has no place for.
        """
        whole = text.replace("\n", self.newline) if self.newline != "\n" else text
        mark = _MARKS[self.encoding] if self.bom else b""
        try:
            return mark + whole.encode(self.encoding)
        except UnicodeEncodeError as error:
            character = error.object[error.start]
            raise OutputFailed(
                f"{self.name} is in {self.encoding}, which has no place for the character {character!r}.",
                hint="Save the file as UTF-8 first.",
            ) from error


def read_source(path: Path, *, name: str | None = None, max_bytes: int = MAX_SOURCE_BYTES) -> Source:
    """Read a file; ``name`` is what it is called in results, its own name without it.

    Raises InputMissing, UnsupportedFormat for what is no text, LimitExceeded, DamagedInput when no
    encoding fits.
    """
    name = name or path.name
    return decode_source(_bounded_bytes(path, name, max_bytes), name)


def decode_source(data: bytes, name: str) -> Source:
    """A file's bytes as a source. A Python file's own coding line is believed where it holds."""
    encoding, mark = _encoding(data, name)
    try:
        text = data[len(mark) :].decode(encoding)
    except (UnicodeDecodeError, LookupError) as error:
        raise DamagedInput(
            f"{name} is not text in {encoding}, the likeliest encoding.", hint="Save it as UTF-8."
        ) from error
    text, newline = _with_plain_ends(text)
    return Source(name, text, encoding, newline, bool(mark))


def _bounded_bytes(path: Path, name: str, max_bytes: int) -> bytes:
    try:
        found = path.stat()
        if stat.S_ISDIR(found.st_mode):
            raise UnsupportedFormat(f"{name} is a folder, not a source file.", hint="Name one file.")
        if not stat.S_ISREG(found.st_mode):
            raise UnsupportedFormat(f"{name} is not a regular file.", hint="Copy its text to a file.")
        if found.st_size > max_bytes:
            raise _too_large(name, found.st_size, max_bytes)
        with path.open("rb") as file:
            data = file.read(max_bytes + 1)
    except FileNotFoundError as error:
        raise InputMissing(f"{name} does not exist.", hint="Check its path.") from error
    except OSError as error:
        raise InputMissing(
            f"{name} can't be read: {error.strerror or error}.", hint="Check its rights."
        ) from error
    if len(data) > max_bytes:
        raise _too_large(name, len(data), max_bytes)
    return data


def _too_large(name: str, size: int, max_bytes: int) -> LimitExceeded:
    return LimitExceeded(
        f"{name} has {size:,} bytes; a source file may have {max_bytes:,}.",
        hint="Divide it, or leave out what is generated.",
    )


def _encoding(data: bytes, name: str) -> tuple[str, bytes]:
    """A codec and the mark at the start, empty where there is none."""
    for encoding, mark in _MARKS.items():
        if data.startswith(mark):
            return encoding, mark
    if b"\0" in data:
        wide = _wide_encoding(data)
        if wide is None:
            raise UnsupportedFormat(f"{name} is binary, not source text.", hint="Name a text file.")
        return wide, b""
    declared = _declared(data) if (language := language_of(name)) and language.name == "python" else None
    if declared is not None and _fits(data, declared):
        return declared, b""
    found = find_encoding(data)
    if found is None or not _fits(data, found):
        raise DamagedInput(
            f"{name} is not text in any encoding that is known here.", hint="Save it as UTF-8."
        )
    return found, b""


def _declared(data: bytes) -> str | None:
    """The encoding that one of the first two lines names (PEP 263), where this machine knows it."""
    for line in data.splitlines()[:2]:
        if match := _DECLARED.match(line):
            try:
                return codecs.lookup(match[1].decode("ascii")).name
            except LookupError:
                return None
    return None


def _wide_encoding(data: bytes) -> str | None:
    """UTF-16 without a mark: every second byte of the ASCII that code is mostly made of is zero."""
    if len(data) % 2:
        return None
    zeros = data[0::2].count(0), data[1::2].count(0)
    encoding = "utf-16-be" if zeros[0] > zeros[1] else "utf-16-le"
    if min(zeros) or max(zeros) < 0.3 * len(data) / 2 or not _fits(data, encoding):
        return None
    text = data[:_SAMPLE_BYTES].decode(encoding, "ignore")
    return encoding if all(character.isprintable() or character in "\t\r\n\f" for character in text) else None


def _fits(data: bytes, encoding: str) -> bool:
    """Whether the bytes decode and come back the same."""
    try:
        return data.decode(encoding).encode(encoding) == data
    except (UnicodeError, LookupError):
        return False


def _with_plain_ends(text: str) -> tuple[str, str]:
    """The text with ``\\n`` for its line ends, where they are all the same; as it is, where they aren't."""
    if "\r" not in text:
        return text, "\n"
    pairs = text.count("\r\n")
    if pairs == text.count("\n") == text.count("\r"):
        return text.replace("\r\n", "\n"), "\r\n"
    if "\n" not in text:
        return text.replace("\r", "\n"), "\r"
    return text, "\n"
