"""A grid from text that aligns: head levels with spanning labels, body rows, labels over several rows."""

from __future__ import annotations

from collections.abc import Sequence

from open_autoglm.documents.tables.columns import Columns, span_of
from open_autoglm.documents.tables.grid import Cell, Grid
from open_autoglm.documents.tables.lattice import Segment
from open_autoglm.documents.tables.logical_rows import filled, group_lines
from open_autoglm.documents.tables.tokens import Row, Run, Token, is_numeric


def build_grid(rows: Sequence[Row], columns: Columns, rules: Sequence[Segment], size: float) -> Grid:
    """The grid of ``rows``; ``rules`` are the horizontal lines inside and around it."""
    left, right = columns.intervals[0].center, columns.intervals[-1].center
    full = [rule for rule in rules if rule.start <= left and rule.end >= right]
    partial = [rule for rule in rules if rule not in full]
    head = _head_lines(rows, columns, full)
    levels, tall = _head_levels(head, rows, columns, partial)
    body, labels = group_lines(range(head, len(rows)), rows, columns, rules) if head < len(rows) else ([], [])
    ys = _row_borders([*levels, *body], rows)
    grid = Grid(columns.borders, ys, [])
    _add_head(grid, levels, tall, columns, rows, partial, size)
    dense = _is_dense(body, columns)
    for index, group in enumerate(body, start=len(levels)):
        _add_row(grid, index, [run for line in group for run in columns.runs[line]], columns, size, dense)
    for line in labels:
        _add_label(grid, rows[line], columns.runs[line], columns)
    _merge_between_partial_rules(grid, len(levels), partial)
    _spread_centered_labels(grid, len(levels))
    _fill_holes(grid)
    grid.header_rows = len(levels) or (1 if grid.rows > 1 else 0)
    return grid


