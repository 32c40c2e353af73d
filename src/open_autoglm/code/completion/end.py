"""Where a completion ends, told while it is still being written.

With text after the cursor on its line, it is the rest of that line. On a blank line right after a block was
opened, it is the block. Else it is the statement that the cursor stands in, with its body where it has one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from open_autoglm.code.completion.place import Place, indent_of
from open_autoglm.code.completion.scan import ScanState, scan

Extent = Literal["line", "statement", "block"]

MAX_LINES = 24
REPEATED = 3
"""A line that comes so often one after the other is a model that can't find its way out."""
LEAST_REPEATED = 6
"""Characters of a line that is recognized as the one which follows the cursor already."""

_GOES_ON_INDENTED = ("else", "elif", "except", "finally", "case")
_GOES_ON_BRACKETED = ("else", "catch", "finally", "while", "where", ".", "?", ":", "&&", "||", "|>", "+", "{")


@dataclass(frozen=True, slots=True)
class _Line:
    start: int
    text: str
    whole: bool
    """Whether its end has been written."""


class CompletionEnd:
    """Looks at a growing completion. ``find`` is given all of its text so far each time."""

    def __init__(self, place: Place) -> None:
        self._place = place
        line_start = scan(place.prefix[: len(place.prefix) - len(place.line_before)], place.language)
        self._at_cursor = scan(place.line_before, place.language, line_start)
        self._level = len(line_start.brackets)
        self._indented = place.language is not None and place.language.indented
        self.extent: Extent = self._extent()

    def find(self, text: str, *, finished: bool = False) -> int | None:
        """How much of ``text`` is the completion; None while more has to be seen.

        ``finished``: nothing more will come, so what there is has to do.
        """
        if self.extent == "line":
            end = text.find("\n")
            return end if end >= 0 else len(text) if finished else None
        found = self._in_lines(text, finished)
        return found if found is not None else len(text) if finished else None

    def _extent(self) -> Extent:
        place = self._place
        if place.line_after.strip() or self._at_cursor.in_line_text:
            return "line"
        opens = place.previous_line.endswith(":" if self._indented else "{")
        return "block" if not place.line_before.strip() and opens else "statement"

    def _in_lines(self, text: str, finished: bool) -> int | None:
        state, base, body, decorated = self._at_cursor, None, False, False
        last_end = 0  # of the last line with something on it
        blank = 0
        lines = _lines(text)
        for number, line in enumerate(lines):
            shown = self._place.line_before + line.text if number == 0 else line.text
            if not shown.strip():
                blank += line.whole
                if blank > 1 and base is not None and self._at_level(state):
                    return last_end
                state = scan(line.text + "\n", self._place.language, state)
                continue
            blank = 0
            indent = indent_of(shown)
            if base is None:
                base = indent
            elif number >= MAX_LINES or self._repeats(lines, number):
                return last_end
            elif self._at_level(state) and not decorated:
                ends = self._ends_before(line, indent, base, finished)
                if ends is None:
                    return None
                if ends:
                    return last_end
                body = body or indent > base
            before, state = state, scan(line.text, self._place.language, state)
            if self._closes_around(state):
                # That bracket is for the text after the cursor to close.
                return last_end if number else self._before_closing(text, before)
            if not line.whole:
                return None
            state = scan("\n", self._place.language, state)
            last_end = line.start + len(line.text)
            decorated = shown.lstrip().startswith("@")
            if not body and not decorated and self._is_over(shown, state):
                return last_end
        return None

    def _at_level(self, state: ScanState) -> bool:
        return state.in_code and len(state.brackets) <= self._level

    def _closes_around(self, state: ScanState) -> bool:
        return bool(state.underflow) or len(state.brackets) < self._level

    def _ends_before(self, line: _Line, indent: int, base: int, finished: bool) -> bool | None:
        """Whether the completion is over before this line; None where its beginning has to be seen first."""
        if indent < self._place.least_indent or self._follows_already(line):
            return True
        if self.extent == "block":
            return indent < base
        if indent > base:
            return False
        words = _GOES_ON_INDENTED if self._indented else _GOES_ON_BRACKETED
        begun = line.text.strip()
        if begun.startswith(words) or (begun.startswith("}") and not self._indented):
            return False
        may_become_one = not line.whole and any(word.startswith(begun) for word in words)
        return None if may_become_one and not finished else True

    def _is_over(self, shown: str, state: ScanState) -> bool:
        """Whether a statement of one line ends with it, whatever comes next."""
        if self.extent == "block" or not self._at_level(state):
            return False
        text = shown.rstrip()
        if self._indented:
            # In brackets a line is one entry of what they hold.
            return self._level > 0 or not text.endswith(("\\", ":"))
        return text.endswith((";", ","))

    def _before_closing(self, text: str, before: ScanState) -> int:
        """The end on a first line that closes more than was open at the cursor."""
        lengths = range(1, len(text) + 1)
        states = (scan(text[:length], self._place.language, before) for length in lengths)
        closed = (
            length - 1 for length, state in zip(lengths, states, strict=True) if self._closes_around(state)
        )
        return next(closed, len(text))

    def _follows_already(self, line: _Line) -> bool:
        """Whether the line is the one that stands after the cursor anyway."""
        text = line.text.strip()
        return len(text) >= LEAST_REPEATED and text == self._place.next_line.strip()

    @staticmethod
    def _repeats(lines: list[_Line], number: int) -> bool:
        recent = [line.text.strip() for line in lines[max(0, number - REPEATED + 1) : number + 1]]
        return len(recent) == REPEATED and len(set(recent)) == 1 and lines[number].whole


def _lines(text: str) -> list[_Line]:
    lines, start = [], 0
    pieces = text.split("\n")
    for number, piece in enumerate(pieces):
        lines.append(_Line(start, piece, number < len(pieces) - 1))
        start += len(piece) + 1
    return lines
