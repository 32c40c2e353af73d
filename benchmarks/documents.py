"""Reading documents, measured beside named peers on the same files and the same machine.

    python benchmarks/documents.py                       every section
    python benchmarks/documents.py born_digital memory   these sections
    python benchmarks/documents.py --peer-python PATH    peers from another environment

Peers come with the ``benchmark`` extra. Each runs in a process of its own; one that is not installed
is named as such. Times are CPU seconds, so that a busy machine matters less.
"""

from __future__ import annotations

import argparse
import importlib
import sys
from pathlib import Path

from document_sections.section import Options

SECTIONS = ("born_digital", "scanned", "tables", "formulas", "memory")
DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


def main() -> int:
    arguments = _arguments()
    options = Options(arguments.data, arguments.peer_python, quick=arguments.quick)
    if not options.data.is_dir():
        print(f"No data at {options.data}; give its folder with --data.", file=sys.stderr)
        return 3
    for name in arguments.sections or SECTIONS:
        if not (Path(__file__).parent / "document_sections" / f"{name}.py").is_file():
            print(f"## {name}: not written yet\n")
            continue
        module = importlib.import_module(f"document_sections.{name}")
        print(f"{module.measure(options)}\n", flush=True)
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("sections", nargs="*", choices=[*SECTIONS, []], help="default: all")
    parser.add_argument("--data", type=Path, default=DATA, help="folder with documents and references")
    parser.add_argument(
        "--peer-python", type=Path, default=Path(sys.executable), help="interpreter with peers"
    )
    parser.add_argument("--quick", action="store_true", help="fewer pages where a section allows it")
    return parser.parse_args()


if __name__ == "__main__":
    raise SystemExit(main())
