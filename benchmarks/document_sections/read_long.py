"""Reads one long file as the program does and prints where memory stands: run as a script of its own.

``python read_long.py FILE`` prints a JSON line after some of the pages: ``page``, ``worker_mb`` (resident
memory of the largest worker), ``all_mb`` (of this process and all its workers; memory that they share
counts in each) and ``cpu_s`` so far. One worker reads, so that every page passes through one process.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import psutil
from process_cost import cpu_seconds

from open_autoglm.documents.reader import DocumentReader, ReaderOptions, ReadProgress

SHOWN = (10, 100, 250, 500, 750, 1000)


def main() -> None:
    started = cpu_seconds()

    def show(progress: ReadProgress) -> None:
        if progress.stage == "read" and progress.done in SHOWN:
            children = [child.memory_info().rss for child in psutil.Process().children(recursive=True)]
            line = {
                "page": progress.done,
                "worker_mb": max(children, default=0) >> 20,
                "all_mb": (sum(children) + psutil.Process().memory_info().rss) >> 20,
                "cpu_s": cpu_seconds() - started,
            }
            print(json.dumps(line), flush=True)

    DocumentReader(ReaderOptions(workers=1)).read(Path(sys.argv[1]), on_progress=show)


if __name__ == "__main__":
    main()
