"""Is it a table? Lists, contents, references, code and forms align too."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Sequence
from statistics import mean, median

from open_autoglm.documents.tables.grid import Cell, Grid
from open_autoglm.documents.tables.tokens import is_numeric, text_length

_MARKER = re.compile(r"^([•·▪◦‣●○■□–—*+-]|[(\[]?\w{1,4}[)\].、:]|\d{1,3}(\.\d{1,3})*\.?|[①-⑳])$")
_BULLET = re.compile(r"^([•·▪◦‣●○■□–—*+-]|[(\[]?\w{1,4}[)\].、:]|[①-⑳])$")
_LEAST_FIT = 0.85
"""Without rules, fewer words inside their columns than this are the loose lines of justified prose."""
_LEAST_SIDE_BY_SIDE = 0.7
"""Of the rows, with text in two cells or more; with fewer it is notes and code in frames."""
_LEADERS = re.compile(r"(\.\s?){4,}|…{2,}|·{4,}|_{4,}")
_CODE = re.compile(
    r"[{};]|[\w\]) ]=[\w\[( =]|\w\(|^[=*]$|\w\[\w|\)\s*:|=>|->|^\s*(#|//)|^\s*(def|class|return|import)\b"
)


def certainty_of(grid: Grid, *, ruled: bool) -> float | None:
    """How sure we are, 0 to 1, or None when it is no table. ``ruled``: horizontal rules enclose it."""
    if grid.columns < 2 or grid.rows < 2 or (grid.rows < 3 and not ruled):
        return None
    by_column = [_texts(grid, column) for column in range(grid.columns)]
    filled = sum(bool(cell.tokens) for cell in grid.cells)
    share = filled / max(len(grid.cells), 1)
    if filled < 4 or share < (0.3 if ruled else 0.45):
        return None
    body = [cell for cell in grid.cells if cell.tokens and cell.row >= grid.header_rows]
    if not body or not all(by_column):
        return None
    lengths = [mean(text_length(text) for text in texts) for texts in by_column]
    if median(lengths) > 25 or (not ruled and min(lengths) > 6):
        return None
    if ruled:
        return 0.97 if _rows_side_by_side(grid) >= _LEAST_SIDE_BY_SIDE else None
    return _unruled_certainty(grid, by_column, lengths, share)


def is_lookalike(grid: Grid) -> bool:
    """Whether the grid is a list, a table of contents, references, code or a form: aligned, but no table."""
    by_column = [_texts(grid, column) for column in range(grid.columns)]
    if not all(by_column):
        return _is_code(grid.cells)
    lengths = [mean(text_length(text) for text in texts) for texts in by_column]
    return _is_code(grid.cells) or _is_list(by_column, lengths) or _is_contents(by_column) or _is_form(grid)


def _unruled_certainty(
    grid: Grid, by_column: Sequence[Sequence[str]], lengths: Sequence[float], share: float
) -> float | None:
    numeric = [mean(is_numeric(text) for text in texts[grid.header_rows :] or texts) for texts in by_column]
    has_numbers = any(part > 0.6 for part in numeric[1:])
    support = [len(texts) for texts in by_column]
    if sum(count >= 2 for count in support) < 2 or grid.fit < _LEAST_FIT:
        return None
    if grid.columns == 2 and not has_numbers and (grid.rows < 4 or max(lengths) > 7 or share < 0.85):
        return None
    if not has_numbers and max(lengths) > 14:
        return None
    certainty = 0.8 + (0.1 if has_numbers else 0.0) + (0.05 if grid.columns > 2 else 0.0)
    return min(certainty, 0.95)


def _rows_side_by_side(grid: Grid) -> float:
    """Of the rows with text, the share that has it in two cells or more."""
    filled = Counter(cell.row for cell in grid.cells if cell.tokens)
    return mean(count > 1 for count in filled.values())


def _texts(grid: Grid, column: int) -> list[str]:
    cells = sorted(grid.cells, key=lambda cell: cell.row)
    return [c.text for c in cells if c.tokens and c.column == column and c.column_end == column + 1]


def _is_list(by_column: Sequence[Sequence[str]], lengths: Sequence[float]) -> bool:
    """Bullets, numbers or reference marks, each before text."""
    if len(by_column) > 3:
        return False
    if len(by_column) == 2 and mean(bool(_BULLET.match(text)) for text in by_column[0]) > 0.7:
        return True
    marked = mean(bool(_MARKER.match(text)) for text in by_column[0])
    return marked > 0.7 and max(lengths[1:]) > 2.5


def _is_contents(by_column: Sequence[Sequence[str]]) -> bool:
    """A table of contents: dot leaders, or titles before page numbers that only rise."""
    texts = [text for column in by_column for text in column]
    if sum(bool(_LEADERS.search(text)) for text in texts) > 0.15 * len(texts):
        return True
    last = by_column[-1]
    plain = [text.replace(" ", "") for text in last]
    pages = [int(text) for text in plain if text.isdecimal() and len(text) < 5]
    rising = all(a <= b for a, b in itertools.pairwise(pages))
    return len(by_column) <= 3 and len(pages) == len(last) > 2 and rising and pages[0] < pages[-1]


def _is_form(grid: Grid) -> bool:
    """Labels that end in a colon, or blanks to fill in."""
    texts = [cell.text for cell in grid.cells if cell.tokens]
    asking = sum(text.endswith((":", "：")) or bool(_LEADERS.search(text)) for text in texts)
    return asking >= 0.35 * len(texts)


def _is_code(cells: Sequence[Cell]) -> bool:
    tokens = [token for cell in cells for token in cell.tokens]
    monospaced = sum(token.monospaced for token in tokens)
    texts = [cell.text for cell in cells if cell.tokens]
    signs = sum(bool(_CODE.search(text)) for text in texts)
    return signs > (0.15 if monospaced * 2 > len(tokens) else 0.25) * len(texts)
