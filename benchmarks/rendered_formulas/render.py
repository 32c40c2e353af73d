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
from collections.abc import Callable
from functools import partial
from pathlib import Path

from latex2mathml.converter import convert

from rendered_formulas.corpus import INLINE, ITEMS, PROSE, TUNED, Item
from rendered_pages.chromium import missing_fonts, print_to_pdf

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
    """Raises RuntimeError where there is no pdflatex, or a package is missing."""
    if shutil.which("pdflatex") is None:
        raise RuntimeError("pdflatex is not installed here (Debian: texlive-latex-base)")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "page.tex"
        path.write_text(source, encoding="utf-8")
        command = ["pdflatex", "-interaction=batchmode", "-halt-on-error", path.name]
        done = subprocess.run(command, cwd=folder, check=False, timeout=120, capture_output=True)
        if done.returncode:
            log = path.with_suffix(".log").read_text("utf-8", "replace").splitlines()
            reason = next((line for line in log if line.startswith("!")), "no reason given")
            raise RuntimeError(f"pdflatex stopped with {reason.strip('! .')}")
        shutil.copyfile(path.with_suffix(".pdf"), target)


def run_browser(source: str, target: Path) -> None:
    """Raises RuntimeError where there is no Chromium, or it fails."""
    print_to_pdf(source, target, "--disable-pdf-tagging")


def render_half(half: str, out: Path) -> tuple[list[Path], list[str]]:
    """The ``tune`` or ``report`` half as ``NAME.HALF.pdf``, and a sentence for each that is left out."""
    out.mkdir(parents=True, exist_ok=True)
    numbered = list(enumerate(ITEMS))
    items = numbered[: len(TUNED)] if half == "tune" else numbered[len(TUNED) :]
    makers: list[tuple[str, Callable[[Path], None]]] = [
        (name, partial(run_tex, tex_source(items, fonts))) for name, fonts in TEX_FONTS.items()
    ]
    makers += [(name, partial(run_browser, html_source(items, font))) for name, font in BROWSER_FONTS.items()]
    made: list[Path] = []
    left_out = [f"No font {font}: its pages are set in another." for font in missing_math_fonts()]
    for name, make in makers:
        path = out / f"{name}.{half}.pdf"
        try:
            make(path)
        except RuntimeError as error:
            left_out.append(f"{name} was left out: {error}.")
        else:
            made.append(path)
    return made, left_out


def missing_math_fonts() -> list[str]:
    """The first family of each list that has none of its families here."""
    lists = [[name.strip() for name in families.split(",")] for families in BROWSER_FONTS.values()]
    return [families[0] for families in lists if len(missing_fonts(families)) == len(families)]


def main() -> None:
    out = Path(sys.argv[1] if len(sys.argv) > 1 else "out/rendered_formulas")
    for half in ("tune", "report"):
        made, left_out = render_half(half, out)
        print("\n".join([*map(str, made), *left_out]))


if __name__ == "__main__":
    main()
