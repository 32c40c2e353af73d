"""Makes examples/report.pdf from our own words: a document with everything that is hard to read.

Chinese and English, a title page, two columns, display and inline formulas, a bordered table with
spanning cells, a borderless one, a scanned page in a handwriting font, a page that lies on its side.

Only needed to change the example; the PDF is kept beside this script. It wants headless Chromium
(``--chromium PATH``) and the fonts Noto CJK, Latin Modern Math and SetoFont (Debian: chromium,
fonts-noto-cjk, fonts-lmodern, fonts-seto, fonts-lxgw-wenkai), and ``pypdfium2`` and ``pillow`` from the
environment:

    python examples/make_report.py
"""

from __future__ import annotations

import argparse
import io
import random
import subprocess
import tempfile
from pathlib import Path

import pypdfium2 as pdfium
from PIL import Image, ImageDraw, ImageFilter, ImageFont

HERE = Path(__file__).parent
HANDWRITING_FONT = Path("/usr/share/fonts/truetype/seto/setofont.ttf")
BRUSH_FONT = Path("/usr/share/fonts/truetype/lxgw-wenkai/LXGWWenKai-Regular.ttf")
"""Stands in for the characters that the handwriting font leaves empty."""
NOTES = HERE / "report" / "field_notes.txt"
SCAN_DPI = 150
A4_POINTS = (595, 842)


def print_html(source: Path, target: Path, chromium: str) -> None:
    """Chromium prints one HTML file to PDF, without a network."""
    with tempfile.TemporaryDirectory() as profile:
        subprocess.run(
            [
                chromium,
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--no-first-run",
                f"--user-data-dir={profile}",
                "--no-pdf-header-footer",
                f"--print-to-pdf={target}",
                source.as_uri(),
            ],
            check=True,
            capture_output=True,
            timeout=120,
        )


def draw_notes(text: str) -> Image.Image:
    """The field notes as a scanner sees them: uneven lines, paper, a slight turn, noise."""
    chance = random.Random(7)
    width, height = (round(points / 72 * SCAN_DPI) for points in A4_POINTS)
    paper = Image.new("RGB", (width, height), (247, 243, 232))
    draw = ImageDraw.Draw(paper)
    y = 130
    for line in text.splitlines():
        size = 40 if line.startswith("#") else 31
        written, brushed = (ImageFont.truetype(str(f), size) for f in (HANDWRITING_FONT, BRUSH_FONT))
        x = 110.0 + chance.uniform(-4, 4)
        for character in line.removeprefix("# "):
            ink = (28 + chance.randint(0, 25), 34 + chance.randint(0, 25), 92 + chance.randint(0, 30))
            font = written if character == " " or written.getmask(character).getbbox() else brushed
            draw.text((x, y + chance.uniform(-1.5, 1.5)), character, font=font, fill=ink)
            x += font.getlength(character) + chance.uniform(-0.4, 0.8)
        y += round(size * 1.75)
    noise = Image.effect_noise((width, height), 14).convert("RGB")
    turned = Image.blend(paper, noise, 0.06).rotate(0.7, expand=False, fillcolor=(247, 243, 232))
    return turned.filter(ImageFilter.GaussianBlur(0.6))


def scanned_page(picture: Image.Image) -> bytes:
    """A PDF of one page that is nothing but a JPEG."""
    out = io.BytesIO()
    picture.save(out, "PDF", resolution=SCAN_DPI, quality=72)
    return out.getvalue()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--chromium", default="chromium")
    chromium: str = parser.parse_args().chromium
    with tempfile.TemporaryDirectory() as folder:
        printed = Path(folder) / "printed.pdf"
        print_html(HERE / "report" / "report.html", printed, chromium)
        report = pdfium.PdfDocument.new()
        pages = pdfium.PdfDocument(printed)
        scan = pdfium.PdfDocument(scanned_page(draw_notes(NOTES.read_text(encoding="utf-8"))))
        last = len(pages) - 1
        report.import_pages(pages, list(range(last)))
        report.import_pages(scan)
        report.import_pages(pages, [last])
        report[last + 1].set_rotation(90)
        report.save(HERE / "report.pdf")
    print(f"{HERE / 'report.pdf'}: {last + 2} pages, {(HERE / 'report.pdf').stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
