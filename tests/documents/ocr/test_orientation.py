"""Pages that lie on their side or head, or a little askew."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from drawn_text import DATA, DPI, LETTER, blank_page, letter, pixels, write
from PIL import Image as PillowImage

from open_autoglm.documents.ocr.models import OcrSettings
from open_autoglm.documents.ocr.orientation import find_orientation, find_tilt
from open_autoglm.documents.ocr.reader import OcrReader


@pytest.fixture(scope="module")
def reader() -> OcrReader:
    return OcrReader(OcrSettings(threads=1))


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_a_letter_is_turned_upright_from_every_side(reader: OcrReader, turn: int) -> None:
    lying = np.ascontiguousarray(np.rot90(letter(), turn // 90))
    text = reader.read(lying, DPI)
    assert text.turn == turn
    assert tuple(line.text for line in text.lines) == LETTER
    assert text.image is not None and text.image.shape == letter().shape


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_a_chinese_page_is_turned_upright_from_every_side(reader: OcrReader, turn: int) -> None:
    image = np.asarray(PillowImage.open(DATA / "chinese_page.png").convert("RGB"), dtype=np.uint8)
    text = reader.read(np.ascontiguousarray(np.rot90(image, turn // 90)), DPI)
    assert text.turn == turn
    assert text.lines[0].text == "二〇二六年度设备检修报告"


def test_boxes_of_a_turned_page_are_those_of_the_upright_one(reader: OcrReader) -> None:
    upright = reader.read(letter(), DPI).lines
    turned = reader.read(np.ascontiguousarray(np.rot90(letter(), 3)), DPI).lines
    for one, other in zip(upright, turned, strict=True):
        assert one.box == pytest.approx(other.box, abs=2)


@pytest.mark.parametrize("tilt", [-5.0, -2.0, 2.0, 5.0])
def test_a_page_askew_is_straightened(reader: OcrReader, tilt: float) -> None:
    image = letter(width=340, height=180)
    height, width = image.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), -tilt, 1.0)
    askew = cv2.warpAffine(image, matrix, (width, height), borderValue=(255, 255, 255))
    text = reader.read(np.asarray(askew, dtype=np.uint8), DPI)
    assert text.tilt == pytest.approx(tilt, abs=0.4)
    assert tuple(line.text for line in text.lines) == LETTER
    assert all(line.box.height < 18 for line in text.lines)  # level again: no line reaches into the next


def test_a_page_of_numbers_is_left_upright(reader: OcrReader) -> None:
    page = blank_page(320, 120)
    for row, line in enumerate(("1689 6908 1961", "8080 1001 6119", "9016 6891 1111")):
        write(page, line, 20, 20 + 30 * row, size=14)
    assert reader.read(pixels(page), DPI).turn == 0


def test_a_line_that_runs_up_the_margin_is_read_and_turns_nothing(reader: OcrReader) -> None:
    page = PillowImage.fromarray(letter(width=340))
    margin = blank_page(110, 18)
    write(margin, "Volume 7, Issue 2", 4, 2, size=10)
    page.paste(margin.rotate(90, expand=True), (page.width - 45, 20))
    text = reader.read(pixels(page), DPI)
    assert text.turn == 0
    beside = [line for line in text.lines if line.box.height > line.box.width]
    assert [line.text for line in beside] == ["Volume 7, Issue 2"]


def test_without_lines_there_is_nothing_to_turn() -> None:
    assert find_orientation([], lambda quad: pytest.fail("nothing to read")).turn == 0
    assert find_tilt([], 0) == 0.0


@pytest.mark.shared_data
@pytest.mark.parametrize(("name", "turn"), [("ocr_test.pdf", 0), ("ocr_test_rotated_90.pdf", 90)])
def test_real_scans_are_read_upright(reader: OcrReader, shared_data: Path, name: str, turn: int) -> None:
    from open_autoglm.documents.pdf.file import PdfFile

    reference = (shared_data / "documents" / "ocr_test.gt.md").read_text(encoding="utf-8").split()
    with PdfFile.open(shared_data / "documents" / name) as file:
        text = reader.read(file.raster(1).render(DPI), DPI)
    assert text.turn == turn
    assert " ".join(line.text for line in text.lines).split() == reference
