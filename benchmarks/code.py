"""The coding assistant, measured: what runs code, what completes it, what repairs it.

    python benchmarks/code.py                        every section
    python benchmarks/code.py sandbox                these sections
    python benchmarks/code.py sandbox --quick        fewer repetitions
    python benchmarks/code.py human_eval --answers F answers kept in a folder, and not asked for again
    python benchmarks/code.py repair --no-model      without the runs that ask a model
    python benchmarks/code.py repair --split tune    the part that was tuned on

Run it on a machine that does nothing else; only ratios travel to another machine.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from code_sections import context, human_eval, repair, sandbox, typing
from document_sections.section import Options
from section_arguments import parse_known_sections, section_parser

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
SECTIONS = {
    "sandbox": sandbox,
    "typing": typing,
    "context": context,
    "human_eval": human_eval,
    "repair": repair,
}


def main() -> int:
    arguments = _arguments()
    options = Options(
        DATA,
        arguments.peer_python,
        quick=arguments.quick,
        answers=arguments.answers,
        split=arguments.split,
        use_model=arguments.model,
    )
    for name in arguments.sections or SECTIONS:
        print(f"{SECTIONS[name].measure(options)}\n", flush=True)
    return 0


def _arguments() -> argparse.Namespace:
    parser = section_parser(__doc__, SECTIONS)
    parser.add_argument(
        "--peer-python", type=Path, default=Path(sys.executable), help="interpreter with the peers"
    )
    parser.add_argument("--quick", action="store_true", help="fewer repetitions where a section allows it")
    parser.add_argument("--answers", type=Path, help="folder in which answers of models are kept")
    parser.add_argument(
        "--split", choices=("tune", "report"), default="report", help="part of the repair set"
    )
    parser.add_argument("--no-model", dest="model", action="store_false", help="only what needs no model")
    return parse_known_sections(parser, SECTIONS)


if __name__ == "__main__":
    raise SystemExit(main())
