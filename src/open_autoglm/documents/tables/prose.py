"""Running text, told apart from the cells of tables so that columns of prose are never a table."""

from __future__ import annotations

from collections.abc import Sequence

from open_autoglm.documents.content import Rect
from open_autoglm.documents.tables.tokens import Row, Run, Token, bounds, runs_of, text_length

_RUN_GAP = 0.9
"""Of the font size: justified prose stretches its spaces up to about this."""
_LEAST_WIDTH = 13.0
"""Of the font size: a column of prose is at least this wide."""
_LEAST_WORDS = 4
_LEAST_LINES = 3


def prose_tokens(rows: Sequence[Row], size: float) -> set[int]:
    """``id`` of every token in a block of at least three stacked lines that fill one common width."""
    lines = [
        (index, run)
        for index, row in enumerate(rows)
        for run in runs_of(row, _RUN_GAP * size)
        if run.width >= _LEAST_WIDTH * size and text_length(run.text) >= _LEAST_WORDS
    ]
    prose: set[int] = set()
    used: set[int] = set()
    boxes: list[Rect] = []
    for index, run in lines:
        if id(run) in used:
            continue
        block = _block(index, run, lines, rows, size)
        used.update(id(one) for one in block)
        if len(block) >= _LEAST_LINES:
            prose.update(id(token) for one in block for token in one.tokens)
            prose.update(id(token) for token in _last_line(block, rows, size))
            boxes.append(bounds([token for one in block for token in one.tokens]))
    for row in rows:
        for token in row.tokens:
            x, y = token.center
            if any(box.x0 <= x <= box.x1 and box.y0 <= y <= box.y1 for box in boxes):
                prose.add(id(token))
    return prose


def _block(index: int, run: Run, lines: list[tuple[int, Run]], rows: Sequence[Row], size: float) -> list[Run]:
    block = [run]
    current = index
    for following, other in lines:
        if following <= current:
            continue
        if rows[following].y0 - rows[current].y1 > 1.1 * size:
            break
        same_left = abs(other.x0 - run.x0) <= 1.0 * size or abs(other.x0 - block[-1].x0) <= 2.2 * size
        wide = min(other.width, run.width) >= 0.8 * max(other.width, run.width)
        if same_left and wide and min(other.x1, run.x1) - max(other.x0, run.x0) > 0.7 * run.width:
            block.append(other)
            current = following
    return block


def _last_line(block: list[Run], rows: Sequence[Row], size: float) -> list[Token]:
    """The short line that ends a paragraph."""
    last = block[-1]
    position = next(index for index, row in enumerate(rows) if last.tokens[0] in row.tokens)
    for row in rows[position + 1 : position + 3]:
        if row.y0 - rows[position].y1 > 0.8 * size:
            return []
        for run in runs_of(row, _RUN_GAP * size):
            if abs(run.x0 - last.x0) <= size and run.x1 <= last.x1 + size:
                return run.tokens
    return []
