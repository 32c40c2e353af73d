"""A document as Markdown: structure kept, the document's own signs made literal."""

from __future__ import annotations

import pytest

from open_autoglm.documents.markdown import document_to_markdown, escape, region_to_markdown
from open_autoglm.documents.model import (
    Document,
    Formula,
    Page,
    ReadBy,
    Region,
    RegionType,
    Source,
    Table,
    TableCell,
)


def region(kind: RegionType, text: str = "", **more: object) -> Region:
    return Region.model_validate(
        {
            "id": "p1r1",
            "page": 1,
            "box": None,
            "type": kind,
            "text": text,
            "confidence": 1.0,
            "read_by": ReadBy.TEXT_LAYER,
            **more,
        }
    )


def document(*pages: Page) -> Document:
    source = Source(
        name="a.pdf", sha256="0" * 64, media_type="application/pdf", size_bytes=1, page_count=len(pages)
    )
    return Document(source=source, pages=pages)


@pytest.mark.parametrize(
    ("plain", "literal"),
    [
        ("2 * 3 < 7", r"2 \* 3 \< 7"),
        ("snake_case stays", "snake_case stays"),
        ("_edge_", r"\_edge\_"),
        ("# not a heading", r"\# not a heading"),
        ("1. not a list", r"\1. not a list"),
        ("costs $5", r"costs \$5"),
        ("中文，不变。", "中文，不变。"),
    ],
)
def test_signs_of_the_text_are_literal(plain: str, literal: str) -> None:
    assert escape(plain) == literal


@pytest.mark.parametrize(
    ("made", "markdown"),
    [
        (region(RegionType.TITLE, "Annual\nreport"), "# Annual report"),
        (region(RegionType.HEADING, "Scope", level=2), "### Scope"),
        (region(RegionType.LIST_ITEM, "first", marker="1."), "1. first"),
        (region(RegionType.LIST_ITEM, "deep", marker="•", level=2), "  - deep"),
        (region(RegionType.LIST_ITEM, "甲方应当付款", marker="（一）"), "- （一） 甲方应当付款"),
        (region(RegionType.CODE, "a = `b`"), "```\na = `b`\n```"),
        (region(RegionType.CAPTION, "Table 1"), "*Table 1*"),
        (region(RegionType.PARAGRAPH, "x2", markdown="$x^2$"), "$x^2$"),
        (region(RegionType.FORMULA, formula=Formula(latex=r"\frac{a}{b}")), "$$\n\\frac{a}{b}\n$$"),
        (
            region(RegionType.FORMULA, formula=Formula(latex=None, raw_text="a/b")),
            "[formula not read as LaTeX] a/b",
        ),
    ],
)
def test_each_type_has_its_form(made: Region, markdown: str) -> None:
    assert region_to_markdown(made) == markdown


def test_a_table_is_gfm_and_one_with_spans_is_html() -> None:
    plain = Table(rows=1, columns=2, cells=(TableCell(row=0, column=0, text="a"), TableCell(row=0, column=1)))
    assert "| a |" in region_to_markdown(region(RegionType.TABLE, table=plain))
    spanning = Table(rows=1, columns=2, cells=(TableCell(row=0, column=0, column_span=2, text="a"),))
    assert 'colspan="2"' in region_to_markdown(region(RegionType.TABLE, table=spanning))


def test_neighbouring_items_stay_one_list_and_headers_are_left_out() -> None:
    page = Page(
        number=1,
        width=100,
        height=100,
        regions=(
            region(RegionType.HEADER, "running"),
            region(RegionType.LIST_ITEM, "a", marker="-"),
            region(RegionType.LIST_ITEM, "b", marker="-"),
            region(RegionType.PARAGRAPH, "after"),
        ),
    )
    assert document_to_markdown(document(page), page_marks=False) == "- a\n- b\n\nafter\n"


def test_a_failed_page_says_so_in_its_place() -> None:
    text = document_to_markdown(document(Page(number=7, width=1, height=1, error="It took over 60 s.")))
    assert "<!-- page 7 -->" in text
    assert "> Page 7 was not read: It took over 60 s." in text
