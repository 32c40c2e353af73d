"""Watching recordings, measured: people found and followed, events of composed scenes.

    python benchmarks/video.py                  every section
    python benchmarks/video.py people           these sections

Run it on a machine that does nothing else; only ratios travel to another machine. The clip and its labels
lie in ../shared/data/video; the detector must be pulled.
"""

from __future__ import annotations

import argparse

from section_arguments import parse_known_sections, section_parser
from video_sections import events, people

SECTIONS = {"people": people, "events": events}


def main() -> int:
    for name in _arguments().sections or SECTIONS:
        print(f"{SECTIONS[name].measure()}\n", flush=True)
    return 0


def _arguments() -> argparse.Namespace:
    return parse_known_sections(section_parser(__doc__, SECTIONS), SECTIONS)


if __name__ == "__main__":
    raise SystemExit(main())
