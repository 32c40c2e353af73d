"""Groups what lies on a page into regions, names their types and puts them in reading order."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from open_autoglm.documents.content import FoundFormula, FoundTable, Line, PageContent, Rect
from open_autoglm.documents.layout.blocks import Block, PageStyle, build_blocks, page_style
from open_autoglm.documents.layout.margins import running_lines
from open_autoglm.documents.layout.pieces import Figure, Piece, find_pieces
from open_autoglm.documents.layout.roles import Role, Surroundings, role_of
from open_autoglm.documents.layout.text import Vocabulary, join_lines, line_markdown, line_text
from open_autoglm.documents.model import Box, Formula, ReadBy, Region, RegionType

DEPTH_STEP = 8.0
"""Points by which a nested list item stands further in."""


def lay_out(
    content: PageContent, tables: Sequence[FoundTable], formulas: Sequence[FoundFormula]
) -> list[Region]:
    """Regions of one page in reading order, headers first and footers last, with ids ``p<page>r<n>``."""
    header, footer = running_lines(_outside(content.lines, tables), content.height)
    aside = {id(line) for line in (*header, *footer)}
    body = [line for line in content.lines if id(line) not in aside]
    page = _PageLayout(content, tables, formulas)
    drafts = [
        *page.running(header, RegionType.HEADER),
        *page.flow(body),
        *page.running(footer, RegionType.FOOTER),
    ]
    return [
        draft.model_copy(update={"id": f"p{content.number}r{index}"})
        for index, draft in enumerate(drafts, start=1)
    ]


def _outside(lines: Iterable[Line], tables: Sequence[FoundTable]) -> list[Line]:
    return [line for line in lines if not any(found.box.overlap(line.box) > 0 for found in tables)]


class _PageLayout:
    """One page while its regions are made."""

    def __init__(
        self, content: PageContent, tables: Sequence[FoundTable], formulas: Sequence[FoundFormula]
    ) -> None:
        self._content = content
        self._tables = tables
        self._formulas = formulas
        self._inline = [one for one in formulas if not one.display and one.latex is not None]
        self._vocabulary = Vocabulary(content.lines)

    def running(self, lines: Sequence[Line], kind: RegionType) -> Iterator[Region]:
        """One region for a header or footer row."""
        if lines:
            ordered = sorted(lines, key=lambda line: line.box.x0)
            text = "  ".join(line_text(line) for line in ordered)
            yield self._text_region(ordered, kind, text)

    def flow(self, lines: list[Line]) -> Iterator[Region]:
        """The body of the page."""
        content = replace(self._content, lines=lines)
        pieces = find_pieces(content, self._tables, self._formulas)
        free = [piece.line for piece in pieces if piece.line is not None]
        style = page_style(free)
        items = build_blocks(pieces, style)
        around = self._surroundings(items, style)
        indents: list[float] = []
        for item in items:
            if isinstance(item, Piece):
                yield from _piece_region(item, self._content.number)
                continue
            text = self._join(item, [line_text(line) for line in item.lines])
            if not text:
                continue
            role = role_of(item, text, around)
            if role.type is RegionType.TITLE:
                around = replace(around, may_be_titled=False)
            if role.type is RegionType.LIST_ITEM:
                role = replace(role, level=_depth(item, indents))
            elif role.type is not RegionType.PARAGRAPH:
                indents.clear()
            yield self._block_region(item, role, text)

    def _join(self, block: Block, texts: Sequence[str]) -> str:
        return join_lines(texts, self._vocabulary, recognized=block.read_by is ReadBy.OCR)

    def _surroundings(self, items: Sequence[Block | Piece], style: PageStyle) -> Surroundings:
        blocks = [item for item in items if isinstance(item, Block)]
        drawn = [item.box for item in items if isinstance(item, Piece) and item.formula is None]
        return Surroundings(
            style=style,
            width=self._content.width,
            height=self._content.height,
            may_be_titled=self._content.number == 1,
            largest=max((block.size for block in blocks), default=0.0),
            rulings=self._content.rulings,
            captioned=drawn,
        )

    def _block_region(self, block: Block, role: Role, text: str) -> Region:
        marker = role.marker.text if role.marker else None
        if role.type is RegionType.CODE:
            return self._text_region(block.lines, role.type, _code_text(block))
        if role.marker is not None:
            text = role.marker.rest
        region = self._text_region(block.lines, role.type, text)
        update: dict[str, object] = {"level": role.level, "marker": marker}
        markdown = self._markdown(block, marker)
        if markdown is not None:
            update["markdown"] = markdown
        return region.model_copy(update=update)

    def _markdown(self, block: Block, marker: str | None) -> str | None:
        """The block with ``$…$`` in place; None where it holds no inline formula."""
        box = block.box
        near = [formula for formula in self._inline if formula.box.overlap(box) > 0]
        if not near:
            return None
        given: set[int] = set()
        text = self._join(block, [line_markdown(line, near, given) for line in block.lines])
        if not given:
            return None
        return text.removeprefix(marker).lstrip() if marker else text

    def _text_region(self, lines: Sequence[Line], kind: RegionType, text: str) -> Region:
        box = lines[0].box
        for line in lines[1:]:
            box = box.union(line.box)
        return Region(
            id="p0r0",
            page=self._content.number,
            box=_box(box),
            type=kind,
            text=text,
            confidence=_confidence(lines),
            read_by=_read_by(lines),
        )


def _piece_region(piece: Piece, page: int) -> Iterator[Region]:
    if piece.table is not None:
        found = piece.table
        cells = sorted(found.table.cells, key=lambda cell: (cell.row, cell.column))
        yield Region(
            id="p0r0",
            page=page,
            box=_box(found.box),
            type=RegionType.TABLE,
            text=_table_text([(cell.row, cell.text) for cell in cells]),
            confidence=found.confidence,
            read_by=found.read_by,
            table=found.table,
        )
    elif piece.formula is not None:
        yield _formula_region(piece.formula, page)
    elif piece.figure is not None:
        yield _figure_region(piece.figure, page)


def _table_text(cells: Sequence[tuple[int, str]]) -> str:
    """Rows as lines, cells parted by tabs."""
    rows: dict[int, list[str]] = {}
    for row, text in cells:
        rows.setdefault(row, []).append(" ".join(text.split()))
    return "\n".join("\t".join(texts) for texts in rows.values())


def _formula_region(found: FoundFormula, page: int) -> Region:
    return Region(
        id="p0r0",
        page=page,
        box=_box(found.box),
        type=RegionType.FORMULA,
        text=found.raw_text,
        confidence=found.confidence,
        read_by=found.read_by,
        formula=Formula(latex=found.latex, raw_text=found.raw_text, display=True),
        image=base64.b64encode(found.image_png).decode("ascii") if found.image_png else None,
        note=found.note,
    )


def _figure_region(figure: Figure, page: int) -> Region:
    labels = figure.labels
    return Region(
        id="p0r0",
        page=page,
        box=_box(figure.box),
        type=RegionType.FIGURE,
        text="\n".join(line_text(line) for line in labels),
        confidence=_confidence(labels) if labels else 1.0,
        read_by=_read_by(labels) if labels else ReadBy.NOTHING,
    )


def _depth(block: Block, indents: list[float]) -> int:
    """Nesting of a list item by its indentation; ``indents`` holds those of the open levels."""
    line = block.lines[0]
    start = -line.box.x1 if line.direction == "rtl" else line.box.x0
    while indents and start < indents[-1] - DEPTH_STEP:
        indents.pop()
    if not indents or start > indents[-1] + DEPTH_STEP:
        indents.append(start)
    return min(6, len(indents))


def _code_text(block: Block) -> str:
    """Lines as they stand, indented by the width of a character."""
    left = block.box.x0
    words = [word for line in block.lines for word in line.words]
    width = sum(word.box.width for word in words) / max(1, sum(len(word.text) for word in words))
    texts = []
    for line in block.lines:
        text, reached = "", left
        for word in line.words:
            spaces = round((word.box.x0 - reached) / width) if width else 1
            text += " " * max(1 if text else 0, min(spaces, 200)) + word.text
            reached = word.box.x1
        texts.append(text)
    return "\n".join(texts)


def _confidence(lines: Sequence[Line]) -> float:
    """Mean over the characters."""
    words = [word for line in lines for word in line.words]
    total = sum(len(word.text) for word in words)
    if not total:
        return 0.0
    mean = sum(word.confidence * len(word.text) for word in words) / total
    return round(min(1.0, max(0.0, mean)), 4)


def _read_by(lines: Sequence[Line]) -> ReadBy:
    """OCR where any part was: the weaker reading decides what a reader may expect."""
    return ReadBy.OCR if any(line.read_by is ReadBy.OCR for line in lines) else lines[0].read_by


def _box(rect: Rect) -> Box:
    x0, y0, x1, y1 = (round(value, 2) for value in rect)
    return Box(x0=x0, y0=y0, x1=x1, y1=y1)
