"""Positions as editors count them, and as the rest of the program does.

The protocol divides lines at ``\\n``, ``\\r\\n`` and ``\\r`` only, unlike ``str.splitlines``, and counts the
units of an encoding that editor and server agree on, from 0.
"""

from __future__ import annotations

import re

from lsprotocol import types

_LINE_END = re.compile(r"\r\n|\n|\r")


class TextPlaces:
    """The places of one text. Lines count from 1 and columns in characters, as everywhere in ``code``."""

    def __init__(self, text: str, encoding: types.PositionEncodingKind | str) -> None:
        self.lines = _LINE_END.split(text)
        self._encoding = types.PositionEncodingKind(encoding)

    @property
    def plain(self) -> str:
        """The text with ``\\n`` between its lines."""
        return "\n".join(self.lines)

    def place(self, position: types.Position) -> tuple[int, int]:
        """Line and column of a position; the nearest one where the text has none such."""
        row = min(position.line, len(self.lines) - 1)
        line = self.lines[row]
        if position.line > row:
            return row + 1, len(line)
        units = 0
        for column, character in enumerate(line):
            if units >= position.character:
                return row + 1, column
            units += self._units(character)
        return row + 1, len(line)

    def position(self, line: int, column: int) -> types.Position:
        """The position of line and column; the nearest one where the text has none such."""
        row = min(max(line - 1, 0), len(self.lines) - 1)
        before = self.lines[row][: max(column, 0)] if line - 1 == row else self.lines[row]
        return types.Position(row, sum(map(self._units, before)))

    def range(self, start: tuple[int, int], end: tuple[int, int]) -> types.Range:
        return types.Range(self.position(*start), self.position(*end))

    def lines_range(self, first_line: int, last_line: int) -> types.Range:
        """Whole lines without the last one's end."""
        return self.range((first_line, 0), (last_line, len(self.lines[min(last_line, len(self.lines)) - 1])))

    def _units(self, character: str) -> int:
        if self._encoding is types.PositionEncodingKind.Utf8:
            return len(character.encode("utf-8", "surrogatepass"))
        if self._encoding is types.PositionEncodingKind.Utf16:
            return 1 + (ord(character) > 0xFFFF)
        return 1
