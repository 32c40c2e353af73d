"""Reads the tables of one PDF with one peer and prints them as HTML in one JSON line: run as a script.

``python read_tables.py PEER FILE``: ``pages`` (tables of each page) or ``tables`` (of the whole file,
where the peer does not say the page), and ``cpu_s``; or ``missing`` where the peer is not installed.
"""

from __future__ import annotations

import html
import json
import re
import sys
import time
from collections.abc import Sequence


def _to_html(rows: Sequence[Sequence[str | None]]) -> str:
    """The first row stands as the head: every rendered table has one."""
    texts = [[html.escape((cell or "").replace("\n", " ")) for cell in row] for row in rows]
    lines = ["<tr>" + "".join(f"<td>{text}</td>" for text in row) + "</tr>" for row in texts]
    return f"<table><thead>{lines[0]}</thead><tbody>{''.join(lines[1:])}</tbody></table>"


def pdfplumber(path: str) -> dict[str, object]:
    import pdfplumber

    with pdfplumber.open(path) as file:
        return {"pages": [[_to_html(table) for table in page.extract_tables()] for page in file.pages]}


def markitdown(path: str) -> dict[str, object]:
    from markitdown import MarkItDown

    text = MarkItDown().convert(path).text_content
    tables: list[list[list[str]]] = [[]]
    for line in text.splitlines():
        if line.lstrip().startswith("|"):
            if not re.fullmatch(r"[|\s:-]+", line):
                tables[-1].append([cell.strip() for cell in line.strip().strip("|").split("|")])
        elif tables[-1]:
            tables.append([])
    return {"tables": [_to_html(table) for table in tables if table]}


PEERS = {"pdfplumber": pdfplumber, "markitdown": markitdown}


def main() -> None:
    name, path = sys.argv[1:]
    start = time.process_time()
    try:
        answer = PEERS[name](path)
    except ImportError as error:
        answer = {"missing": str(error)}
    print(json.dumps({**answer, "cpu_s": time.process_time() - start}))


if __name__ == "__main__":
    main()
