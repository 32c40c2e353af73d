"""Small pages for tests: PDF files drawn by ReportLab, and page content made by hand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from reportlab.pdfgen.canvas import Canvas

from open_autoglm.documents.content import Line, PageContent, Rect, Word
from open_autoglm.documents.model import ReadBy

PAGE_WIDTH, PAGE_HEIGHT = 400.0, 500.0


def draw_pdf(path: Path, *pages: Callable[[Canvas], None], encrypt: str | None = None) -> Path:
    """A file with one page of 400 × 500 points for each function; y grows upwards, as PDF has it."""
    canvas = Canvas(str(path), pagesize=(PAGE_WIDTH, PAGE_HEIGHT), encrypt=encrypt)
    for page in pages:
        page(canvas)
        canvas.showPage()
    canvas.save()
    return path


def write(
    *texts: tuple[float, float, str], font: str = "Helvetica", size: float = 10
) -> Callable[[Canvas], None]:
    """A page that has each text at (x from the left, y from the top of the baseline)."""

    def draw(canvas: Canvas) -> None:
        canvas.setFont(font, size)
        for x, y, text in texts:
            canvas.drawString(x, PAGE_HEIGHT - y, text)

    return draw


def line(
    text: str,
    x: float,
    y: float,
    *,
    size: float = 10.0,
    width: float | None = None,
    bold: bool = False,
    italic: bool = False,
    monospaced: bool = False,
    font: str = "Body",
    read_by: ReadBy = ReadBy.TEXT_LAYER,
    confidence: float = 1.0,
) -> Line:
    """A line at (x, y) from the top left; every character is half its size wide unless ``width`` says."""
    texts = text.split(" ")
    unit = 0.5 * size if width is None else width / len(text)
    words = []
    for one in texts:
        box = Rect(x, y, x + unit * len(one), y + 0.9 * size)
        words.append(
            Word(one, box, size, font, bold=bold, italic=italic, monospaced=monospaced, confidence=confidence)
        )
        x = box.x1 + unit
    return Line(tuple(words), Rect(words[0].box.x0, y, words[-1].box.x1, y + 0.9 * size), read_by)


def page(*lines: Line, number: int = 2) -> PageContent:
    """A page of 400 × 500 points."""
    return PageContent(number, PAGE_WIDTH, PAGE_HEIGHT, lines=list(lines))
