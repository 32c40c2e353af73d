"""Tables without a lattice: rows of text between horizontal rules, or rows whose columns only align."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from open_autoglm.documents.tables.aligned import build_grid
from open_autoglm.documents.tables.columns import Columns, find_columns
from open_autoglm.documents.tables.evidence import certainty_of, is_lookalike
from open_autoglm.documents.tables.grid import Grid
from open_autoglm.documents.tables.lattice import Segment
from open_autoglm.documents.tables.prose import prose_tokens
from open_autoglm.documents.tables.tokens import (
    Row,
    Token,
    font_size,
    is_numeric,
    rows_of,
    runs_of,
    text_length,
)

_CELL_GAP = 0.9
"""Of the font size: white space that parts two cells of one row, before columns are known."""
_ROW_GAP = 2.0
"""Of the line height: a wider gap ends a table that has no rules."""
_LONG_LINE = 20.0
"""Of the font size: a run this wide is a line of text, not a cell."""
_MOST_COLUMNS = 60
_SAME_SIDE = 8.0
"""Points: rules of one table begin and end together."""


@dataclass(frozen=True, slots=True)
class AlignedTable:
    """A grid read from alignment, and how sure we are that it is a table (0 to 1)."""

    grid: Grid
    certainty: float


def find_between_rules(tokens: Sequence[Token], horizontal: Sequence[Segment]) -> list[AlignedTable]:
    """Tables whose horizontal rules have a common width (as in print: top, under the head, bottom)."""
    tables: list[AlignedTable] = []
    for rules in _rule_groups(horizontal):
        strips = [_strip(tokens, above, below) for above, below in itertools.pairwise(rules)]
        start = 0
        while start < len(strips):
            end = start
            while end < len(strips) and _is_tabular(strips[end], alone=end == start):
                end += 1
            if end > start and not _is_head_only([t for strip in strips[start:end] for t in strip]):
                inner = [r for r in horizontal if _within(r, rules[start], rules[end])]
                table = read_rows([t for strip in strips[start:end] for t in strip], inner)
                if table is not None:
                    tables.append(table)
            start = end + 1 if end == start else end
    return tables


def _rule_groups(horizontal: Sequence[Segment]) -> list[list[Segment]]:
    groups: list[list[Segment]] = []
    for rule in sorted(horizontal, key=lambda rule: rule.at):
        for group in groups:
            same = (
                abs(group[0].start - rule.start) <= _SAME_SIDE and abs(group[0].end - rule.end) <= _SAME_SIDE
            )
            if same:
                group.append(rule)
                break
        else:
            groups.append([rule])
    return [group for group in groups if len(group) > 1 and group[0].end - group[0].start > 40]


def _strip(tokens: Sequence[Token], above: Segment, below: Segment) -> list[Token]:
    left, right = min(above.start, below.start) - 2, max(above.end, below.end) + 2
    return [t for t in tokens if above.at < t.center[1] < below.at and left <= t.center[0] <= right]


def _is_tabular(strip: Sequence[Token], *, alone: bool) -> bool:
    """Most rows have several cells; a lone label counts only between other strips."""
    if not strip:
        return False
    size = font_size(strip)
    rows = rows_of(strip)
    several = [len(runs_of(row, _CELL_GAP * size)) > 1 for row in rows]
    if len(rows) == 1 and not several[0]:
        return not alone
    if not (several[0] or sum(several) >= 0.4 * len(rows)):
        return False
    return len(prose_tokens(rows, size)) < 0.8 * len(strip)


def _is_head_only(tokens: Sequence[Token]) -> bool:
    """Up to three lines without a number: the head of a table whose last rule is missing."""
    rows = rows_of(tokens)
    return len(rows) <= 3 and not any(
        is_numeric(run.text) for row in rows for run in runs_of(row, _CELL_GAP * font_size(tokens))
    )


def _within(rule: Segment, top: Segment, bottom: Segment) -> bool:
    return top.at <= rule.at <= bottom.at and rule.end > top.start and rule.start < top.end


def find_aligned(tokens: Sequence[Token], horizontal: Sequence[Segment]) -> list[AlignedTable]:
    """Tables with no rules to go by, outside of running text."""
    if len(tokens) < 6:
        return []
    size = font_size(tokens)
    rows = rows_of(tokens)
    if sum(_parted(row, size) for row in rows) < 3:
        return []
    prose = prose_tokens(rows, size)
    rest = [token for token in tokens if id(token) not in prose]
    tables: list[AlignedTable] = []
    for block in _blocks(rows_of(rest), [t for t in tokens if id(t) in prose], size):
        table = _best(block, horizontal)
        if table is not None:
            tables.append(table)
    return tables


def _parted(row: Row, size: float) -> bool:
    edge = row.tokens[0].box.x1
    for token in row.tokens[1:]:
        if token.box.x0 - edge > _CELL_GAP * size:
            return True
        edge = max(edge, token.box.x1)
    return False


def _blocks(rows: Sequence[Row], prose: Sequence[Token], size: float) -> list[list[Row]]:
    """Consecutive rows, most with several cells, that no wide gap and no running text parts."""
    blocks: list[list[Row]] = []
    current: list[Row] = []
    for row in rows:
        if any(
            run.width >= _LONG_LINE * size and text_length(run.text) >= 8
            for run in runs_of(row, _CELL_GAP * size)
        ):
            blocks.append(current)
            current = []
            continue
        if current:
            last = current[-1]
            gap = row.y0 - last.y1
            left = min(t.box.x0 for t in current[-1].tokens + row.tokens)
            right = max(t.box.x1 for t in current[-1].tokens + row.tokens)
            between = any(last.y1 <= t.center[1] <= row.y0 and left < t.center[0] < right for t in prose)
            if gap > _ROW_GAP * max(last.height, size) or between:
                blocks.append(current)
                current = []
        current.append(row)
    blocks.append(current)
    return [trimmed for block in blocks for trimmed in _trim(block, size)]


def _trim(block: Sequence[Row], size: float) -> list[list[Row]]:
    """Parts of a block that begin and end with a row of several cells, three lone lines apart at most."""
    parts: list[list[Row]] = []
    current: list[Row] = []
    lone: list[Row] = []
    for row in block:
        if len(runs_of(row, _CELL_GAP * size)) > 1:
            current += [*lone, row] if current else [row]
            lone = []
        elif current:
            lone.append(row)
            if len(lone) > 3:
                parts.append(current)
                current, lone = [], []
    if current:
        wrapped = [r for r in lone[:2] if r.y0 - current[-1].y1 < 0.6 * size]
        parts.append(current + wrapped[: 1 if len(current) > 2 else 0])
    return [part for part in parts if len(part) > 1]


def _best(block: Sequence[Row], horizontal: Sequence[Segment]) -> AlignedTable | None:
    """The table in a block; its first or last rows may belong to a heading or a list beside it."""
    for start, end in ((0, 0), (1, 0), (0, 1), (1, 1), (2, 0), (0, 2)):
        part = block[start : len(block) - end]
        if len(part) < 3:
            continue
        tokens = [token for row in part for token in row.tokens]
        top, bottom = part[0].y0, part[-1].y1
        inner = [r for r in horizontal if top - 6 < r.at < bottom + 6]
        grid = _grid_of(tokens, inner, ruled=False)
        if grid is None:
            continue
        if is_lookalike(grid):
            return None
        certainty = certainty_of(grid, ruled=False)
        if certainty is not None:
            return AlignedTable(grid, certainty)
    return None


def read_rows(tokens: Sequence[Token], rules: Sequence[Segment]) -> AlignedTable | None:
    """The grid of tokens between the first and the last of ``rules``, if they make a table."""
    grid = _grid_of(tokens, rules, ruled=True)
    certainty = certainty_of(grid, ruled=True) if grid is not None else None
    return AlignedTable(grid, certainty) if grid is not None and certainty is not None else None


def _grid_of(tokens: Sequence[Token], rules: Sequence[Segment], *, ruled: bool) -> Grid | None:
    if not tokens:
        return None
    size = font_size(tokens)
    rows = rows_of(tokens)
    columns = find_columns(rows, _gap(rows, tokens, ruled) * size)
    if not 2 <= len(columns.intervals) <= _MOST_COLUMNS:
        return None
    grid = build_grid(rows, columns, rules, size)
    _measure_fit(grid, columns)
    return grid


def _gap(rows: Sequence[Row], tokens: Sequence[Token], ruled: bool) -> float:
    """White space inside a cell, of the font size: the more rows agree, the less a border needs."""
    if sum(token.monospaced for token in tokens) * 2 > len(tokens):
        return 1.0
    if len(rows) >= 6:
        return 0.5
    return 0.65 if ruled else 0.85


def _measure_fit(grid: Grid, columns: Columns) -> None:
    """Share of cells that stay within their column, labels over several columns left out."""
    crossing = total = 0
    for cell in grid.cells:
        if cell.column_end - cell.column > 1:
            continue
        interval = columns.intervals[cell.column]
        total += len(cell.tokens)
        crossing += sum(
            token.box.x0 < interval.x0 - 1 or token.box.x1 > interval.x1 + 1 for token in cell.tokens
        )
    grid.fit = 1.0 - crossing / max(total, 1)
