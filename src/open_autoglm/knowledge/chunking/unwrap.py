"""Lines that were broken only because they were full."""

from __future__ import annotations

import re
from itertools import pairwise

FULL = 0.75
"""A line was broken for its length when it has so much of the longest line's."""
SHORTEST_FULL = 24
"""Characters; shorter lines are lines of verse, of addresses, of output."""
_OWN_LINE = re.compile(r"\s|[-*•·–—>|#$]|\d+[.)、]|[(（]?[一二三四五六七八九十]+[)）、]")


def unwrapped(text: str) -> str:
    """``text`` with paragraphs in one line each; lines that begin a list or are short stay by themselves."""
    lines = [line.rstrip() for line in text.strip("\n").splitlines()]
    if len(lines) < 2:
        return text.strip()
    longest = max(map(_width, lines))
    joined = [lines[0].strip()]
    for before, line in pairwise(lines):
        full = _width(before) >= max(SHORTEST_FULL, FULL * longest)
        if full and line and not _OWN_LINE.match(line):
            joined[-1] += _glue(before, line) + line.strip()
        elif line.strip():
            joined.append(line.rstrip())
    return "\n".join(joined)


def _glue(before: str, after: str) -> str:
    return " " if before[-1].isascii() or after[0].isascii() else ""


def _width(line: str) -> int:
    """As drawn with letters of equal width: a Chinese character takes the place of two."""
    return sum(1 if character < "\u1100" else 2 for character in line)
