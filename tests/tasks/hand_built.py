"""Documents built by hand: each line of a page becomes a region."""

from __future__ import annotations

from open_autoglm.documents.model import (
    Box,
    Document,
    Page,
    ReadBy,
    Region,
    RegionType,
    Source,
    Table,
    TableCell,
)

_MARKS = {"# ": RegionType.TITLE, "## ": RegionType.HEADING, "- ": RegionType.LIST_ITEM}


def build(*pages: str, title: str | None = None) -> Document:
    """``# `` a title, ``## `` a heading, ``- `` a list item, ``a | b // c | d`` a table, else a paragraph."""
    return Document(
        source=Source(
            name="a.pdf",
            sha256="0" * 64,
            media_type="application/pdf",
            size_bytes=1,
            page_count=len(pages),
        ),
        title=title,
        pages=tuple(
            Page(
                number=number,
                width=595,
                height=842,
                regions=tuple(
                    _region(line.strip(), number, place)
                    for place, line in enumerate(text.strip().splitlines(), start=1)
                    if line.strip()
                ),
            )
            for number, text in enumerate(pages, start=1)
        ),
    )


def _region(line: str, page: int, place: int) -> Region:
    common = {
        "id": f"p{page}-r{place}",
        "page": page,
        "box": Box(x0=50, y0=20 * place, x1=500, y1=20 * place + 15),
        "confidence": 1.0,
        "read_by": ReadBy.TEXT_LAYER,
    }
    if " | " in line:
        rows = [[cell.strip() for cell in row.split("|")] for row in line.split("//")]
        cells = tuple(
            TableCell(row=r, column=c, text=text) for r, row in enumerate(rows) for c, text in enumerate(row)
        )
        table = Table(rows=len(rows), columns=len(rows[0]), cells=cells)
        return Region(type=RegionType.TABLE, text=line, table=table, **common)
    for mark, kind in _MARKS.items():
        if line.startswith(mark):
            return Region(type=kind, text=line.removeprefix(mark), **common)
    return Region(type=RegionType.PARAGRAPH, text=line.replace("\\n", "\n"), **common)
