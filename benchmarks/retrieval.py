"""Finding in one's own documents, measured: what is found, in which time, and what is told to be not there.

    python benchmarks/retrieval.py                   every section
    python benchmarks/retrieval.py chinese speed     these sections
    python benchmarks/retrieval.py --quick           fewer questions and chunks
    python benchmarks/retrieval.py --no-model        without the section that asks a language model

It needs the embedding model (open-autoglm-cli pull multilingual-e5-small-int8). Peers that are not installed
are named in their rows: pip install -e '.[benchmark]'.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from document_sections.section import Options
from retrieval_sections import (
    chinese,
    citations,
    cross_lingual,
    english,
    ingest,
    kill_ingest,
    speed,
    tables,
    unanswerable,
)
from section_arguments import parse_known_sections, section_parser

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
SECTIONS = {
    "chinese": chinese,
    "english": english,
    "cross_lingual": cross_lingual,
    "tables": tables,
    "unanswerable": unanswerable,
    "speed": speed,
    "ingest": ingest,
    "kill_ingest": kill_ingest,
    "citations": citations,
}


def main() -> int:
    arguments = _arguments()
    options = Options(arguments.data, Path(sys.executable), quick=arguments.quick, use_model=arguments.model)
    for name in arguments.sections or SECTIONS:
        print(f"{SECTIONS[name].measure(options)}\n", flush=True)
    return 0


def _arguments() -> argparse.Namespace:
    parser = section_parser(__doc__, SECTIONS)
    parser.add_argument("--data", type=Path, default=DATA, help="folder with retrieval/cmrc2018_trial.json")
    parser.add_argument("--quick", action="store_true", help="fewer questions and chunks")
    parser.add_argument("--no-model", dest="model", action="store_false", help="ask no language model")
    return parse_known_sections(parser, SECTIONS)


if __name__ == "__main__":
    raise SystemExit(main())
