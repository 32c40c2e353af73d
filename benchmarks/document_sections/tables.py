"""Tables on pages rendered from our own HTML, and table pictures: found, structure and content.

A table is found when its box and a true box share at least half of their union (intersection over
union, greedy, each box once). TEDS is the mean over all true tables, a missed one counting 0; TEDS-Struct
leaves the contents out. Peers that give no boxes are matched by content: each true table to the table
most alike, found from TEDS 0.5 on. Seeds: 1 was used to set the finder's constants, 8 was not.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from PIL import Image as Pillow

from document_sections.section import Options, Section
from open_autoglm.documents.content import PageContent, Picture, Rect
from open_autoglm.documents.ocr.picture_file import FrameRaster
from open_autoglm.documents.ocr.recognize import complete
from open_autoglm.documents.pdf.file import PdfFile
from open_autoglm.documents.tables import find_tables
from open_autoglm.documents.tables.render import table_to_html
from open_autoglm.evaluation.teds import teds
from rendered_pages.chromium import render
from rendered_pages.page_sources import pages

SEEDS = (1, 8)
SCAN_DPI = 200.0
SCANNED_PAGES = 24
"""Pages read through OCR, evenly taken from the corpus: OCR is slow, structure is what is measured."""
PEERS = ("pdfplumber", "markitdown")
SAME_PLACE = 0.5


@dataclass(slots=True)
class Score:
    """Counts and sums over true tables."""

    right: int = 0
    missed: int = 0
    wrong: int = 0
    content: list[float] = field(default_factory=list)
    structure: list[float] = field(default_factory=list)
    seconds: float = 0.0
    pages: int = 0

    def cells(self) -> list[str]:
        precision = self.right / max(self.right + self.wrong, 1)
        recall = self.right / max(self.right + self.missed, 1)
        f1 = 2 * precision * recall / max(precision + recall, 1e-9)
        count = max(len(self.content), 1)
        return [
            f"{precision:.3f}",
            f"{recall:.3f}",
            f"{f1:.3f}",
            f"{sum(self.content) / count:.3f}",
            f"{sum(self.structure) / count:.3f}",
            str(len(self.content)),
            f"{self.seconds / max(self.pages, 1):.3f}",
        ]

    def add(self, pairs: Sequence[tuple[str | None, str]], surplus: int) -> None:
        """``pairs``: what was found for each true table (None: nothing) and its truth."""
        self.pages += 1
        self.wrong += surplus
        for found, truth in pairs:
            self.right += found is not None
            self.missed += found is None
            self.content.append(teds(found or "", truth))
            self.structure.append(teds(found or "", truth, structure_only=True))


def measure(options: Options) -> Section:
    """One row a reader and seed; the last row reads the table pictures of PubTabNet."""
    columns = ["reader", "precision", "recall", "F1", "TEDS", "TEDS-Struct", "tables", "CPU s/page"]
    section = Section("Tables: rendered pages with known truth", columns)
    with tempfile.TemporaryDirectory() as scratch:
        for seed in SEEDS[-1:] if options.quick else SEEDS:
            folder = Path(scratch) / str(seed)
            try:
                pdf = render(pages(seed), folder)
            except RuntimeError as error:
                section.notes.append(f"not measured: {error}")
                break
            truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
            section.rows.append([f"open-autoglm, seed {seed}", *_ours(pdf, truth).cells()])
            if seed == SEEDS[-1]:
                section.rows.append([f"open-autoglm, OCR, seed {seed}", *_scanned(pdf, truth).cells()])
                section.rows.extend(_peer(name, options, pdf, truth, seed) for name in PEERS)
    if (options.data / "tables").is_dir():
        section.rows.append(["open-autoglm, PubTabNet crops", *_pictures(options.data / "tables").cells()])
    section.notes += [
        "Found: intersection over union of boxes ≥ 0.5; peers without boxes: TEDS ≥ 0.5. A miss has TEDS 0.",
        "Seed 1 tuned the finder, seed 8 did not. CPU s/page: finding the tables (OCR rows: reading too).",
    ]
    return section


def _ours(pdf: Path, truth: list[dict]) -> Score:  # type: ignore[type-arg]
    score = Score()
    with PdfFile.open(pdf) as file:
        for number, page in enumerate(truth, start=1):
            _read(file.content(number), file.raster(number), page["tables"], score, ocr=False)
    return score


def _scanned(pdf: Path, truth: list[dict]) -> Score:  # type: ignore[type-arg]
    """The same pages as pictures only."""
    score = Score()
    step = max(1, len(truth) // SCANNED_PAGES)
    with PdfFile.open(pdf) as file:
        for number in range(1, len(truth) + 1, step):
            native = file.content(number)
            raster = FrameRaster(file.raster(number).render(SCAN_DPI), SCAN_DPI)
            content = _sheet(number, native.width, native.height)
            _read(content, raster, truth[number - 1]["tables"], score, ocr=True)
    return score


def _sheet(number: int, width: float, height: float) -> PageContent:
    """A page that is one picture, as a scanner makes it."""
    return PageContent(number, width, height, pictures=[Picture(Rect(0.0, 0.0, width, height))])


def _read(content, raster, tables, score: Score, *, ocr: bool) -> None:  # type: ignore[no-untyped-def]
    start = time.process_time()
    if ocr:
        content = complete(content, raster)
    left = list(find_tables(content, raster))
    score.seconds += time.process_time() - start
    pairs: list[tuple[str | None, str]] = []
    for true in tables:
        box = Rect(*true["box"])
        best = max(left, key=lambda one: _overlap(one.box, box), default=None)
        if best is not None and _overlap(best.box, box) >= SAME_PLACE:
            left.remove(best)
            pairs.append((table_to_html(best.table), true["html"]))
        else:
            pairs.append((None, true["html"]))
    score.add(pairs, len(left))


def _overlap(first: Rect, second: Rect) -> float:
    shared = first.overlap(second)
    return shared / (first.width * first.height + second.width * second.height - shared)


def _peer(name: str, options: Options, pdf: Path, truth: list[dict], seed: int) -> list[str]:  # type: ignore[type-arg]
    """A peer's tables, read in its own environment, matched by content."""
    label = f"{name}, seed {seed}"
    script = Path(__file__).with_name("read_tables.py")
    command = [str(options.peer_python), "-X", "utf8", str(script), name, str(pdf)]
    try:
        done = subprocess.run(command, capture_output=True, timeout=1200, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return [label, *["-"] * 6, f"failed: {type(error).__name__}"]
    lines = [line for line in done.stdout.decode("utf-8", "replace").splitlines() if line.startswith("{")]
    if not lines:
        return [label, *["-"] * 6, "not installed" if b"missing" in done.stdout else "failed"]
    answer = json.loads(lines[-1])
    if "missing" in answer:
        return [label, *["-"] * 6, "not installed"]
    score = Score(seconds=float(answer["cpu_s"]))
    by_page: list[list[str]] | None = answer.get("pages")
    groups = (
        [(page["tables"], found) for page, found in zip(truth, by_page, strict=True)]
        if by_page is not None
        else [([table for page in truth for table in page["tables"]], answer["tables"])]
    )
    for tables, found in groups:
        _match_by_content(tables, list(found), score)
    score.pages = len(truth)
    return [label, *score.cells()]


def _match_by_content(tables: list[dict], left: list[str], score: Score) -> None:  # type: ignore[type-arg]
    pairs: list[tuple[str | None, str]] = []
    for true in tables:
        scored = [(teds(one, true["html"]), index) for index, one in enumerate(left)]
        best, index = max(scored, default=(0.0, -1))
        pairs.append((left.pop(index) if best >= SAME_PLACE else None, true["html"]))
    score.add(pairs, len(left))


def _pictures(folder: Path) -> Score:
    """Crops of single tables: the largest table found is compared; boxes are not known."""
    score = Score()
    for line in (folder / "pubtabnet_dev.jsonl").read_text(encoding="utf-8").splitlines():
        entry = json.loads(line)
        picture = Pillow.open(folder / entry["filename"]).convert("RGB")
        # The crops are drawn at about 72 dots an inch, with a margin as a page has.
        scaled = picture.resize((picture.width * 3, picture.height * 3), Pillow.Resampling.LANCZOS)
        sheet = Pillow.new("RGB", (scaled.width + 120, scaled.height + 120), "white")
        sheet.paste(scaled, (60, 60))
        raster = FrameRaster(np.asarray(sheet), 216.0)
        content = _sheet(1, sheet.width / 3, sheet.height / 3)
        start = time.process_time()
        found = find_tables(complete(content, raster), raster)
        score.seconds += time.process_time() - start
        best = max(found, key=lambda one: one.box.width * one.box.height, default=None)
        html = table_to_html(best.table) if best is not None else None
        score.add([(html, truth_html(entry))], max(len(found) - 1, 0))
    return score


def truth_html(entry: dict) -> str:  # type: ignore[type-arg]
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
