"""Running heads, feet and page numbers that one page alone gives away.

Those that only repetition over pages shows are found by the document pass (``structure``).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from open_autoglm.documents.content import Line
from open_autoglm.documents.layout.text import line_text

BAND = 0.15
"""Of the page's height, at the top and at the bottom, where running heads and feet stand."""

LONGEST = 120
"""Characters of a running head or foot."""

_NUMBER = r"(?:\d{1,4}|[ivxlc]{1,7}|[A-Z\d]{1,3}[-–.]\d{1,4})"
PAGE_NUMBER = re.compile(
    rf"\W*(?:(?:page|p\.|seite|第)\s*)?{_NUMBER}(?:\s*(?:/|of|von|页\s*[/共,，]*\s*共?)\s*\d{{1,4}})?(?:\s*页)?\W*",
    re.IGNORECASE,
)


def running_lines(lines: Sequence[Line], height: float) -> tuple[list[Line], list[Line]]:
    """Header lines and footer lines of a page of ``height`` points.

    A row at the very top or bottom counts when it is a page number, or a page number with short text
    at its side and clear space between it and the text.
    """
    rows = _rows([line for line in lines if line.angle == 0])
    if len(rows) < 2:
        return [], []
    header = _running(rows[0], rows[1]) if rows[0][0].box.y1 < BAND * height else []
    footer = _running(rows[-1], rows[-2]) if rows[-1][0].box.y0 > (1 - BAND) * height else []
    return header, footer


def _rows(lines: Sequence[Line]) -> list[list[Line]]:
    rows: list[list[Line]] = []
    for line in sorted(lines, key=lambda line: line.box.y0):
        middle = (line.box.y0 + line.box.y1) / 2
        if rows and middle < max(other.box.y1 for other in rows[-1]):
            rows[-1].append(line)
        else:
            rows.append([line])
    return rows


def _running(row: list[Line], neighbor: list[Line]) -> list[Line]:
    texts = [line_text(line) for line in row]
    numbered = [bool(PAGE_NUMBER.fullmatch(text)) for text in texts]
    if not any(numbered) or sum(map(len, texts)) > LONGEST:
        return _numbered_inside(row, texts, neighbor)
    if all(numbered):
        return row
    return row if _distance(row, neighbor) > 0.3 * _line_height(row) else []


def _numbered_inside(row: list[Line], texts: list[str], neighbor: list[Line]) -> list[Line]:
    """A single line such as ``12 Annual report`` or ``Annual report | 12``, well apart from the text."""
    if len(row) != 1 or len(texts[0]) > LONGEST or texts[0].endswith((".", "。", ";", ";")):
        return []
    words = texts[0].split()
    ends_in_number = len(words) > 1 and (words[0].isdigit() or words[-1].isdigit())
    return row if ends_in_number and _distance(row, neighbor) > 1.5 * _line_height(row) else []


def _distance(row: list[Line], neighbor: list[Line]) -> float:
    top, bottom = min(line.box.y0 for line in row), max(line.box.y1 for line in row)
    other_top = min(line.box.y0 for line in neighbor)
    other_bottom = max(line.box.y1 for line in neighbor)
    return max(other_top - bottom, top - other_bottom)


def _line_height(row: list[Line]) -> float:
    return max(line.box.height for line in row)
