"""A document as chunks: what stands together, what is never cut, and where each piece stands."""

from __future__ import annotations

import time
from collections.abc import Sequence

import pytest

from open_autoglm.documents.model import (
    Box,
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
from open_autoglm.knowledge.chunk import Chunk
from open_autoglm.knowledge.chunking.chunk_document import chunk_document

SENTENCE = "员工应当提前三个工作日提交请假申请，经部门主管批准之后方可生效。"
ENGLISH = "The firewall drops every packet that no rule has accepted before. "


def region(kind: RegionType, text: str = "", page: int = 1, **more: object) -> Region:
    box = Box(x0=10, y0=10 * page, x1=200, y1=20 * page)
    fields = {"id": "r", "page": page, "box": box, "confidence": 1.0, "read_by": ReadBy.TEXT_LAYER}
    return Region.model_validate({**fields, "type": kind, "text": text, **more})


def document(*pages: Sequence[Region]) -> Document:
    return Document(
        source=Source(name="a.pdf", sha256="0", media_type="application/pdf", size_bytes=1, page_count=1),
        pages=tuple(
            Page(number=number, width=500, height=800, regions=tuple(regions))
            for number, regions in enumerate(pages, start=1)
        ),
    )


def chunked(*regions: Region) -> tuple[Chunk, ...]:
    return chunk_document(document(regions))


def grid(rows: int, columns: int = 3, words: str = "value") -> Table:
    return Table(
        rows=rows,
        columns=columns,
        cells=tuple(
            TableCell(
                row=row,
                column=column,
                text=f"head {column}" if row == 0 else f"{words} {row}.{column}",
                header=row == 0,
                box=Box(x0=0, y0=row, x1=10, y1=row + 1),
            )
            for row in range(rows)
            for column in range(columns)
        ),
    )


def paragraph(text: str, page: int = 1) -> Region:
    return region(RegionType.PARAGRAPH, text, page)


def heading(text: str, level: int = 1) -> Region:
    return region(RegionType.HEADING, text, level=level)


def windows(chunk: Chunk) -> list[str]:
    return [chunk.text[window.start : window.end] for window in chunk.windows]


def test_short_paragraphs_under_a_heading_are_one_chunk() -> None:
    (only,) = chunked(heading("请假"), paragraph("事假三天。"), paragraph("病假十天。"))
    assert (only.text, only.headings, only.kind) == ("事假三天。\n病假十天。", ("请假",), "text")


def test_headings_part_chunks_and_are_a_path() -> None:
    title = region(RegionType.TITLE, "员工手册")
    found = chunked(
        title, heading("假期"), heading("年假", 2), paragraph("五天。"), heading("工资"), paragraph("月底。")
    )
    assert [one.headings for one in found] == [("员工手册", "假期", "年假"), ("员工手册", "工资")]
    assert "员工手册" not in found[0].text


def test_a_heading_with_nothing_below_it_is_found_by_itself() -> None:
    found = chunked(
        heading("第一章"), heading("附录", 2), heading("第二章"), paragraph("正文。"), heading("完")
    )
    assert [(one.text, one.headings) for one in found] == [
        ("附录", ("第一章",)),
        ("正文。", ("第二章",)),
        ("完", ()),
    ]


@pytest.mark.parametrize("sentence", [SENTENCE, ENGLISH])
def test_long_paragraphs_are_cut_after_sentences(sentence: str) -> None:
    found = chunked(paragraph(sentence * 40))
    assert all(one.text.endswith(("。", ".")) for one in found)
    assert all(250 <= len(one.text) <= 500 for one in found)
    assert "".join(one.text for one in found).replace(" ", "") == (sentence * 40).replace(" ", "")


@pytest.mark.parametrize("text", ["字" * 3000, "word " * 600, "字，" * 1500])
def test_a_text_without_sentences_is_cut_all_the_same(text: str) -> None:
    assert all(len(one.text) <= 500 for one in chunked(paragraph(text)))


def test_abbreviations_and_numbers_end_no_sentence() -> None:
    text = "See Fig. 3 of the report, e.g. version 3.5 of it. " * 20
    assert all(one.text.endswith("of it.") for one in chunked(paragraph(text)))


@pytest.mark.parametrize("text", [SENTENCE * 10, ENGLISH * 7, "a\nb\n" * 50, "字" * 490, "x"])
def test_windows_cover_the_text_in_order(text: str) -> None:
    for one in chunked(paragraph(text)):
        assert "".join(windows(one)) == one.text
        assert all(windows(one))


def test_windows_end_where_sentences_or_clauses_end() -> None:
    (only,) = chunked(paragraph(SENTENCE * 12))
    assert all(window[-1] in "。，" for window in windows(only))
    assert all(60 <= len(window) <= 130 for window in windows(only))


def test_a_list_is_one_chunk_with_its_markers() -> None:
    items = [region(RegionType.LIST_ITEM, f"第{n}步", marker=f"{n}.", level=1 + (n == 2)) for n in (1, 2, 3)]
    (only,) = chunked(*items)
    assert (only.kind, only.text) == ("list", "1. 第1步\n  2. 第2步\n3. 第3步")


def test_a_short_table_is_whole_with_its_caption() -> None:
    caption = region(RegionType.CAPTION, "Table 1: limits")
    first, second = chunked(paragraph(ENGLISH), caption, region(RegionType.TABLE, table=grid(4)))
    assert first.text == ENGLISH.strip()
    assert second.kind == "table"
    assert second.text.splitlines() == [
        "Table 1: limits",
        "| head 0 | head 1 | head 2 |",
        "| --- | --- | --- |",
        "| value 1.0 | value 1.1 | value 1.2 |",
        "| value 2.0 | value 2.1 | value 2.2 |",
        "| value 3.0 | value 3.1 | value 3.2 |",
    ]


def test_pieces_of_a_long_table_have_its_caption_its_header_and_whole_rows() -> None:
    found = chunked(paragraph("表 3 各项限制"), region(RegionType.TABLE, table=grid(60)))
    assert len(found) > 3
    assert all(one.text.startswith("表 3 各项限制\n| head 0 | head 1 | head 2 |\n| --- |") for one in found)
    rows = [line for one in found for line in one.text.splitlines()[3:]]
    assert rows == [f"| value {n}.0 | value {n}.1 | value {n}.2 |" for n in range(1, 60)]
    assert all(len(one.text) <= 500 for one in found)
    assert all(window.endswith("|\n") for one in found for window in windows(one)[:-1])


def test_a_row_is_never_cut() -> None:
    found = chunked(region(RegionType.TABLE, table=grid(3, words="long " * 200)))
    assert [len(one.text.splitlines()) for one in found] == [3, 3]
    assert all(len(windows(one)) <= 2 for one in found)


def test_a_cell_over_several_rows_stands_in_each_of_them() -> None:
    cells = (
        TableCell(row=0, column=0, text="地区", header=True),
        TableCell(row=0, column=1, text="销量", header=True),
        TableCell(row=1, column=0, row_span=2, text="华东"),
        TableCell(row=1, column=1, text="5|6"),
        TableCell(row=2, column=1, text="7"),
    )
    (only,) = chunked(region(RegionType.TABLE, table=Table(rows=3, columns=2, cells=cells)))
    assert only.text.splitlines()[2:] == ["| 华东 | 5\\|6 |", "| 华东 | 7 |"]


def test_a_cell_over_all_columns_stands_once() -> None:
    cells = (
        TableCell(row=0, column=0, text="地区", header=True),
        TableCell(row=0, column=1, text="销量", header=True),
        TableCell(row=1, column=0, column_span=2, text="以下为估计"),
        TableCell(row=2, column=0, text="华东"),
        TableCell(row=2, column=1, text="7"),
    )
    (only,) = chunked(region(RegionType.TABLE, table=Table(rows=3, columns=2, cells=cells)))
    assert only.text.splitlines()[2:] == ["| 以下为估计 |  |", "| 华东 | 7 |"]


def test_pieces_of_a_table_have_the_box_of_their_rows() -> None:
    last = chunked(region(RegionType.TABLE, table=grid(60)))[-1]
    (place,) = last.places
    assert place.box is not None
    assert place.box.y1 == 60
    assert place.box.y0 > 30


def test_code_and_formulas_are_not_cut() -> None:
    code = "\n".join(f"iptables -A INPUT -p tcp --dport {port} -j ACCEPT" for port in range(40))
    latex = "+".join(f"x_{{{n}}}^2" for n in range(200))
    found = chunked(region(RegionType.CODE, code), region(RegionType.FORMULA, formula=Formula(latex=latex)))
    assert [(one.kind, one.text) for one in found] == [("code", code), ("formula", f"$${latex}$$")]


def test_code_beyond_what_anybody_reads_is_cut_after_lines() -> None:
    found = chunked(region(RegionType.CODE, "call(1)\n" * 20_000))
    assert all(len(one.text) <= 500 and set(one.text.splitlines()) == {"call(1)"} for one in found)


def test_furniture_of_pages_is_left_out() -> None:
    assert not chunked(region(RegionType.HEADER, "Confidential"), region(RegionType.FOOTER, "page 3"))


def test_a_table_of_contents_is_left_out() -> None:
    names = ["请假", "工资", "考勤", "离职"]
    contents = [
        region(RegionType.LIST_ITEM, f"{name} ..... {n}", marker=f"{n}.") for n, name in enumerate(names)
    ]
    body = [part for name in names for part in (heading(f"1. {name}"), paragraph(f"{name}的规定。"))]
    assert [one.text for one in chunked(*contents, *body)] == [f"{name}的规定。" for name in names]


def test_a_mention_of_a_heading_is_kept() -> None:
    found = chunked(heading("请假"), paragraph("工资"), heading("工资"), paragraph("月底发放。"))
    assert [one.text for one in found] == ["工资", "月底发放。"]


def test_a_paragraph_goes_on_on_the_next_page() -> None:
    (only,) = chunk_document(document([paragraph("本制度适用于全体")], [paragraph("正式员工。", 2)]))
    assert only.text == "本制度适用于全体正式员工。"
    assert [place.page for place in only.places] == [1, 2]
    assert only.page == 1


def test_lines_that_were_full_are_joined() -> None:
    wrapped = "员工应当提前三个工作日提交请假申请，经部门主管\n批准之后方可生效，否则按照旷工处理。"
    (only,) = chunked(paragraph(wrapped))
    assert only.text == wrapped.replace("\n", "")


def test_short_lines_stay_lines() -> None:
    (only,) = chunked(paragraph("Name: Li Lei\nRoom: 305\nPhone: 4410"))
    assert only.text == "Name: Li Lei\nRoom: 305\nPhone: 4410"


def test_an_empty_document_has_no_chunks() -> None:
    assert chunk_document(document()) == ()
    assert chunked(paragraph(" \n "), region(RegionType.FIGURE)) == ()


def test_a_file_of_ten_megabytes_takes_seconds() -> None:
    began = time.monotonic()
    assert len(chunked(paragraph(ENGLISH * 30_000), paragraph("字" * 2_000_000))) > 8_000
    assert time.monotonic() - began < 20
