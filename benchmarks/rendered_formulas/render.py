"""Sets the corpus as PDFs: by TeX in several math fonts, and by a browser from MathML.

Needs ``pdflatex`` with amsmath and amsfonts (Debian: texlive-latex-base, texlive-fonts-recommended,
lmodern) and ``chromium`` with a math font (fonts-lmodern, fonts-stix). A renderer that is missing is
named and left out.

    PYTHONPATH=benchmarks python -m rendered_formulas.render OUT
"""

from __future__ import annotations

import html
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from latex2mathml.converter import convert

from rendered_formulas.corpus import INLINE, ITEMS, PROSE, TUNED, Item

TEX_FONTS = {
    "tex-cm": "",
    "tex-lm": r"\usepackage[T1]{fontenc}\usepackage{lmodern}",
    "tex-times": r"\usepackage{mathptmx}",
    "tex-tx": r"\usepackage{txfonts}",
}
BROWSER_FONTS = {
    "browser-lm": "Latin Modern Math",
    "browser-stix": "STIX Two Math, STIX Math, STIXMath-Regular",
}

MARKER = "Item {}."
"""Opens every item, so that what is found on the page can be told to belong to it."""


def tex_source(items: list[tuple[int, Item]], fonts: str) -> str:
    """A whole document; Chinese items are left out, since plain pdfTeX can't set them."""
    lines = [
        r"\documentclass[11pt]{article}",
        r"\usepackage{amsmath,amssymb}",
        fonts,
        r"\begin{document}\raggedbottom",
    ]
    for number, item in items:
        if item.chinese:
            continue
        marker = MARKER.format(number)
        if item.display:
            tag = rf"\tag{{{item.tag}}}" if item.tag else ""
            lines.append(rf"\noindent {marker} The following holds. \[ {item.source} {tag} \]")
        else:
            lines.append(rf"\noindent {marker} {item.source}\par")
        prose = PROSE[number % 3].replace("%", r"\%")
        lines.append(rf"\noindent {prose}\par\medskip")
    lines.append(r"\end{document}")
    return "\n".join(lines)


def html_source(items: list[tuple[int, Item]], font: str) -> str:
    """A whole page; formulas as MathML made by latex2mathml from the same LaTeX."""
    body: list[str] = []
    for number, item in items:
        if item.tex_only:
            continue
        marker = MARKER.format(number)
        if item.display:
            mathml = convert(item.source, display="block")
            tag = f"<span class=tag>({item.tag})</span>" if item.tag else ""
            body.append(f"<p>{marker} The following holds.</p><div class=row>{mathml}{tag}</div>")
        else:
            parts = INLINE.split(item.source)
            text = "".join(
                convert(part) if index % 2 else html.escape(part) for index, part in enumerate(parts)
            )
            body.append(f"<p>{marker} {text}</p>")
        body.append(f"<p>{html.escape(PROSE[number % len(PROSE)])}</p>")
    style = (
        f"math {{ font-family: {font}; }} body {{ font: 11pt 'Liberation Serif', 'DejaVu Serif', serif; }}"
        " .row { display: flex; align-items: center; } .row math { flex: 1; } p { margin: 6pt 0; }"
    )
    return f"<!doctype html><meta charset=utf-8><style>{style}</style><body>{''.join(body)}</body>"


def run_tex(source: str, target: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "page.tex"
        path.write_text(source, encoding="utf-8")
        subprocess.run(
            ["pdflatex", "-interaction=batchmode", "-halt-on-error", path.name],
            cwd=folder,
            check=True,
            timeout=120,
            capture_output=True,
        )
        shutil.copyfile(path.with_suffix(".pdf"), target)


def run_browser(source: str, target: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "page.html"
        path.write_text(source, encoding="utf-8")
        subprocess.run(
            [
                "chromium",
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-pdf-tagging",
                f"--user-data-dir={folder}/profile",
                "--no-pdf-header-footer",
                f"--print-to-pdf={target.resolve()}",
                path.as_uri(),
            ],
            check=True,
            timeout=180,
            capture_output=True,
        )


def render_all(out: Path) -> list[Path]:
    """Every document that can be made here, as ``NAME.tune.pdf`` and ``NAME.report.pdf``."""
    out.mkdir(parents=True, exist_ok=True)
    made: list[Path] = []
    numbered = list(enumerate(ITEMS))
    halves = {"tune": numbered[: len(TUNED)], "report": numbered[len(TUNED) :]}
    for half, items in halves.items():
        for name, fonts in TEX_FONTS.items():
            if shutil.which("pdflatex") is None:
                print(f"{name}: left out, no pdflatex here", file=sys.stderr)
                continue
            made.append(out / f"{name}.{half}.pdf")
            run_tex(tex_source(items, fonts), made[-1])
        for name, font in BROWSER_FONTS.items():
            if shutil.which("chromium") is None:
                print(f"{name}: left out, no chromium here", file=sys.stderr)
                continue
            made.append(out / f"{name}.{half}.pdf")
            run_browser(html_source(items, font), made[-1])
    return made


if __name__ == "__main__":
    for path in render_all(Path(sys.argv[1] if len(sys.argv) > 1 else "out/rendered_formulas")):
        print(path)
