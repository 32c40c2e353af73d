"""Memory over a thousand pages of one file: it must not grow with the pages read."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pypdfium2

from document_sections.reader_process import OURS, answers, interpreter, number
from document_sections.section import Options, Section

SOURCES = ("multi_page", "2305.03393v1-pg9", "amt_handbook_sample", "right_to_left_01")
TIME_LIMIT = 1800


def measure(options: Options) -> Section:
    """Resident megabytes and CPU seconds after so many pages, read by one worker process."""
    pages = 250 if options.quick else 1000
    columns = ["pages read", "worker, resident MB", "all processes, resident MB", "CPU s/page"]
    section = Section(f"Memory over {pages:,} pages", columns)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "long.pdf"
        _write_long(options.data / "documents", path, pages)
        found = answers(interpreter(OURS, options.peer_python), "read_long.py", [path], TIME_LIMIT)
    if isinstance(found, str):
        section.notes.append(f"Not measured: {found}.")
        return section
    for answer in found:
        page = number(answer, "page")
        section.rows.append(
            [
                f"{page:.0f}",
                f"{number(answer, 'worker_mb'):.0f}",
                f"{number(answer, 'all_mb'):.0f}",
                f"{number(answer, 'cpu_s') / page:.3f}",
            ]
        )
    section.notes.append("CPU s/page: all processes, their start included.")
    return section


def _write_long(folder: Path, path: Path, pages: int) -> None:
    """The pages of the source files in turn, until there are ``pages`` of them."""
    result = pypdfium2.PdfDocument.new()
    sources = [pypdfium2.PdfDocument(folder / f"{name}.pdf") for name in SOURCES]
    while len(result) < pages:
        for source in sources:
            result.import_pages(source)
    while len(result) > pages:
        del result[len(result) - 1]
    result.save(path)
    for document in (*sources, result):
        document.close()
