"""Scanned pages in all four directions: word similarity, CPU seconds a page and memory."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pypdfium2
from PIL import Image, ImageDraw, ImageFont

from document_sections.reader_process import Answer, answers, interpreter, number
from document_sections.section import Options, Section
from open_autoglm.evaluation.text_similarity import word_similarity

TURNS = (0, 90, 180, 270)
DPI = 200
TIME_LIMIT = 900
PARSERS = ("open-autoglm", "rapid-doc")

CHINESE_FONTS = (
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",
    "/System/Library/Fonts/PingFang.ttc",
    "C:/Windows/Fonts/msyh.ttc",
)
CHINESE_TEXT = (
    "二〇二六年第三季度经营情况通报",
    "本季度公司实现营业收入人民币三千六百万元，同比增长百分之十二。",
    "其中软件业务收入一千八百万元，硬件业务收入一千五百万元，",
    "服务收入三百万元。研发投入占营业收入的比例为百分之十八。",
    "一、华东地区：新增客户 42 家，签订合同 57 份，金额 1,280 万元。",
    "二、华南地区：新增客户 31 家，签订合同 36 份，金额 905 万元。",
    "三、西部地区：受物流影响，交付推迟两周，预计 10 月 15 日前完成。",
    "请各部门于 9 月 30 日之前提交年度预算，并抄送财务部王敏。",
    "联系电话：010-6255 1234，邮箱：finance@example.com。",
)


@dataclass(frozen=True)
class Scan:
    """One upright page as a picture, and what it says."""

    name: str
    picture: Image.Image
    reference: str


def measure(options: Options) -> Section:
    """One row a parser and page: similarity at each turn, seconds and memory."""
    section = Section(
        f"Scanned pages at {DPI} dpi: word similarity by turn (degrees counter-clockwise)",
        ["parser", "page", *(f"{turn}°" for turn in TURNS), "CPU s upright", "CPU s turned", "resident MB"],
    )
    scans = list(_scans(options.data / "documents", section.notes, quick=options.quick))
    with tempfile.TemporaryDirectory() as folder:
        paths = {scan.name: [_write(scan, turn, Path(folder)) for turn in TURNS] for scan in scans}
        for parser in PARSERS:
            for scan in scans:
                arguments = [parser, *paths[scan.name], "--ocr"]
                python = interpreter(parser, options.peer_python)
                found = answers(python, "read_texts.py", arguments, TIME_LIMIT)
                if isinstance(found, str):
                    section.rows.append([parser, scan.name, *["-"] * (len(section.columns) - 2)])
                    section.notes.append(f"{parser}, {scan.name}: {found}.")
                else:
                    section.rows.append(_row(parser, scan, found))
    section.notes.append("CPU s: loading apart, at most two threads; turned is the mean of the other three.")
    return section


def _scans(folder: Path, notes: list[str], *, quick: bool) -> Iterator[Scan]:
    reference = (folder / "ocr_test.gt.md").read_text("utf-8")
    yield Scan("ocr_test", _render(folder / "ocr_test.pdf")[0], reference)
    if not quick:
        picture, text = _render(folder / "multi_page.pdf")
        yield Scan("multi_page p. 1", picture, text)
    font = next((path for path in CHINESE_FONTS if Path(path).is_file()), None)
    if font is None:
        notes.append("No Chinese font was found here, so no Chinese page was measured.")
    else:
        yield Scan("Chinese", _chinese_page(font), "\n".join(CHINESE_TEXT))


def _render(path: Path) -> tuple[Image.Image, str]:
    document = pypdfium2.PdfDocument(path)
    try:
        page = document[0]
        return page.render(scale=DPI / 72).to_pil().convert("RGB"), page.get_textpage().get_text_bounded()
    finally:
        document.close()


def _chinese_page(font: str) -> Image.Image:
    page = Image.new("RGB", (round(8.27 * DPI), round(11.69 * DPI)), "white")
    draw = ImageDraw.Draw(page)
    face = ImageFont.truetype(font, round(12 * DPI / 72))
    for row, line in enumerate(CHINESE_TEXT):
        draw.text((DPI, DPI + row * 0.33 * DPI), line, font=face, fill="black")
    return page


def _write(scan: Scan, turn: int, folder: Path) -> Path:
    path = folder / f"{scan.name.replace(' ', '-')}-{turn}.pdf"
    scan.picture.rotate(turn, expand=True).save(path, resolution=DPI, quality=90)
    return path


def _row(parser: str, scan: Scan, found: list[Answer]) -> list[str]:
    scores = [word_similarity(str(answer.get("text", "")), scan.reference) for answer in found]
    seconds = [number(answer, "cpu_s") for answer in found]
    return [
        parser,
        scan.name,
        *(
            f"{score:.3f}" if "error" not in answer else "failed"
            for score, answer in zip(scores, found, strict=True)
        ),
        f"{seconds[0]:.2f}",
        f"{sum(seconds[1:]) / (len(seconds) - 1):.2f}",
        f"{max(number(answer, 'resident_mb') for answer in found):.0f}",
    ]
