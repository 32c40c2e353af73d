"""Pages made by hand: words and lines at known places."""

from __future__ import annotations

from collections.abc import Sequence

from open_autoglm.documents.content import Image, Line, PageContent, Rect, Ruling, Word
from open_autoglm.documents.model import ReadBy, TableCell
from open_autoglm.documents.tables import find_tables

SIZE = 10.0


class NoRaster:
    """Tables are read from what the page says; nothing is drawn."""

    def render(self, dpi: float, *, rotation: int = 0, area: Rect | None = None) -> Image:
        raise AssertionError("the finder drew the page")


def text(x: float, y: float, words: str, *, read_by: ReadBy = ReadBy.TEXT_LAYER, bold: bool = False) -> Line:
    """A line that starts at ``x``; a Latin letter is half as wide as high, a Chinese one as wide as high."""
    made: list[Word] = []
    for word in words.split():
        width = sum(SIZE if ord(letter) > 0x2E80 else SIZE / 2 for letter in word)
        made.append(Word(word, Rect(x, y, x + width, y + SIZE), SIZE, bold=bold, confidence=0.9))
        x += width + SIZE / 4
    box = Rect(made[0].box.x0, y, made[-1].box.x1, y + SIZE)
    return Line(tuple(made), box, read_by)


def across(y: float, x0: float, x1: float) -> Ruling:
    return Ruling(Rect(x0, y - 0.25, x1, y + 0.25), horizontal=True)


def down(x: float, y0: float, y1: float) -> Ruling:
    return Ruling(Rect(x - 0.25, y0, x + 0.25, y1), horizontal=False)


def grid_lines(xs: Sequence[float], ys: Sequence[float]) -> list[Ruling]:
    return [across(y, xs[0], xs[-1]) for y in ys] + [down(x, ys[0], ys[-1]) for x in xs]


def page(lines: Sequence[Line], rulings: Sequence[Ruling] = ()) -> PageContent:
    return PageContent(1, 595.0, 842.0, lines=list(lines), rulings=list(rulings))


def tables_of(lines: Sequence[Line], rulings: Sequence[Ruling] = ()) -> list[list[list[str]]]:
    """Texts of every table found, row by row, empty where no cell starts."""
    found = find_tables(page(lines, rulings), NoRaster())
    result = []
    for one in found:
        grid = [["" for _ in range(one.table.columns)] for _ in range(one.table.rows)]
        for cell in one.table.cells:
            grid[cell.row][cell.column] = cell.text
        result.append(grid)
    return result


def cell_with(cells: Sequence[TableCell], wanted: str) -> TableCell:
    return next(cell for cell in cells if cell.text == wanted)
