"""Lines become regions: what each is, what it says, and in which order they stand."""

from __future__ import annotations

from dataclasses import replace

import pytest
from page_samples import line, page

from open_autoglm.documents.content import FoundFormula, FoundTable, Line, PageContent, Picture, Rect
from open_autoglm.documents.layout.lay_out import lay_out
from open_autoglm.documents.model import ReadBy, Region, RegionType, Table, TableCell

BODY = "the water of the river rose by two metres in one night"


def body(y: float, count: int = 4, x: float = 50) -> list[Line]:
    """A paragraph of full lines, 12 points apart."""
    return [line(BODY, x, y + 12 * index) for index in range(count)]


def regions(content: PageContent, **found: list[FoundTable] | list[FoundFormula]) -> list[Region]:
    return lay_out(content, found.get("tables", []), found.get("formulas", []))  # type: ignore[arg-type]


def kinds(content: PageContent) -> list[str]:
    return [region.type.value for region in regions(content)]


def only(content: PageContent, kind: RegionType) -> Region:
    [found] = [region for region in regions(content) if region.type is kind]
    return found


def test_lines_of_a_paragraph_are_one_region() -> None:
    [region] = regions(page(*body(100)))
    assert region.type is RegionType.PARAGRAPH
    assert region.text == " ".join([BODY] * 4)
    assert region.read_by is ReadBy.TEXT_LAYER
    assert region.confidence == 1.0
    assert (region.box.x0, region.box.y0) == (50, 100) if region.box else False


def test_ids_name_page_and_place() -> None:
    assert [region.id for region in regions(page(*body(100), *body(200), number=3))] == ["p3r1", "p3r2"]


@pytest.mark.parametrize(
    "second",
    [
        pytest.param(body(165), id="white above"),
        pytest.param([line(BODY, 70, 148), *body(160, 3)], id="indented first line"),
    ],
)
def test_paragraphs_are_parted(second: list[Line]) -> None:
    assert kinds(page(*body(100), *second)) == ["paragraph", "paragraph"]


def test_a_break_where_the_next_word_had_room_was_meant() -> None:
    notes = [BODY, "08:40 gauge read", "09:15 measured", "10:30 battery changed"]
    content = page(*[line(text, 50, 100 + 12 * index) for index, text in enumerate(notes)])
    assert [region.text for region in regions(content)] == [f"{BODY} {notes[1]}", *notes[2:]]


def test_hyphens_at_line_ends() -> None:
    def joined(*texts: str) -> str:
        return " ".join(
            r.text for r in regions(page(*[line(t, 50, 100 + 12 * i) for i, t in enumerate(texts)]))
        )

    filler = "so that the lines have about one"
    assert joined(f"{filler} mea-", f"surement {filler}") == f"{filler} measurement {filler}"
    assert joined(f"a self-locking nut {filler} self-", f"locking {filler}").count("self-locking") == 2
    assert "North-South" in joined(f"{filler} North-", f"South {filler}")


def test_chinese_lines_are_joined_without_spaces() -> None:
    first, second = "青溪水文站全年三百六十五天连续观测", "水位与流量没有缺测"
    [region] = regions(page(line(first, 50, 100, width=170), line(second, 50, 112, width=90)))
    assert region.text == first + second


def test_the_largest_text_of_the_first_page_is_the_title() -> None:
    content = page(line("Annual Report", 50, 60, size=20), *body(100), number=1)
    assert kinds(content) == ["title", "paragraph"]
    assert kinds(page(line("Annual Report", 50, 60, size=20), *body(100), number=2)) == [
        "heading",
        "paragraph",
    ]


@pytest.mark.parametrize(
    ("head", "level"),
    [
        (line("Measurements", 50, 80, size=16), 1),
        (line("Measurements", 50, 80, size=14), 2),
        (line("Measurements", 50, 80, bold=True), 4),
        (line("2.3 Measurements", 50, 80, bold=True), 4),
        (line("第三章 测量", 50, 80, size=14), 2),
        (line("Measurements", 50, 80, italic=True), 4),
    ],
)
def test_headings_and_their_levels_by_size(head: Line, level: int) -> None:
    found = only(page(*body(20), head, *body(100)), RegionType.HEADING)
    assert found.level == level


def test_a_bold_sentence_is_no_heading() -> None:
    assert "heading" not in kinds(
        page(*body(20), line("Do not open the gate.", 50, 80, bold=True), *body(100))
    )


@pytest.mark.parametrize(
    ("text", "marker", "rest"),
    [
        ("• first of all", "•", "first of all"),
        ("- first of all", "-", "first of all"),
        ("1. first of all", "1.", "first of all"),
        ("(a) first of all", "(a)", "first of all"),
        ("iv) first of all", "iv)", "first of all"),
        ("一、总则", "一、", "总则"),
        ("（二）适用范围", "（二）", "适用范围"),
        ("③ 检查", "③", "检查"),
        ("第十二条 水务局应当批复预案", "第十二条", "水务局应当批复预案"),
    ],
)
def test_list_items(text: str, marker: str, rest: str) -> None:
    item = only(page(*body(50), line(text, 50, 120), *body(150)), RegionType.LIST_ITEM)
    assert (item.marker, item.text, item.level) == (marker, rest, 1)


