"""Reads scanned files with one parser and prints one JSON line per file: run as a script of its own.

``python read_scans.py PARSER FILE…`` where PARSER is ``open-autoglm`` or ``rapid-doc``. A line has
``text``, ``cpu_s`` (process CPU; imports and loading apart) and ``resident_mb`` (highest so far), or
``error``. Every parser gets two threads.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from read_texts import Read, open_autoglm, resident_mb

THREADS = 2


def rapid_doc() -> Read:
    """Layout by rules and no formulas: the only way it works without downloading models."""
    os.environ["MINERU_MODEL_SOURCE"] = "local"
    from rapid_doc.cli.common import do_parse

    threads = {"EngineConfig.onnxruntime.intra_op_num_threads": THREADS}

    def read(path: str) -> str:
        with tempfile.TemporaryDirectory() as folder:
            do_parse(
                folder,
                [Path(path).stem],
                [Path(path).read_bytes()],
                ["ch"],
                parse_method="ocr",
                formula_enable=False,
                table_enable=False,
                layout_config={"model_type": "docvortex_rule"},
                ocr_config=threads,
                f_draw_layout_bbox=False,
                f_draw_span_bbox=False,
                f_dump_middle_json=False,
                f_dump_model_output=False,
                f_dump_orig_pdf=False,
                f_dump_content_list=False,
            )
            return "\n\n".join(found.read_text("utf-8") for found in Path(folder).rglob("*.md"))

    return read


PARSERS: dict[str, Callable[[], Read]] = {"open-autoglm": open_autoglm, "rapid-doc": rapid_doc}


def main() -> None:
    name, files = sys.argv[1], sys.argv[2:]
    try:
        read = PARSERS[name]()
    except ImportError as error:
        print(json.dumps({"missing": str(error)}), flush=True)
        return
    for position, path in enumerate([files[0], *files]):
        started = sum(os.times()[:4])  # children too: a peer may draw pages in another process
        try:
            text = read(path)
        except Exception as error:  # noqa: BLE001 - a peer's failure is its result
            answer: dict[str, object] = {"error": f"{type(error).__name__}: {error}"}
        else:
            seconds = sum(os.times()[:4]) - started
            answer = {"text": text, "cpu_s": seconds, "resident_mb": resident_mb()}
        if position:  # the first reading only loads what is loaded once
            print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
