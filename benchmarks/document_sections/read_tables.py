"""Reads the tables of one PDF with one peer and prints them in one JSON line: run as a script.

``python read_tables.py PEER FILE``: ``pages`` (for each page its tables, as ``html`` and, where the peer
says it, ``box`` in points from the top left) and ``cpu_s``; or ``missing`` where it is not installed.
"""

from __future__ import annotations

import html
import io
import json
import re
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import rapid_doc_peer
from process_cost import cpu_seconds

BOX_UNITS = 1000
"""rapid-doc states boxes in thousandths of the page."""


def _to_html(rows: Sequence[Sequence[str | None]]) -> str:
    texts = [[html.escape((cell or "").replace("\n", " ")) for cell in row] for row in rows]
    return _with_head(
        "".join("<tr>" + "".join(f"<td>{text}</td>" for text in row) + "</tr>" for row in texts)
    )


def _with_head(rows: str) -> str:
    """The first row stands as the head: every rendered table has one, and no peer says which rows are."""
    head, end, body = re.sub(r"</?(?:table|thead|tbody)[^>]*>", "", rows).partition("</tr>")
    return f"<table><thead>{head}{end}</thead><tbody>{body}</tbody></table>"


def pdfplumber(path: str) -> dict[str, object]:
    import pdfplumber

    with pdfplumber.open(path) as file:
        found = [
            [{"html": _to_html(table.extract()), "box": table.bbox} for table in page.find_tables()]
            for page in file.pages
        ]
    return {"pages": found}


def markitdown(path: str) -> dict[str, object]:
    """One page at a time, since its text does not say where a page ends."""
    import pypdfium2
    from markitdown import MarkItDown

    converter = MarkItDown()
    found: list[list[dict[str, object]]] = []
    with pypdfium2.PdfDocument(path) as document:
        for number in range(len(document)):
            page = io.BytesIO()
            with pypdfium2.PdfDocument.new() as single:
                single.import_pages(document, [number])
                single.save(page)
            page.seek(0)
            text = converter.convert_stream(page, file_extension=".pdf").text_content
            found.append([{"html": _to_html(table)} for table in _markdown_tables(text)])
    return {"pages": found}


def _markdown_tables(text: str) -> list[list[list[str]]]:
    tables: list[list[list[str]]] = [[]]
    for line in text.splitlines():
        if line.lstrip().startswith("|"):
            if not re.fullmatch(r"[|\s:-]+", line):
                tables[-1].append([cell.strip() for cell in line.strip().strip("|").split("|")])
        elif tables[-1]:
            tables.append([])
    return [table for table in tables if table]


def rapid_doc(path: str) -> dict[str, object]:
    import pypdfium2

    rapid_doc_peer.load()
    with pypdfium2.PdfDocument(path) as document:
        sizes = [page.get_size() for page in document]
    found: list[list[dict[str, object]]] = [[] for _ in sizes]
    with tempfile.TemporaryDirectory() as folder:
        rapid_doc_peer.convert(path, folder, "txt", tables=True)
        entries = json.loads(next(Path(folder).rglob("*_content_list.json")).read_text("utf-8"))
    for entry in entries:
        if entry["type"] == "table" and entry.get("table_body"):
            x0, y0, x1, y1 = (value / BOX_UNITS for value in entry["bbox"])
            width, height = sizes[entry["page_idx"]]
            box = (x0 * width, y0 * height, x1 * width, y1 * height)
            found[entry["page_idx"]].append({"html": _with_head(entry["table_body"]), "box": box})
    return {"pages": found}


PEERS = {"pdfplumber": pdfplumber, "markitdown": markitdown, "rapid-doc": rapid_doc}


def main() -> None:
    name, path = sys.argv[1:]
    start = cpu_seconds()
    try:
        answer = PEERS[name](path)
    except ImportError as error:
        answer = {"missing": str(error)}
    print(json.dumps({**answer, "cpu_s": cpu_seconds() - start}), flush=True)


if __name__ == "__main__":
    main()