def test_items_without_white_between_them() -> None:
    texts = ["1. the level lies within the range of", "the sensor;", "2. two sensors agree;"]
    content = page(*[line(text, 50 + 15 * (text[0] == "t"), 100 + 12 * i) for i, text in enumerate(texts)])
    assert [region.text for region in regions(content)] == [
        "the level lies within the range of the sensor;",
        "two sensors agree;",
    ]


def test_nested_items_stand_deeper() -> None:
    places = [50, 70, 70, 50]
    content = page(*[line(f"• item {i}", x, 100 + 20 * i) for i, x in enumerate(places)])
    assert [region.level for region in regions(content)] == [1, 2, 2, 1]


def test_a_number_that_starts_a_line_of_text_is_no_item() -> None:
    content = page(
        line("the height of the weir above the bed is nearly", 50, 100),
        line("3. that of the gate " * 2, 50, 112),
    )
    assert kinds(content) == ["paragraph"]


@pytest.mark.parametrize(
    "text", ["Figure 3. The weir", "Table 1: Rain by season", "图 2：青溪水文站", "Fig. 4 - Gate"]
)
def test_captions(text: str) -> None:
    assert kinds(page(*body(50), line(text, 50, 130), *body(200))) == ["paragraph", "caption", "paragraph"]


def test_a_sentence_about_a_figure_is_no_caption() -> None:
    assert kinds(
        page(line("Figure 3 shows that the water rose by two metres or so", 50, 100), *body(112))
    ) == ["paragraph"]


def test_small_notes_at_the_foot_are_footnotes() -> None:
    content = page(*body(100, 10), line("1 Read at noon.", 50, 440, size=7))
    assert kinds(content)[-1] == "footnote"


def test_monospaced_text_is_code_with_its_indentation() -> None:
    code = [
        line("for level in levels:", 50, 200, monospaced=True),
        line("print(level)", 70, 212, monospaced=True),
    ]
    found = only(page(*body(100), *code), RegionType.CODE)
    assert found.text == "for level in levels:\n    print(level)"


def test_page_numbers_and_running_heads_leave_the_flow() -> None:
    content = page(
        line("Annual Report", 50, 20, size=8),
        line("12", 340, 20, size=8),
        *body(100),
        line("- 12 -", 190, 480),
    )
    assert kinds(content) == ["header", "paragraph", "footer"]
    assert regions(content)[0].text == "Annual Report  12"


def test_words_inside_a_table_belong_to_it() -> None:
    cell = TableCell(row=0, column=0, text="Spring 412")
    table = FoundTable(
        Rect(40, 195, 300, 225), Table(rows=1, columns=1, cells=(cell,)), 0.9, ReadBy.TEXT_LAYER
    )
    content = page(*body(100), line("Spring 412", 50, 200), *body(300))
    found = regions(content, tables=[table])
    assert [region.type.value for region in found] == ["paragraph", "table", "paragraph"]
    assert found[1].table == table.table
    assert found[1].confidence == 0.9
    assert "Spring" not in found[0].text + found[2].text


def test_display_formulas_stand_in_order() -> None:
    formula = FoundFormula(
        Rect(100, 195, 200, 212), r"E = mc^2", "E = mc2", True, 0.8, ReadBy.TEXT_LAYER, note="as drawn"
    )
    content = page(*body(100), line("E = mc2", 110, 200), *body(300))
    before, found, after = regions(content, formulas=[formula])
    assert (before.type, after.type) == (RegionType.PARAGRAPH, RegionType.PARAGRAPH)
    assert found.type is RegionType.FORMULA
    assert found.formula is not None
    assert found.formula.latex == r"E = mc^2"
    assert found.note == "as drawn"


def test_a_picture_is_a_figure_with_its_labels() -> None:
    content = page(*body(50), line("inlet", 120, 220, size=8), *body(400))
    content.pictures.append(Picture(Rect(50, 150, 350, 350)))
    found = regions(content)
    assert [region.type.value for region in found] == ["paragraph", "figure", "paragraph"]
    assert found[1].text == "inlet"


def test_a_picture_behind_the_text_is_no_figure() -> None:
    content = page(*body(50, 20))
    content.pictures.append(Picture(Rect(0, 0, 400, 500)))
    assert kinds(content) == ["paragraph"]


def test_confidence_is_the_mean_over_characters() -> None:
    unsure = line(BODY, 50, 112, read_by=ReadBy.OCR, confidence=0.5)
    sure = line(BODY, 50, 100, read_by=ReadBy.OCR, confidence=0.9)
    [region] = regions(page(sure, unsure))
    assert region.confidence == pytest.approx(0.7)
    assert region.read_by is ReadBy.OCR


def test_an_empty_page() -> None:
    assert regions(page()) == []


def test_a_right_to_left_table_starts_at_the_right() -> None:
    cells = (TableCell(row=0, column=0, text="412"), TableCell(row=0, column=1, column_span=2, text="אביב"))
    table = FoundTable(Rect(40, 195, 300, 225), Table(rows=1, columns=3, cells=cells), 0.9, ReadBy.TEXT_LAYER)
    content = page(*[replace(one, direction="rtl") for one in body(100)])
    found = next(region for region in regions(content, tables=[table]) if region.table)
    assert found.table is not None
    assert [(cell.text, cell.column) for cell in found.table.cells] == [("אביב", 0), ("412", 2)]
    assert found.text == "אביב\t412"
