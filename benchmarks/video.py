"""Watching recordings, measured: people found and followed, events of composed scenes, speed and memory.

    python benchmarks/video.py                        every section
    python benchmarks/video.py people                 these sections
    python benchmarks/video.py speed --quick          a shorter recording
    python benchmarks/video.py speed --peer-python P  the peer from another environment

Run it on a machine that does nothing else; only ratios travel to another machine. The clip and its labels
lie in ../shared/data/video; the detector must be pulled.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from document_sections.section import Options
from section_arguments import parse_known_sections, section_parser
from video_sections import events, memory, people, speed
from video_sections.people import DATA

SECTIONS = {"people": people, "events": events, "speed": speed, "memory": memory}


def main() -> int:
    arguments = _arguments()
    options = Options(DATA, arguments.peer_python, quick=arguments.quick)
    for name in arguments.sections or SECTIONS:
        print(f"{SECTIONS[name].measure(options)}\n", flush=True)
    return 0


def _arguments() -> argparse.Namespace:
    after = "\n\nThe peer: pip install supervision trackers onnxruntime opencv-python-headless"
    parser = section_parser(__doc__, SECTIONS, after=after)
    parser.add_argument(
        "--peer-python", type=Path, default=Path(sys.executable), help="interpreter with the peer"
    )
    parser.add_argument("--quick", action="store_true", help="shorter recordings where a section allows it")
    return parse_known_sections(parser, SECTIONS)


if __name__ == "__main__":
    raise SystemExit(main())
