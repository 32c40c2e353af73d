"""Formulas: LaTeX of a typeset corpus read back, and false alarms on pages without formulas."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from document_sections.section import Options, Section
from open_autoglm.documents.formulas import find_formulas
from open_autoglm.documents.pdf.file import PdfFile
from rendered_formulas.corpus import ITEMS, TUNED
from rendered_formulas.measure import Tally, add
from rendered_formulas.measure import measure as measure_document
from rendered_formulas.render import render_half

NO_FORMULAS = ("2305.03393v1-pg9", "amt_handbook_sample", "multi_page")


def measure(options: Options) -> Section:
    """One row a typeset document of the held-out corpus, one for the pages without formulas."""
    section = Section(
        "Formulas: held-out corpus, typeset here and read back as LaTeX",
        ["document", "formulas", "precision", "recall", "token similarity", "exact", "CPU ms/page"],
    )
    with tempfile.TemporaryDirectory() as folder:
        _add_rendered(section, Path(folder))
    section.rows.append(_without_formulas(options))
    section.notes += [
        "precision and recall of detection; a formula missed or without LaTeX counts as similarity 0.",
        "exact: equal after removing spacing and sizes, with one name a symbol (rendered_formulas/score.py).",
        "First reading of the held-out corpus: similarity 0.945, exact 0.884, precision 0.962, recall 0.956;",
        "what it showed was mended since, so the rows above are no longer a blind measurement.",
    ]
    return section


def _add_rendered(section: Section, folder: Path) -> None:
    made, left_out = render_half("report", folder)
    section.notes += left_out
    total = Tally()
    numbers = set(range(len(TUNED), len(ITEMS)))
    for path in made:
        tally = measure_document(path, numbers, tex=path.name.startswith("tex"))
        add(total, tally)
        section.rows.append(_row(path.name.removesuffix(".report.pdf"), tally))
    if made:
        section.rows.append(_row("all", total))


def _row(name: str, tally: Tally) -> list[str]:
    true = max(1, tally.true)
    return [
        name,
        str(tally.true),
        f"{tally.matched / max(1, tally.found):.3f}",
        f"{tally.matched / true:.3f}",
        f"{tally.similar / true:.3f}",
        f"{tally.exact / true:.3f}",
        f"{1000 * tally.seconds / max(1, tally.pages):.1f}",
    ]


def _without_formulas(options: Options) -> list[str]:
    false_alarms = pages = 0
    seconds = 0.0
    for name in NO_FORMULAS:
        with PdfFile.open(options.data / "documents" / f"{name}.pdf") as file:
            for number in range(1, file.page_count + 1):
                content = file.content(number)
                start = time.process_time()
                false_alarms += len(find_formulas(content, file.raster(number)))
                seconds += time.process_time() - start
                pages += 1
    return [
        f"{pages} pages without formulas",
        "0",
        f"{false_alarms} false alarms",
        "-",
        "-",
        "-",
        f"{1000 * seconds / pages:.1f}",
    ]
