"""Reads files with one parser and prints one JSON line per file: run as a script in its own process.

``python read_texts.py PARSER FILE…`` where PARSER is ``open-autoglm`` or a peer's name. A line has
``text``, ``cpu_s`` (imports and the loading of models apart) and ``resident_mb`` (highest so far), or
``error``; or the only line says that the parser is ``missing``.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Literal

import rapid_doc_peer
from process_cost import cpu_seconds, resident_mb

Read = Callable[[str], str]


def open_autoglm() -> Read:
    from open_autoglm.documents.layout.structure import settle
    from open_autoglm.documents.markdown import page_to_markdown
    from open_autoglm.documents.page_reader import read_page
    from open_autoglm.documents.pdf.file import PdfFile

    def read(path: str) -> str:
        with PdfFile.open(Path(path)) as file:
            numbers = range(1, file.page_count + 1)
            pages = settle([read_page(file.content(number), file.raster(number)) for number in numbers])
            return "\n\n".join(page_to_markdown(page) for page in pages)

    return read


def pypdfium2() -> Read:
    import pypdfium2

    def read(path: str) -> str:
        document = pypdfium2.PdfDocument(path)
        try:
            return "\n\n".join(page.get_textpage().get_text_bounded() for page in document)
        finally:
            document.close()

    return read


def pypdf() -> Read:
    import pypdf

    return lambda path: "\n\n".join(page.extract_text() for page in pypdf.PdfReader(path).pages)


def pdfplumber() -> Read:
    import pdfplumber

    def read(path: str) -> str:
        with pdfplumber.open(path) as file:
            return "\n\n".join(page.extract_text() or "" for page in file.pages)

    return read


def markitdown() -> Read:
    import markitdown

    converter = markitdown.MarkItDown()
    return lambda path: str(converter.convert(path).text_content)


def kreuzberg() -> Read:
    import kreuzberg

    config = kreuzberg.ExtractionConfig(use_cache=False)  # every reading is to be a real one
    return lambda path: str(kreuzberg.extract_file_sync(path, config=config).content)


def docling_parse() -> Read:
    from docling_core.types.doc.page import TextCellUnit
    from docling_parse.pdf_parser import DoclingPdfParser

    parser = DoclingPdfParser(loglevel="fatal")

    def read(path: str) -> str:
        document = parser.load(path)
        pages = (page for _, page in document.iterate_pages())
        return "\n\n".join(
            "\n".join(cell.text for cell in page.iterate_cells(TextCellUnit.LINE)) for page in pages
        )

    return read


def rapid_doc(method: Literal["txt", "ocr"]) -> Read:
    rapid_doc_peer.load()

    def read(path: str) -> str:
        with tempfile.TemporaryDirectory() as folder:
            # Scans: text alone, since its rules of layout find no tables in pictures.
            rapid_doc_peer.convert(path, folder, method, tables=method == "txt")
            return "\n\n".join(found.read_text("utf-8") for found in sorted(Path(folder).rglob("*.md")))

    return read


PARSERS: dict[str, Callable[[], Read]] = {
    "open-autoglm": open_autoglm,
    "docling-parse": docling_parse,
    "pypdfium2": pypdfium2,
    "pypdf": pypdf,
    "markitdown": markitdown,
    "pdfplumber": pdfplumber,
    "kreuzberg": kreuzberg,
    "rapid-doc": partial(rapid_doc, "txt"),
}
OCR_PARSERS: dict[str, Callable[[], Read]] = {
    "open-autoglm": open_autoglm,
    "rapid-doc": partial(rapid_doc, "ocr"),
}
"""Those that read pictures of text without models that have to be downloaded."""


def main() -> None:
    arguments = _arguments()
    try:
        read = (OCR_PARSERS if arguments.ocr else PARSERS)[arguments.parser]()
    except ImportError as error:
        print(json.dumps({"missing": str(error)}), flush=True)
        return
    _read(read, arguments.files[0], 1)  # whatever a parser loads once is not the cost of a page
    for path in arguments.files:
        print(json.dumps(_read(read, path, arguments.times)), flush=True)


def _read(read: Read, path: str, times: int) -> dict[str, object]:
    text, seconds = "", []
    for _ in range(times):
        started = cpu_seconds()
        try:
            text = read(path)
        except Exception as error:  # noqa: BLE001 - a peer's failure is its result
            return {"error": f"{type(error).__name__}: {error}"}
        seconds.append(cpu_seconds() - started)
    return {"text": text, "cpu_s": min(seconds), "resident_mb": resident_mb()}


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("parser", choices=PARSERS)
    parser.add_argument("files", nargs="+")
    parser.add_argument("--ocr", action="store_true", help="the pages are pictures")
    parser.add_argument("--times", type=int, default=1, help="readings of each file; the cheapest counts")
    return parser.parse_args()


if __name__ == "__main__":
    main()
