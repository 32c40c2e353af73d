"""Makes the formula pages of this folder: needs pdflatex (txfonts), chromium and ghostscript.

    python tests/data/formulas/make.py

The LaTeX in ``truth.json`` is the source that was set; a page that is made again must still read as it.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent.parent.parent / "benchmarks"))

from rendered_formulas.corpus import Item  # noqa: E402
from rendered_formulas.render import TEX_FONTS, html_source, run_browser, run_tex, tex_source  # noqa: E402


def shrink(path: Path) -> None:
    """Stores the fonts in their compact form; names and codes stay."""
    large = path.with_suffix(".large.pdf")
    path.rename(large)
    subprocess.run(["gs", "-q", "-o", str(path), "-sDEVICE=pdfwrite", str(large)], check=True, timeout=60)
    large.unlink()


def main() -> None:
    truth = json.loads((HERE / "truth.json").read_text(encoding="utf-8"))
    for name, entries in truth.items():
        items = [
            (number, Item("test", entry["source"], entry["display"], entry.get("tag")))
            for number, entry in enumerate(entries)
        ]
        if name.startswith("tex"):
            run_tex(tex_source(items, TEX_FONTS[name]), HERE / f"{name}.pdf")
            shrink(HERE / f"{name}.pdf")
        else:
            run_browser(html_source(items, "Latin Modern Math"), HERE / f"{name}.pdf")


if __name__ == "__main__":
    main()
