"""Tables on pages rendered from our own HTML, and table pictures: found, structure and content.

The scores are defined in ``table_score.py``. The rendered pages come in two draws: one on which the
finder's constants were set, and one that was kept apart.
"""

from __future__ import annotations

import json
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image as Pillow

from document_sections.reader_process import answers, number
from document_sections.section import Options, Section
from document_sections.table_score import COLUMNS, ReadTable, Score
from open_autoglm.documents.content import FoundTable, PageContent, Picture, Rect
from open_autoglm.documents.ocr.picture_file import FrameRaster
from open_autoglm.documents.ocr.recognize import complete
from open_autoglm.documents.pdf.file import PdfFile
from open_autoglm.documents.tables import find_tables
from open_autoglm.documents.tables.render import table_to_html
from rendered_pages.chromium import missing_fonts
from rendered_pages.page_sources import FONTS, pages
from rendered_pages.render import render

TUNED_SEED = 1
HELD_OUT_SEED = 21
SCAN_DPI = 200.0
SCANNED_STEP = 5
"""Every fifth page is read through OCR, which is slow; five, since styles come in groups of four."""
PEERS = ("pdfplumber", "markitdown", "rapid-doc")
TIME_LIMIT = 1200

Truth = list[list[ReadTable]]
"""The tables of each page."""


def measure(options: Options) -> Section:
    """One row a reader and draw; the last row reads the table pictures of PubTabNet."""
    section = Section("Tables: rendered pages with known truth", ["reader", *COLUMNS])
    if missing := missing_fonts(FONTS):
        section.notes.append(f"Fonts missing here, others stand for them: {', '.join(missing)}.")
    with tempfile.TemporaryDirectory() as scratch:
        try:
            _add_rendered(section, options, Path(scratch))
        except RuntimeError as error:
            section.notes.append(f"Rendered pages were not measured: {error}.")
    if (options.data / "tables").is_dir():
        section.rows.append(["open-autoglm, PubTabNet crops", *_pictures(options.data / "tables").cells()])
    section.notes += [
        "Found: intersection over union of boxes ≥ 0.5; markitdown gives no boxes: TEDS ≥ 0.5. A table",
        "that was missed has TEDS 0.",
        f"Draw {TUNED_SEED} tuned the finder, draw {HELD_OUT_SEED} was kept apart.",
        "OCR: every fifth page of the draw, as a picture.",
        "CPU s/page: reading the text and finding the tables; peers: the whole file, loading included.",
    ]
    return section


def _add_rendered(section: Section, options: Options, scratch: Path) -> None:
    """Raises RuntimeError where the pages can't be rendered."""
    if not options.quick:
        pdf, truth = _draw(TUNED_SEED, scratch)
        section.rows.append([f"open-autoglm, draw {TUNED_SEED}", *_ours(pdf, truth).cells()])
    pdf, truth = _draw(HELD_OUT_SEED, scratch)
    section.rows.append([f"open-autoglm, draw {HELD_OUT_SEED}", *_ours(pdf, truth).cells()])
    section.rows.append([f"open-autoglm, draw {HELD_OUT_SEED}, OCR", *_scanned(pdf, truth).cells()])
    for name in PEERS:
        score = _peer(name, options, pdf, truth)
        if isinstance(score, str):
            section.notes.append(f"{name}: {score}.")
        cells = ["-"] * len(COLUMNS) if isinstance(score, str) else score.cells()
        section.rows.append([f"{name}, draw {HELD_OUT_SEED}", *cells])


def _draw(seed: int, scratch: Path) -> tuple[Path, Truth]:
    folder = scratch / str(seed)
    pdf = render(pages(seed), folder)
    truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    return pdf, [[ReadTable(one["html"], Rect(*one["box"])) for one in page["tables"]] for page in truth]


def _ours(pdf: Path, truth: Truth) -> Score:
    score = Score(pages=len(truth))
    with PdfFile.open(pdf) as file:
        for page, tables in enumerate(truth, start=1):
            start = time.process_time()
            found = find_tables(file.content(page), file.raster(page))
            score.seconds += time.process_time() - start
            score.add_by_box(_as_html(found), tables)
    return score


def _scanned(pdf: Path, truth: Truth) -> Score:
    """Some of the pages as pictures only."""
    score = Score()
    with PdfFile.open(pdf) as file:
        for page in range(1, len(truth) + 1, SCANNED_STEP):
            native = file.content(page)
            raster = FrameRaster(file.raster(page).render(SCAN_DPI), SCAN_DPI)
            found = _read_picture(raster, native.width, native.height, score)
            score.add_by_box(_as_html(found), truth[page - 1])
    return score


def _read_picture(raster: FrameRaster, width: float, height: float, score: Score) -> list[FoundTable]:
    """The tables of a page that is one picture, as a scanner makes it; its cost goes to the score."""
    content = PageContent(1, width, height, pictures=[Picture(Rect(0.0, 0.0, width, height))])
    start = time.process_time()
    found = list(find_tables(complete(content, raster), raster))
    score.seconds += time.process_time() - start
    score.pages += 1
    return found


def _as_html(found: list[FoundTable]) -> list[ReadTable]:
    return [ReadTable(table_to_html(one.table), one.box) for one in found]


def _peer(name: str, options: Options, pdf: Path, truth: Truth) -> Score | str:
    """A peer's tables, read in its own environment."""
    found = answers(str(options.peer_python), "read_tables.py", [name, pdf], TIME_LIMIT)
    if isinstance(found, str):
        return found
    answer = found[-1]
    score = Score(seconds=number(answer, "cpu_s"), pages=len(truth))
    for tables, read in zip(truth, answer["pages"], strict=True):  # type: ignore[call-overload]  # JSON of a peer
        if all("box" in one for one in read):
            score.add_by_box([ReadTable(one["html"], Rect(*one["box"])) for one in read], tables)
        else:
            score.add_by_content([one["html"] for one in read], [one.html for one in tables])
    return score


def _pictures(folder: Path) -> Score:
    """Crops of single tables; the true box is the whole crop."""
    score = Score()
    for line in (folder / "pubtabnet_dev.jsonl").read_text(encoding="utf-8").splitlines():
        entry = json.loads(line)
        picture = Pillow.open(folder / entry["filename"]).convert("RGB")
        # The crops are drawn at about 72 dots an inch, with a margin as a page has.
        scaled = picture.resize((picture.width * 3, picture.height * 3), Pillow.Resampling.LANCZOS)
        sheet = Pillow.new("RGB", (scaled.width + 120, scaled.height + 120), "white")
        sheet.paste(scaled, (60, 60))
        raster = FrameRaster(np.asarray(sheet), 216.0)
        found = _read_picture(raster, sheet.width / 3, sheet.height / 3, score)
        box = Rect(20.0, 20.0, 20.0 + picture.width, 20.0 + picture.height)
        score.add_by_box(_as_html(found), [ReadTable(truth_html(entry), box)])
    return score


def truth_html(entry: dict[str, Any]) -> str:
    """PubTabNet's structure tokens with the text of each cell, markup of type left out."""
    cells = iter(entry["html"]["cells"])
    parts: list[str] = []
    for token in entry["html"]["structure"]["tokens"]:
        if token == "</td>":
            tokens = next(cells)["tokens"]
            text = "".join(one for one in tokens if not (len(one) > 1 and one.startswith("<")))
            parts.append(text.strip().replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"))
        parts.append(token)
    return f"<table>{''.join(parts)}</table>"
