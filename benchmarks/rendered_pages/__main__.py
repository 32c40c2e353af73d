"""Write the pages and their truth: ``PYTHONPATH=benchmarks python -m rendered_pages --output FOLDER``."""

from __future__ import annotations

import argparse
from pathlib import Path

from rendered_pages.page_sources import pages
from rendered_pages.render import render


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--only", help="pages whose name contains one of these, parted by commas")
    arguments = parser.parse_args()
    sources = pages(arguments.seed)
    if arguments.only:
        wanted = arguments.only.split(",")
        sources = [source for source in sources if any(part in source.name for part in wanted)]
    print(f"{len(sources)} pages: {render(sources, arguments.output)}")


if __name__ == "__main__":
    main()
