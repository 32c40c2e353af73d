"""Turns boxes and whole pages by quarter turns."""

from __future__ import annotations

from dataclasses import replace

from open_autoglm.documents.content import Line, PageContent, Rect, Ruling


def turn_rect(rect: Rect, width: float, height: float, turn: int) -> Rect:
    """The box after a page of ``width`` × ``height`` was turned clockwise by ``turn`` degrees."""
    x0, y0, x1, y1 = rect
    if turn == 90:
        return Rect(height - y1, x0, height - y0, x1)
    if turn == 180:
        return Rect(width - x1, height - y1, width - x0, height - y0)
    if turn == 270:
        return Rect(y0, width - x1, y1, width - x0)
    return rect


def turn_line(line: Line, width: float, height: float, turn: int) -> Line:
    """Words keep their order and lose their glyphs, whose baselines would no longer hold."""
    words = tuple(
        replace(word, box=turn_rect(word.box, width, height, turn), glyphs=()) for word in line.words
    )
    return replace(line, words=words, box=turn_rect(line.box, width, height, turn))


def turn_page(content: PageContent, turn: int) -> None:
    """Turn everything on the page clockwise, in place; ``rotation`` then counts it."""
    if not turn:
        return
    width, height = content.width, content.height
    content.lines = [turn_line(line, width, height, turn) for line in content.lines]
    content.rulings = [
        Ruling(turn_rect(ruling.box, width, height, turn), ruling.horizontal != (turn in (90, 270)))
        for ruling in content.rulings
    ]
    content.pictures = [replace(one, box=turn_rect(one.box, width, height, turn)) for one in content.pictures]
    content.rotation = (content.rotation + turn) % 360
    if turn in (90, 270):
        content.width, content.height = height, width


def shift_rect(rect: Rect, x: float, y: float) -> Rect:
    """The box moved by ``x`` and ``y`` points."""
    return Rect(rect.x0 + x, rect.y0 + y, rect.x1 + x, rect.y1 + y)


def shift_line(line: Line, x: float, y: float) -> Line:
    """The line and its words moved by ``x`` and ``y`` points; glyphs are dropped."""
    words = tuple(replace(word, box=shift_rect(word.box, x, y), glyphs=()) for word in line.words)
    return replace(line, words=words, box=shift_rect(line.box, x, y))