def _head_lines(rows: Sequence[Row], columns: Columns, full: Sequence[Segment]) -> int:
    """Visual lines of the head: above the first rule inside the table, else by bold type or numbers."""
    for rule in sorted(full, key=lambda rule: rule.at):
        above = sum(row.center < rule.at for row in rows)
        if 0 < above < len(rows):
            return above if above <= max(6, len(rows) // 2) else 0
    bold = [sum(token.bold for token in row.tokens) >= 0.8 * len(row.tokens) for row in rows]
    if bold[0] and not all(bold):
        count = bold.index(False)
        if count <= 5 and sum(bold[count:]) < 0.5 * (len(rows) - count):
            return _without_group_label(count, columns)
    numeric = [any(is_numeric(run.text) and columns.of(run)[0] > 0 for run in runs) for runs in columns.runs]
    if True in numeric and 0 < numeric.index(True) <= 5:
        return _without_group_label(numeric.index(True), columns)
    return 0


def _without_group_label(count: int, columns: Columns) -> int:
    """A lone first-column label under the head begins the body."""
    while count > 1 and len(columns.runs[count - 1]) == 1 and columns.of(columns.runs[count - 1][0])[0] == 0:
        count -= 1
    return count


def _head_levels(
    head: int, rows: Sequence[Row], columns: Columns, partial: Sequence[Segment]
) -> tuple[list[list[int]], list[int]]:
    """Lines of each head level, and lines centered beside all levels."""
    used = [filled(columns.runs[line], columns) for line in range(head)]
    spanning = [any(id(run) in columns.spanning for run in columns.runs[line]) for line in range(head)]
    tall = []
    if any(spanning):
        for line in range(1, head - 1):
            others = {
                column
                for other in range(head)
                if other != line and not spanning[other]
                for column in used[other]
            }
            if not spanning[line] and not used[line] & others:
                tall.append(line)
    levels: list[list[int]] = []
    for line in (line for line in range(head) if line not in tall):
        above = levels[-1][-1] if levels else None
        parted = above is not None and (
            any(rows[above].center < rule.at < rows[line].center for rule in partial)
            or any(spanning[index] for index in levels[-1])
            or spanning[line]
        )
        if above is None or parted:
            levels.append([line])
        else:
            levels[-1].append(line)
    return levels, tall


def _row_borders(groups: Sequence[Sequence[int]], rows: Sequence[Row]) -> list[float]:
    tops = [min(rows[line].y0 for line in group) for group in groups]
    bottoms = [max(rows[line].y1 for line in group) for group in groups]
    inner = [(above + below) / 2 for above, below in zip(bottoms, tops[1:], strict=False)]
    return [tops[0], *inner, bottoms[-1]]


def _add_head(
    grid: Grid,
    levels: Sequence[Sequence[int]],
    tall: Sequence[int],
    columns: Columns,
    rows: Sequence[Row],
    partial: Sequence[Segment],
    size: float,
) -> None:
    for level, lines in enumerate(levels):
        for line in lines:
            below = [r for r in partial if rows[line].center < r.at <= rows[line].y1 + 1.2 * size]
            for run in columns.runs[line]:
                spans = id(run) in columns.spanning or (
                    level + 1 < len(levels)
                    and len(columns.runs[line]) < len(columns.intervals) - 1
                    and (columns.of(run)[0] > 0 or bool(below))
                )
                first, end = (
                    span_of(run, columns.runs[line], columns, below, size) if spans else columns.of(run)
                )
                _put(grid, Cell(level, first, level + 1, end, list(run.tokens)))
    for line in tall:
        for run in columns.runs[line]:
            first, end = columns.of(run)
            _put(grid, Cell(0, first, len(levels), end, list(run.tokens)))
    covered = {(row, column) for cell in grid.cells for row, column in _positions(cell)}
    for cell in grid.cells:
        below_free = all(
            (row, column) not in covered
            for row in range(cell.row_end, len(levels))
            for column in range(cell.column, cell.column_end)
        )
        if cell.row_end < len(levels) and below_free:
            cell.row_end = len(levels)


def _add_row(grid: Grid, row: int, runs: Sequence[Run], columns: Columns, size: float, dense: bool) -> None:
    if len(runs) == 1 and _is_group_label(runs[0], columns, dense):
        _put(grid, Cell(row, 0, row + 1, grid.columns, list(runs[0].tokens)))
        return
    for run in runs:
        first, end = columns.of(run)
        if id(run) in columns.spanning:
            first, end = span_of(run, runs, columns, [], size)
        _put(grid, Cell(row, first, row + 1, end, list(run.tokens)))


def _is_dense(body: Sequence[Sequence[int]], columns: Columns) -> bool:
    """Rows are full or hold one label: then the label stands for the whole row."""
    sizes = [len(filled([run for line in group for run in columns.runs[line]], columns)) for group in body]
    several = [size for size in sizes if size > 1]
    return len(several) >= 2 and sum(several) >= 0.95 * len(several) * len(columns.intervals)


def _is_group_label(run: Run, columns: Columns, dense: bool) -> bool:
    """A lone label that is bold, reaches into the next column, stands among full rows or is centered."""
    first, end = columns.of(run)
    if id(run) in columns.spanning and end - first > 1:
        return True
    if first == 0:
        return (dense or all(token.bold for token in run.tokens)) and not is_numeric(run.text)
    middle = (columns.intervals[0].x0 + columns.intervals[-1].x1) / 2
    return abs((run.x0 + run.x1) / 2 - middle) < run.tokens[0].size and len(columns.intervals) > 2


def _put(grid: Grid, cell: Cell) -> None:
    """Add a cell; one that overlaps another joins it."""
    for other in list(grid.cells):
        apart = (
            cell.row_end <= other.row
            or other.row_end <= cell.row
            or cell.column_end <= other.column
            or other.column_end <= cell.column
        )
        if apart:
            continue
        grid.cells.remove(other)
        cell = Cell(
            min(cell.row, other.row),
            min(cell.column, other.column),
            max(cell.row_end, other.row_end),
            max(cell.column_end, other.column_end),
            other.tokens + cell.tokens,
        )
        return _put(grid, cell)
    grid.cells.append(cell)
    return None


def _add_label(grid: Grid, row: Row, runs: Sequence[Run], columns: Columns) -> None:
    below = next((i for i in range(1, grid.rows) if grid.ys[i] >= row.y0 and grid.ys[i] <= row.y1), None)
    for run in runs:
        first, end = columns.of(run)
        if below is None:
            index = min(range(grid.rows), key=lambda i: abs((grid.ys[i] + grid.ys[i + 1]) / 2 - row.center))
            _put(grid, Cell(index, first, index + 1, end, list(run.tokens)))
        else:
            _put(grid, Cell(below - 1, first, below + 1, end, list(run.tokens)))


def _merge_between_partial_rules(grid: Grid, head: int, partial: Sequence[Segment]) -> None:
    """A rule that leaves out a column lets that column's cell reach across it."""
    for border in range(head + 1, grid.rows):
        above, below = grid.ys[border - 1], grid.ys[border + 1]
        here = [r for r in partial if (above + grid.ys[border]) / 2 < r.at < (grid.ys[border] + below) / 2]
        if not here:
            continue
        for column in range(grid.columns):
            x = (grid.xs[column] + grid.xs[column + 1]) / 2
            if not any(rule.start <= x <= rule.end for rule in here):
                _join_down(grid, border, column)


def _join_down(grid: Grid, border: int, column: int) -> None:
    owner = grid.owners()
    upper, lower = owner[border - 1][column], owner[border][column]
    if upper is not None and lower is not None and upper.tokens and lower.tokens:
        return
    top = upper or Cell(border - 1, column, border, column + 1)
    bottom = lower or Cell(border, column, border + 1, column + 1)
    if (top.column, top.column_end) != (bottom.column, bottom.column_end):
        return
    grid.cells = [cell for cell in grid.cells if cell is not upper and cell is not lower]
    tokens: list[Token] = top.tokens + bottom.tokens
    grid.cells.append(Cell(top.row, top.column, bottom.row_end, top.column_end, tokens))


def _spread_centered_labels(grid: Grid, head: int) -> None:
    """First-column labels with as many empty rows above as below, through the whole body, span them."""
    owner = grid.owners()
    column = [owner[row][0] for row in range(grid.rows)]
    if head >= grid.rows or (column[head] is not None and column[head].row_end - column[head].row == 1):  # type: ignore[union-attr]
        return
    row, spread = head, []
    while row < grid.rows:
        start = row
        while row < grid.rows and column[row] is None:
            row += 1
        cell = column[row] if row < grid.rows else None
        if cell is None or cell.column_end > 1:
            return
        empty = row - start
        end = cell.row_end + empty
        if end > grid.rows or any(column[i] is not None for i in range(cell.row_end, end)):
            return
        spread.append((cell, start, end))
        row = end
    for cell, start, end in spread:
        cell.row, cell.row_end = start, end


def _fill_holes(grid: Grid) -> None:
    for row, cells in enumerate(grid.owners()):
        for column, cell in enumerate(cells):
            if cell is None:
                grid.cells.append(Cell(row, column, row + 1, column + 1))


def _positions(cell: Cell) -> list[tuple[int, int]]:
    return [(r, c) for r in range(cell.row, cell.row_end) for c in range(cell.column, cell.column_end)]
