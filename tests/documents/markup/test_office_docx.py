"""DOCX: structure in the document's order."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import docx
import pytest
from docx.enum.text import WD_BREAK
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import qn
from lxml import etree
from markup_reading import opened, outline, pages_of, regions_of, rows, word_similarity
from PIL import Image

from open_autoglm.documents.markup.office_math import to_latex
from open_autoglm.documents.model import ReadBy, RegionType


def saved(document: Any, folder: Path) -> Path:
    path = folder / "a.docx"
    document.save(str(path))
    return path


def test_paragraphs_tables_and_headings_keep_their_order(tmp_path: Path) -> None:
    document = docx.Document()
    document.core_properties.title = "报告"
    document.add_heading("Title", 0)
    document.add_heading("One", 1)
    document.add_paragraph("before")
    document.add_table(1, 2).rows[0].cells[1].text = "cell"
    document.add_paragraph("after")
    document.add_paragraph("Figure 1", style="Caption")
    document.add_heading("Deeper", 3)
    path = saved(document, tmp_path)
    assert outline(path) == [
        ("title", "Title"),
        ("heading", "One"),
        ("paragraph", "before"),
        ("table", "\tcell"),
        ("paragraph", "after"),
        ("caption", "Figure 1"),
        ("heading", "Deeper"),
    ]
    assert regions_of(path)[-1].level == 3
    assert opened(path).title == "报告"
    assert {(region.confidence, region.read_by) for region in regions_of(path)} == {(1.0, ReadBy.MARKUP)}


def test_lists_have_depth_and_the_markers_that_word_shows(tmp_path: Path) -> None:
    document = docx.Document()
    for style in ("List Bullet", "List Number", "List Number", "List Bullet 2"):
        document.add_paragraph("x", style=style)
    items = regions_of(saved(document, tmp_path))
    assert [item.type for item in items] == [RegionType.LIST_ITEM] * 4
    assert [item.marker for item in items] == ["•", "1.", "2.", "•"]


def test_merged_cells_become_spans(tmp_path: Path) -> None:
    document = docx.Document()
    table = document.add_table(3, 3)
    for row in range(3):
        for column in range(3):
            table.cell(row, column).text = f"{row}{column}"
    table.cell(0, 0).merge(table.cell(0, 1))
    table.cell(1, 2).merge(table.cell(2, 2))
    (region,) = regions_of(saved(document, tmp_path))
    assert rows(region.table) == [["00\n01", "^", "02"], ["10", "11", "12\n22"], ["20", "21", "^"]]
    assert region.table is not None
    assert [cell.header for cell in region.table.cells if cell.row == 0] == [True, True]


def test_headers_footers_pictures_and_page_breaks(tmp_path: Path) -> None:
    document = docx.Document()
    document.sections[0].header.paragraphs[0].text = "running head"
    document.sections[0].footer.paragraphs[0].text = "foot"
    picture = io.BytesIO()
    Image.new("RGB", (20, 10), "red").save(picture, "PNG")
    document.add_paragraph("first page").add_run().add_break(WD_BREAK.PAGE)
    document.add_picture(picture)
    path = saved(document, tmp_path)
    first, second = pages_of(path)
    assert [(region.type.value, region.text) for region in first.regions] == [
        ("header", "running head"),
        ("footer", "foot"),
        ("paragraph", "first page"),
    ]
    (figure,) = second.regions
    assert figure.type is RegionType.FIGURE
    assert figure.image
    assert figure.page == 2
    assert first.width == pytest.approx(612)


def test_deleted_text_is_left_out_and_inserted_text_is_read(tmp_path: Path) -> None:
    document = docx.Document()
    paragraph = document.add_paragraph("kept ")
    for tag, text in (("w:del", "gone"), ("w:ins", "new")):
        change = OxmlElement(tag)
        run = OxmlElement("w:r")
        letters = OxmlElement("w:t")
        letters.text = text
        run.append(letters)
        change.append(run)
        paragraph._p.append(change)
    assert outline(saved(document, tmp_path)) == [("paragraph", "kept new")]


def test_a_formula_inside_text_and_one_of_its_own(tmp_path: Path) -> None:
    document = docx.Document()
    paragraph = document.add_paragraph("area ")
    paragraph._p.append(
        omml("<m:sSup><m:e><m:r><m:t>r</m:t></m:r></m:e><m:sup><m:r><m:t>2</m:t></m:r></m:sup></m:sSup>")
    )
    alone = document.add_paragraph()
    display = OxmlElement("m:oMathPara")
    display.append(omml("<m:r><m:t>E=mc</m:t></m:r>"))
    alone._p.append(display)
    inline, displayed = regions_of(saved(document, tmp_path))
    assert inline.markdown == "area $r^{2}$"
    assert displayed.formula is not None
    assert displayed.formula.latex == "E=mc"


def omml(inside: str) -> Any:
    namespace = 'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
    return parse_xml(f"<m:oMath {namespace}>{inside}</m:oMath>")


def run(text: str) -> str:
    return f"<m:r><m:t>{text}</m:t></m:r>"


@pytest.mark.parametrize(
    ("markup", "latex"),
    [
        (f"<m:f><m:num>{run('a')}</m:num><m:den>{run('b')}</m:den></m:f>", r"\frac{a}{b}"),
        (f"<m:rad><m:deg>{run('3')}</m:deg><m:e>{run('x')}</m:e></m:rad>", r"\sqrt[3]{x}"),
        (f"<m:rad><m:deg/><m:e>{run('x')}</m:e></m:rad>", r"\sqrt{x}"),
        (
            '<m:nary><m:naryPr><m:chr m:val="∑"/></m:naryPr>'
            f"<m:sub>{run('i=1')}</m:sub><m:sup>{run('n')}</m:sup><m:e>{run('i')}</m:e></m:nary>",
            r"\sum_{i=1}^{n}i",
        ),
        (
            f'<m:d><m:dPr><m:begChr m:val="["/><m:endChr m:val="]"/></m:dPr><m:e>{run("x")}</m:e></m:d>',
            r"\left[x\right]",
        ),
        (
            f"<m:m><m:mr><m:e>{run('a')}</m:e><m:e>{run('b')}</m:e></m:mr>"
            f"<m:mr><m:e>{run('c')}</m:e><m:e>{run('d')}</m:e></m:mr></m:m>",
            r"\begin{matrix} a & b \\ c & d \end{matrix}",
        ),
        (f"<m:func><m:fName>{run('sin')}</m:fName><m:e>{run('x')}</m:e></m:func>", r"\sin x"),
        (run("α≤β"), r"\alpha\leq\beta"),
        (run("50%"), r"50\%"),
    ],
)
def test_office_math_as_latex(markup: str, latex: str) -> None:
    assert to_latex(omml(markup)) == latex


def test_formulas_nested_without_end_stop_at_a_depth() -> None:
    element = etree.fromstring(
        '<m:oMath xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math">'
        + "<m:e>" * 200 + "</m:e>" * 200 + "</m:oMath>"
    )  # fmt: skip
    assert to_latex(element) == ""


def test_a_footnote_follows_the_paragraph_that_refers_to_it(tmp_path: Path) -> None:
    from docx.opc.constants import RELATIONSHIP_TYPE
    from docx.opc.packuri import PackURI
    from docx.opc.part import Part

    document = docx.Document()
    paragraph = document.add_paragraph("claim")
    reference = OxmlElement("w:footnoteReference")
    reference.set(qn("w:id"), "2")
    paragraph.add_run()._r.append(reference)
    notes = (
        '<w:footnotes xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
        '<w:footnote w:id="2"><w:p><w:r><w:t>proof</w:t></w:r></w:p></w:footnote></w:footnotes>'
    )
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"
    part = Part(PackURI("/word/footnotes.xml"), kind, notes.encode(), document.part.package)
    document.part.relate_to(part, RELATIONSHIP_TYPE.FOOTNOTES)
    assert outline(saved(document, tmp_path)) == [("paragraph", "claim"), ("footnote", "proof")]


@pytest.mark.shared_data
@pytest.mark.parametrize(("name", "least"), [("word_tables.docx", 0.99), ("equations.docx", 0.96)])
def test_real_documents_against_their_reference(shared_data: Path, name: str, least: float) -> None:
    assert word_similarity(shared_data / "documents" / name) >= least
