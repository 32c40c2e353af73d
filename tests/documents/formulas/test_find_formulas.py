"""Formulas of whole pages: what was typeset is read back, prose stays prose."""

from __future__ import annotations

import io
import json
import time
from pathlib import Path

import pytest
from glyph_text import BlankRaster, glyph, line, ocr_line, page, row
from PIL import Image as PillowImage

from open_autoglm.documents.content import Rect
from open_autoglm.documents.formulas import find_formulas
from open_autoglm.documents.formulas.find import BAR
from open_autoglm.documents.model import ReadBy
from open_autoglm.documents.pdf.file import PdfFile

EXAMPLE = Path(__file__).parents[3] / "examples" / "report.pdf"
DATA = Path(__file__).parent.parent.parent / "data" / "formulas"

READ = {
    "tex-cm": {
        r"x = \frac{-b \pm \sqrt{b^2 - 4ac}}{2a} \tag{1}": True,
        r"\sum_{k = 1}^{n}k^3 = \left( \frac{n(n + 1)}{2} \right)^2 \tag{2.1}": True,
        r"\begin{pmatrix} a & b \\ c & d \end{pmatrix}": True,
        r"f(x) = x^2": False,
        r"x \in A": False,
        r"\alpha \geq 0": False,
    },
    "tex-tx": {
        r"\lim_{h \to 0}\frac{f(x + h) - f(x)}{h} = f'(x)": True,
        r"\hat{\beta} = (X^TX)^{-1}X^Ty": True,
        r"\bar{x}": False,
        r"x_1, \ldots, x_n": False,
        r"\mu": False,
    },
    "browser": {
        r"e^{i\pi} + 1 = 0": True,
        r"\sum_{k = 0}^{n}\binom{n}{k} = 2^n \tag{3}": True,
        r"ax^2 + bx + c = 0": False,
        r"\Delta = b^2 - 4ac": False,
    },
}


@pytest.mark.parametrize("name", READ)
def test_every_formula_of_a_page_is_read_and_nothing_else(name: str) -> None:
    with PdfFile.open(DATA / f"{name}.pdf") as file:
        found = find_formulas(file.content(1), file.raster(1))
    assert {formula.latex: formula.display for formula in found} == READ[name]
    assert all(formula.read_by is ReadBy.TEXT_LAYER and formula.confidence >= 0.9 for formula in found)


def test_formulas_of_fonts_without_names_are_read_with_their_decimals() -> None:
    with PdfFile.open(EXAMPLE) as file:
        found = find_formulas(file.content(2), file.raster(2))
    assert [formula.latex for formula in found if formula.display] == [
        r"v = \frac{1}{n}R_h^{2/3}\sqrt{S} \tag{1}",
        r"\sigma_Q = \sqrt{\sigma_h^2 + \sigma_A^2 + \sigma_v^2} \tag{4}",
        r"Q = \sum_{i = 1}^{N}v_iA_i \tag{2}",
        r"Q = a(h - h_0)^b \tag{3}",
    ]
    assert {"a = 11.4", "b = 1.72", r"\sigma_h"} <= {
        formula.latex for formula in found if not formula.display
    }


def test_a_math_font_that_a_browser_stored_in_parts_is_one_font() -> None:
    letter = glyph("𝑥", 100, 100, font="unnamed-2")
    rest = row("∇⊗2", 106, 100, font="unnamed-3")
    prose = [line(row(f"Word{'s' * n}", 60, 200 + 20 * n, font="unnamed-1")) for n in range(4)]
    found = find_formulas(page(line([letter, *rest]), *prose), BlankRaster())
    assert [formula.latex for formula in found] == [r"x\nabla \otimes 2"]


def test_the_pages_say_what_was_set() -> None:
    truth = json.loads((DATA / "truth.json").read_text(encoding="utf-8"))
    assert set(truth) == set(READ)
    assert [sum(entry["display"] for entry in truth[name]) for name in truth] == [
        sum(READ[name].values()) for name in truth
    ]


def test_boxes_do_not_overlap() -> None:
    with PdfFile.open(DATA / "tex-cm.pdf") as file:
        found = find_formulas(file.content(1), file.raster(1))
    for index, one in enumerate(found):
        assert all(one.box.overlap(other.box) == 0 for other in found[index + 1 :])


def test_a_glyph_nobody_knows_gives_the_picture_and_the_raw_text() -> None:
    strange = [
        *row("x", 100, 100),
        glyph("=", 110, 100, font="CMR10"),
        glyph("\ue123", 120, 100, font="CMEX10"),
    ]
    found = find_formulas(page(line([*strange, *row("y", 126, 100)])), BlankRaster())
    assert len(found) == 1
    assert found[0].latex is None
    assert found[0].confidence < BAR
    assert found[0].raw_text == "x=\ue123y"
    assert found[0].note is not None
    assert found[0].image_png is not None
    assert PillowImage.open(io.BytesIO(found[0].image_png)).format == "PNG"


def test_bullets_and_footnote_marks_of_math_fonts_are_not_formulas() -> None:
    words = line([glyph("•", 100, 100, font="CMSY10"), *row("first", 110, 100, font="CMR10")])
    mark = line([*row("word", 100, 120, font="CMR10"), glyph("∗", 120, 116, font="CMSY7", size=7)])
    assert find_formulas(page(words, mark), BlankRaster()) == []


def test_italics_alone_are_not_formulas() -> None:
    text = line(row("x=y", 100, 100, font="Times-Italic"))
    assert find_formulas(page(text), BlankRaster()) == []


def test_a_scanned_line_that_looks_like_a_formula_is_handed_out_as_a_picture() -> None:
    prose = ocr_line("The roots of the equation are given by", Rect(50, 50, 400, 62), 0.98)
    suspect = ocr_line("x = ( y + z ) / 2", Rect(150, 80, 300, 95))
    found = find_formulas(page(prose, suspect), BlankRaster())
    assert len(found) == 1
    assert found[0].latex is None
    assert found[0].raw_text == "x = ( y + z ) / 2"
    assert found[0].read_by is ReadBy.OCR
    assert found[0].note is not None
    assert "no formula model installed" in found[0].note


@pytest.mark.parametrize(
    "text",
    ["Total = 45 pieces", "Room 12, 3rd floor", "a < b is written here", "会议 = 12", "2024-03-05", "A 3"],
)
def test_scanned_prose_and_numbers_stay_text(text: str) -> None:
    assert find_formulas(page(ocr_line(text, Rect(50, 50, 200, 62))), BlankRaster()) == []


def test_a_scanned_table_row_stays_text() -> None:
    left = ocr_line("Speed of the pump", Rect(50, 50, 200, 62))
    right = ocr_line("v = 3", Rect(300, 50, 330, 62))
    assert find_formulas(page(left, right), BlankRaster()) == []


@pytest.mark.shared_data
@pytest.mark.parametrize("name", ["2305.03393v1-pg9.pdf", "amt_handbook_sample.pdf", "multi_page.pdf"])
def test_pages_without_formulas_cost_little_and_give_nothing(shared_data: Path, name: str) -> None:
    with PdfFile.open(shared_data / "documents" / name) as file:
        for number in range(1, file.page_count + 1):
            content = file.content(number)
            start = time.process_time()
            assert find_formulas(content, file.raster(number)) == []
            assert time.process_time() - start < 0.03  # measured 0.001; the margin is for slow machines
