"""Whole pages of real and drawn files: text in the order a person reads it."""

from __future__ import annotations

from pathlib import Path

import pytest
from page_samples import draw_pdf, write

from open_autoglm.documents.model import Page, RegionType
from open_autoglm.documents.page_reader import read_page
from open_autoglm.documents.pdf.file import PdfFile
from open_autoglm.evaluation.text_similarity import word_similarity


def read(path: Path) -> list[Page]:
    with PdfFile.open(path) as file:
        numbers = range(1, file.page_count + 1)
        return [read_page(file.content(number), file.raster(number)) for number in numbers]


def text(pages: list[Page]) -> str:
    """What Markdown shows: everything but headers, footers and labels in figures."""
    hidden = (RegionType.HEADER, RegionType.FOOTER, RegionType.FIGURE)
    return "\n".join(
        f"{region.marker or ''} {region.text}"
        for page in pages
        for region in page.regions
        if region.type not in hidden
    )


def test_columns_stored_row_by_row_are_read_one_after_the_other(tmp_path: Path) -> None:
    left = [f"the left column goes on in line {number}" for number in range(8)]
    right = [f"while the right one has line {number}" for number in range(8)]
    rows = [
        (x, 100.0 + 12 * index, line)
        for index, pair in enumerate(zip(left, right, strict=True))
        for x, line in zip((20.0, 215.0), pair, strict=True)
    ]
    pages = read(draw_pdf(tmp_path / "a.pdf", write(*rows, size=9)))
    assert text(pages).split() == " ".join([*left, *right]).split()


@pytest.mark.shared_data
@pytest.mark.parametrize(
    ("name", "least"),
    [
        ("2305.03393v1-pg9", 0.89),
        ("amt_handbook_sample", 0.95),
        ("multi_page", 0.99),
        ("right_to_left_01", 0.99),
    ],
)
def test_real_pages(shared_data: Path, name: str, least: float) -> None:
    path = shared_data / "documents" / f"{name}.pdf"
    reference = path.with_suffix(".gt.md").read_text("utf-8")
    assert word_similarity(text(read(path)), reference) >= least


@pytest.mark.shared_data
def test_a_wide_table_with_small_figures(shared_data: Path) -> None:
    [page] = read(shared_data / "documents" / "nics-background-checks-2015-11.pdf")
    assert page.regions[0].type is RegionType.TITLE
    assert page.regions[0].text == "NICS Firearm Background Checks November - 2015"
    whole = text([page])
    assert all(value in whole for value in ("71,137", "5,017", "2,236,457"))


@pytest.mark.shared_data
def test_headings_lists_and_captions_of_real_pages(shared_data: Path) -> None:
    pages = read(shared_data / "documents" / "multi_page.pdf")
    headings = [r.text for page in pages for r in page.regions if r.type is RegionType.HEADING]
    items = [r for page in pages for r in page.regions if r.type is RegionType.LIST_ITEM]
    assert headings[:2] == [
        "The Evolution of the Word Processor",
        "Pre-Digital Era (19th - Early 20th Century)",
    ]
    assert len(headings) == 11
    assert {item.marker for item in items} == {"•", "1.", "2.", "3.", "4.", "5."}
    [handbook] = read(shared_data / "documents" / "amt_handbook_sample.pdf")
    captions = [r.text for r in handbook.regions if r.type is RegionType.CAPTION]
    assert captions == ["Figure 7-26. Self-locking nuts.", "Figure 7-27. Stainless steel self-locking nut."]
    assert handbook.regions[-1].type is RegionType.FOOTER
