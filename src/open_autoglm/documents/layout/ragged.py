"""Recognized lines that each say something of their own: notes, logs, forms filled in by hand.

Such lines end wherever their statement ends. In running text a line ends early only where a paragraph
does, since otherwise the first word of the next line would have stood on it.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence

from open_autoglm.documents.content import Line
from open_autoglm.documents.model import ReadBy
from open_autoglm.documents.pdf.character_classes import is_cjk

ENTRY = re.compile(r"(?:[01]?\d|2[0-3])[:：][0-5]\d\b|(?:19|20)\d\d\s*[-/.年]\s*\d{1,2}\b")
"""The time of day or a date at the start of a line: entries of a log, one below the other."""

_LABEL = re.compile(r"[^\W\d_]{1,12}[:：]")

NEIGHBORS = 3
"""Line ends above and below that are looked at together with one."""

MEANT_SHARE = 0.6
"""Share of them that must be meant before all are taken for ends of a statement."""

FEWEST_LINES = 3
SAME_SIZE = 0.35
"""Of the larger one: sizes of recognized lines are heights of ink and vary."""

START = 1.5
STEP = 3.0
"""Of the font size: how far apart the starts of two lines of one column are, and the lines themselves."""


def separate_lines(lines: Sequence[Line]) -> frozenset[int]:
    """Identities of lines that begin a statement of their own; ``lines`` come in reading order."""
    found: set[int] = set()
    for column in _columns(lines):
        edge = max(line.box.x1 for line in column)
        marked = [bool(ENTRY.match(line.text) or _LABEL.match(line.text)) for line in column]
        log = sum(marked) > 1
        meant = [
            _ends_early(above, below, edge) or (log and entry)
            for (above, below), entry in zip(itertools.pairwise(column), marked[1:], strict=True)
        ]
        for index, line in enumerate(column[1:]):
            near = meant[max(0, index - NEIGHBORS) : index + NEIGHBORS + 1]
            if meant[index] or sum(near) >= MEANT_SHARE * len(near):
                found.add(id(line))
    return frozenset(found)


def _columns(lines: Sequence[Line]) -> Iterator[list[Line]]:
    """Recognized lines right below each other that start at the same edge."""
    column: list[Line] = []
    for line in lines:
        if column and not _goes_on(column[-1], line):
            if len(column) >= FEWEST_LINES:
                yield column
            column = []
        column.append(line)
    if len(column) >= FEWEST_LINES:
        yield column


def _goes_on(above: Line, below: Line) -> bool:
    size, other = above.words[0].size, below.words[0].size
    largest = max(size, other)
    return (
        above.read_by is below.read_by is ReadBy.OCR
        and not above.angle
        and not below.angle
        and abs(size - other) <= SAME_SIZE * largest
        and abs(above.box.x0 - below.box.x0) < START * largest
        and 0.5 * largest <= below.box.y1 - above.box.y1 < STEP * largest
    )


def _ends_early(above: Line, below: Line, edge: float) -> bool:
    """Whether the first word of the line below had room on the line above."""
    room, first = edge - above.box.x1, below.words[0]
    if is_cjk(first.text[0]):  # breaks anywhere, save where punctuation forbids it
        return room > 3 * first.size
    return room > first.box.width + first.size
