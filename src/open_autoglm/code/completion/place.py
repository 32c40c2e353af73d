"""The place that a completion is for: what stands before the cursor and after it."""

from __future__ import annotations

from dataclasses import dataclass

from open_autoglm.code.languages import Language

TAB_WIDTH = 8


@dataclass(frozen=True, slots=True)
class Place:
    prefix: str
    suffix: str
    language: Language | None = None
    """None where it isn't known: nothing is parsed then, and lines and brackets have to do."""
    least_indent: int = 0
    """Lines after the first one are indented by at least so many columns, or the completion has ended."""

    @property
    def line_before(self) -> str:
        """Of the cursor's line, what stands before the cursor."""
        return self.prefix[self.prefix.rfind("\n") + 1 :]

    @property
    def line_after(self) -> str:
        """Of the cursor's line, what stands after the cursor."""
        return self.suffix.split("\n", 1)[0]

    @property
    def previous_line(self) -> str:
        """The last line before the cursor's that isn't blank; empty where there is none."""
        before = self.prefix[: self.prefix.rfind("\n") + 1].rstrip()
        return before[before.rfind("\n") + 1 :]

    @property
    def next_line(self) -> str:
        """The first line after the cursor's that isn't blank; empty where there is none."""
        after = self.suffix[len(self.line_after) :].lstrip()
        return after.split("\n", 1)[0]


def indent_of(line: str) -> int:
    """Columns of white space that a line begins with."""
    spaces = line[: len(line) - len(line.lstrip(" \t"))]
    return len(spaces.expandtabs(TAB_WIDTH))
