"""The four forms of a result. All hold the same facts; all mark what is uncertain."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from lxml import html

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
from open_autoglm.errors import UsageError
from open_autoglm.tasks.document_output import format_of, write_result
from open_autoglm.tasks.document_output.inline_math import split_inline_math
from open_autoglm.tasks.document_result import (
    Citation,
    FoundBy,
    KeyKind,
    KeyValue,
    ModelUsed,
    ParsedDocument,
    Summary,
    SummaryPoint,
)

BOX = Box(x0=10, y0=10, x1=90, y1=30)


def region(number: int, kind: RegionType, text: str = "", confidence: float = 1.0, **more: object) -> Region:
    return Region.model_validate(
        {
            "id": f"p1r{number}",
            "page": 1,
            "box": BOX,
            "type": kind,
            "text": text,
            "confidence": confidence,
            "read_by": ReadBy.OCR,
            **more,
        }
    )


@pytest.fixture
def result() -> ParsedDocument:
    table = Table(rows=1, columns=1, cells=(TableCell(row=0, column=0, text="41.8 <m3/s>"),))
    pages = (
        Page(
            number=1,
            width=100,
            height=200,
            regions=(
                region(1, RegionType.TITLE, "Gauging <script>alert(1)</script>"),
                region(2, RegionType.PARAGRAPH, "smudged words", confidence=0.42),
                region(3, RegionType.PARAGRAPH, "area A of 5 $", markdown=r"area $A_i$ of 5 \$"),
                region(4, RegionType.FORMULA, formula=Formula(latex=r"\frac{a}{b}")),
                region(5, RegionType.TABLE, table=table),
            ),
        ),
        Page(number=2, width=100, height=200, error="It took over 60 s."),
    )
    source = Source(name="a.pdf", sha256="0" * 64, media_type="application/pdf", size_bytes=9, page_count=2)
    cited = (Citation(page=1, region="p1r1", box=BOX, quote="Gauging"),)
    return ParsedDocument(
        document=Document(source=source, pages=pages),
        key_information=(
            KeyValue(
                kind=KeyKind.AMOUNT,
                value="¥412,000.00",
                normalized="412000.00 CNY",
                citations=cited,
                verified=True,
                found_by=FoundBy.PATTERN,
                note="two readings",
            ),
            KeyValue(kind=KeyKind.PERSON, value="Nobody", verified=False, found_by=FoundBy.MODEL),
        ),
        summary=Summary(
            language="en",
            overview="A station measured a river.",
            points=(SummaryPoint(text="It rained.", pages=(1,), verified=True),),
            parts=1,
            notes=("One point was dropped.",),
        ),
        model=ModelUsed(asked="autoglm-large", name="tiny", reason="the only one", engine="scripted"),
        errors=("Page 2 was not read.",),
        notes=("Names were looked up.",),
    )


@pytest.fixture
def written(result: ParsedDocument, tmp_path: Path) -> Callable[[str], str]:
    def write(name: str) -> str:
        path = tmp_path / name
        write_result(result, path, format_of(path), picture=lambda number: b"jpeg" if number == 1 else None)
        return path.read_text(encoding="utf-8")

    return write


@pytest.mark.parametrize("name", ["a.txt", "a.md", "a.html"])
@pytest.mark.parametrize(
    "fact",
    [
        "A station measured a river.",
        "It rained.",
        "412000.00 CNY",
        "not found in the document",
        "It took over 60 s.",
        "smudged words",
        "tiny",
        "the only one",
        "Page 2 was not read.",
        "two readings",
        "One point was dropped.",
        "Names were looked up.",
    ],
)
def test_every_form_holds_every_fact(written: Callable[[str], str], name: str, fact: str) -> None:
    assert fact in written(name)


def test_text_begins_with_the_summary_and_ends_with_what_was_read(written: Callable[[str], str]) -> None:
    text = written("a.txt")
    assert text.index("Summary") < text.index("Key information") < text.index("--- Page 1 ---")
    assert "[low confidence 42%] smudged words" in text


def test_json_reads_back_as_the_same_result(written: Callable[[str], str], result: ParsedDocument) -> None:
    text = written("a.json")
    assert json.loads(text)["schema_version"] == "1.0"
    assert ParsedDocument.model_validate_json(text) == result


def test_html_stands_alone_and_runs_nothing(written: Callable[[str], str]) -> None:
    tree = html.fromstring(written("a.html"))
    assert tree.xpath("//script") == []
    assert all(source.startswith("data:") for source in tree.xpath("//@src"))
    assert "default-src 'none'" in tree.xpath("//meta[@http-equiv]/@content")[0]


def test_html_ties_each_box_on_the_picture_to_its_region(written: Callable[[str], str]) -> None:
    tree = html.fromstring(written("a.html"))
    boxes = tree.xpath("//a[contains(@class, 'box')]")
    assert len(boxes) == 5
    assert all(tree.xpath(f"//*[@id='{box.get('href')[1:]}']") for box in boxes)
    assert "left:10.000%;top:5.000%;width:80.000%;height:10.000%" in boxes[0].get("style")


def test_html_renders_formulas_as_mathml_and_keeps_dollars(written: Callable[[str], str]) -> None:
    text = written("a.html")
    assert "<mfrac>" in text
    assert "<msub>" in text
    assert "of 5 $" in text


def test_an_unknown_extension_is_refused_with_the_known_ones() -> None:
    with pytest.raises(UsageError, match=r"\.docx.*\.txt, \.md, \.json or \.html"):
        format_of(Path("a.docx"))


def test_inline_math_is_told_from_dollars() -> None:
    assert list(split_inline_math(r"a $x_i$ b \$5 $y$")) == [
        ("a ", False),
        ("x_i", True),
        (" b $5 ", False),
        ("y", True),
    ]
