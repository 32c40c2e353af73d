"""Memory over a thousand pages of one file: it must not grow with the pages read."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import pypdfium2

from document_sections.section import Options, Section

SOURCES = ("multi_page", "2305.03393v1-pg9", "amt_handbook_sample", "right_to_left_01")

_READ_ALL = """
import gc, sys, time, psutil
from pathlib import Path
from open_autoglm.documents.page_reader import read_page
from open_autoglm.documents.pdf.file import PdfFile
process, started = psutil.Process(), time.process_time()
with PdfFile.open(Path(sys.argv[1])) as file:
    for number in range(1, file.page_count + 1):
        read_page(file.content(number), file.raster(number))
        if number in (10, 100) or number % 250 == 0 or number == file.page_count:
            print(number, process.memory_info().rss >> 20, time.process_time() - started, flush=True)
"""


def measure(options: Options) -> Section:
    """Resident megabytes and CPU seconds after so many pages of one process."""
    pages = 200 if options.quick else 1000
    section = Section(f"Memory over {pages:,} pages", ["pages read", "resident MB", "CPU s/page"])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "long.pdf"
        _write_long(options.data / "documents", path, pages)
        command = [sys.executable, "-X", "utf8", "-c", _READ_ALL, str(path)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=1800, check=False)
    if done.returncode:
        section.notes.append(f"failed: {done.stderr.strip().splitlines()[-1]}")
    for line in done.stdout.splitlines():
        number, resident, seconds = line.split()
        section.rows.append([number, resident, f"{float(seconds) / int(number):.3f}"])
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
