"""Serving models, measured beside the engine's own server and llama-cpp-python's, same file, same run.

    python benchmarks/serving.py                          every section
    python benchmarks/serving.py overhead batching        these sections
    python benchmarks/serving.py --model FILE.gguf        another model
    python benchmarks/serving.py --peer-python PATH       an environment with llama-cpp-python[server]

Run it on a machine that does nothing else; only ratios travel to another machine.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import platformdirs

from section_arguments import parse_known_sections, section_parser
from serving_sections import (
    abandoned,
    batching,
    cached,
    connections,
    editing,
    overhead,
    restart,
    soak,
)
from serving_sections.options import Options

SECTIONS = {
    "overhead": overhead,
    "batching": batching,
    "editing": editing,
    "cached": cached,
    "restart": restart,
    "connections": connections,
    "abandoned": abandoned,
    "soak": soak,
}
MODEL = "qwen2.5-coder-1.5b-instruct-q4_k_m"
SMALL = "smollm2-135m-instruct"


def main() -> int:
    arguments = _arguments()
    options = Options(
        arguments.model or _installed(MODEL),
        arguments.small or _installed(SMALL),
        arguments.peer_python,
        quick=arguments.quick,
    )
    for name in arguments.sections or SECTIONS:
        print(f"{SECTIONS[name].measure(options)}\n", flush=True)
    return 0


def _installed(name: str) -> Path:
    folder = platformdirs.user_data_path("open-autoglm", appauthor=False) / "models" / name
    found = sorted(folder.glob("*.gguf"))
    if not found:
        raise SystemExit(f"{name} is not installed: open-autoglm-cli pull {name}")
    return found[0]


def _arguments() -> argparse.Namespace:
    parser = section_parser(__doc__, SECTIONS)
    parser.add_argument("--model", type=Path, help=f"a GGUF file; default: {MODEL}")
    parser.add_argument("--small", type=Path, help=f"for what depends on no model; default: {SMALL}")
    parser.add_argument("--peer-python", type=Path, help="interpreter with llama-cpp-python[server]")
    parser.add_argument("--quick", action="store_true", help="fewer repetitions")
    return parse_known_sections(parser, SECTIONS)


if __name__ == "__main__":
    raise SystemExit(main())
