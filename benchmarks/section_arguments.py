"""The command line that benchmarks made of sections share: which sections to measure, each explained."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from types import ModuleType

Sections = Mapping[str, ModuleType]


def section_parser(doc: str | None, sections: Sections, *, after: str = "") -> argparse.ArgumentParser:
    """A parser that takes names of sections and ``--help`` explains them; ``after`` stands below them."""
    width = max(map(len, sections)) + 1
    explained = {name: (section.__doc__ or "").splitlines()[0] for name, section in sections.items()}
    listed = "\n".join(f"  {name:{width}} {what}" for name, what in explained.items())
    parser = argparse.ArgumentParser(
        description=(doc or "").splitlines()[0],
        epilog=f"sections:\n{listed}{after}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("sections", nargs="*", metavar="section", help="which to measure; default: all")
    return parser


def parse_known_sections(parser: argparse.ArgumentParser, sections: Sections) -> argparse.Namespace:
    """The arguments; a section that is not there ends the program with those that are."""
    arguments = parser.parse_args()
    if unknown := [name for name in arguments.sections if name not in sections]:
        parser.error(f"no section {unknown[0]!r}; there are {', '.join(sections)}")
    return arguments
