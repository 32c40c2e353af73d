"""Reading documents, measured beside named peers on the same files and the same machine.

    python benchmarks/documents.py                       every section
    python benchmarks/documents.py born_digital memory   these sections
    python benchmarks/documents.py --peer-python PATH    peers from another environment

Peers come with the ``benchmark`` extra. Each runs in a process of its own; what is not installed is
named below the table of its section. Times are CPU seconds, so that a busy machine matters less.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from document_sections import born_digital, formulas, memory, scanned, tables
from document_sections.section import Options
from section_arguments import parse_known_sections, section_parser

SECTIONS = {
    "born_digital": born_digital,
    "scanned": scanned,
    "tables": tables,
    "formulas": formulas,
    "memory": memory,
}
DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


def main() -> int:
    arguments = _arguments()
    options = Options(arguments.data, arguments.peer_python, quick=arguments.quick)
    if not options.data.is_dir():
        print(f"No data at {options.data}; give its folder with --data.", file=sys.stderr)
        return 3
    for name in arguments.sections or SECTIONS:
        print(f"{SECTIONS[name].measure(options)}\n", flush=True)
    return 0


def _arguments() -> argparse.Namespace:
    after = "\n\nPeers: pip install -e '.[benchmark]'"
    parser = section_parser(__doc__, SECTIONS, after=after)
    parser.add_argument("--data", type=Path, default=DATA, help="folder with documents and references")
    parser.add_argument(
        "--peer-python", type=Path, default=Path(sys.executable), help="interpreter with the peers"
    )
    parser.add_argument("--quick", action="store_true", help="fewer pages where a section allows it")
    return parse_known_sections(parser, SECTIONS)


if __name__ == "__main__":
    raise SystemExit(main())
