"""Text to a syntax tree, within bounds of bytes and seconds; positions in characters instead of bytes."""

from __future__ import annotations

import time
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property

from tree_sitter import Node, Parser, Point, Tree

from open_autoglm.code.languages import Language
from open_autoglm.code.source import MAX_SOURCE_BYTES
from open_autoglm.code.syntax.grammars import GRAMMARS, Grammar, load_grammar
from open_autoglm.errors import LimitExceeded

PARSE_SECONDS = 2.0
"""A megabyte of sound code takes half a second; only text full of faults takes longer."""

_PIECE = 1 << 16


@dataclass(frozen=True)
class SyntaxTree:
    """A parsed text. Nodes count bytes of UTF-8; ``character`` and ``position`` turn them into characters."""

    text: str
    data: bytes
    language: Language
    tree: Tree

    @property
    def root(self) -> Node:
        return self.tree.root_node

    @property
    def grammar(self) -> Grammar:
        return GRAMMARS[self.language.grammar]

    def character(self, byte: int) -> int:
        """Characters before a byte of ``data``."""
        if self._is_plain:
            return byte
        row = bisect_right(self._line_bytes, byte) - 1
        start = self._line_bytes[row]
        return self._line_characters[row] + len(self.data[start:byte].decode("utf-8", "ignore"))

    def byte(self, character: int) -> int:
        """Bytes before a character of ``text``."""
        if self._is_plain:
            return character
        row = bisect_right(self._line_characters, character) - 1
        start = self._line_characters[row]
        return self._line_bytes[row] + len(_utf8(self.text[start:character]))

    def position(self, byte: int) -> tuple[int, int]:
        """Line, from 1, and characters before the byte on that line."""
        row = bisect_right(self._line_bytes, byte) - 1
        start = self._line_bytes[row]
        return row + 1, len(self.data[start:byte].decode("utf-8", "ignore"))

    def node_text(self, node: Node) -> str:
        return self.data[node.start_byte : node.end_byte].decode("utf-8", "replace")

    @cached_property
    def _is_plain(self) -> bool:
        return len(self.data) == len(self.text)

    @cached_property
    def _line_bytes(self) -> list[int]:
        return _line_starts(self.data.split(b"\n"))

    @cached_property
    def _line_characters(self) -> list[int]:
        return _line_starts(self.text.split("\n"))


def parse(
    text: str, language: Language, *, max_bytes: int = MAX_SOURCE_BYTES, seconds: float = PARSE_SECONDS
) -> SyntaxTree:
    """The tree of any text, faulty as it may be. Raises LimitExceeded past a bound, ExtraMissing."""
    data = _utf8(text)
    if len(data) > max_bytes:
        raise LimitExceeded(
            f"The {language.title} text has {len(data):,} bytes; {max_bytes:,} are parsed at most.",
            hint="Divide the file.",
        )
    end = time.monotonic() + seconds

    def piece(offset: int, _: Point) -> bytes:
        return data[offset : offset + _PIECE]

    try:
        tree = Parser(load_grammar(language.grammar)).parse(
            piece, progress_callback=lambda _offset, _faulty: time.monotonic() > end
        )
    except ValueError as error:
        raise LimitExceeded(
            f"Parsing {len(data):,} bytes of {language.title} took longer than {seconds:g} s.",
            hint="Divide the file, or look whether it is code at all.",
        ) from error
    return SyntaxTree(text, data, language, tree)


def _utf8(text: str) -> bytes:
    # Half of a surrogate pair has no bytes; a stand-in keeps the count of characters.
    return text.encode("utf-8", "replace")


def _line_starts(lines: list[bytes] | list[str]) -> list[int]:
    starts = [0]
    for line in lines[:-1]:
        starts.append(starts[-1] + len(line) + 1)
    return starts
