"""Reading a picture: text, words, boxes, sizes and confidences."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
from drawn_text import DATA, DPI, LETTER, blank_page, letter, pixels, write
from PIL import Image as PillowImage

from open_autoglm.documents.model import LOW_CONFIDENCE, ReadBy
from open_autoglm.documents.ocr import models as ocr_models
from open_autoglm.documents.ocr.models import OcrModel, OcrSettings, load_network, model_path
from open_autoglm.documents.ocr.reader import OcrReader, shared_reader
from open_autoglm.errors import ExtraMissing, ModelFileRejected


@pytest.fixture(scope="module")
def reader() -> OcrReader:
    return OcrReader(OcrSettings(threads=1))


def read_file(reader: OcrReader, name: str) -> list[str]:
    image = np.asarray(PillowImage.open(DATA / name).convert("RGB"), dtype=np.uint8)
    return [line.text for line in reader.read(image, DPI).lines]


def test_a_letter_is_read_line_by_line_with_its_spaces(reader: OcrReader) -> None:
    text = reader.read(letter(), DPI)
    assert tuple(line.text for line in text.lines) == LETTER
    assert {line.read_by for line in text.lines} == {ReadBy.OCR}
    assert (text.turn, text.tilt) == (0, 0.0)


def test_words_have_boxes_where_they_stand_and_the_size_they_were_set_in(reader: OcrReader) -> None:
    page = blank_page(300, 60)
    write(page, "Alpha", 20, 20, size=14)
    write(page, "gap", 80, 20, size=14)
    write(page, "Omega", 120, 20, size=14)
    words = [word for line in reader.read(pixels(page), DPI).lines for word in line.words]
    assert [word.text for word in words] == ["Alpha", "gap", "Omega"]
    assert [word.box.x0 for word in words] == pytest.approx([20, 80, 120], abs=2)
    for word in words:
        assert 20 <= word.box.y0 < word.box.y1 <= 42
        assert word.size == pytest.approx(14, rel=0.15)


def test_cells_of_one_row_never_share_a_word(reader: OcrReader) -> None:
    page = blank_page(400, 60)
    for column, cell in enumerate(("Region", "1,204", "1,377", "98.5")):
        write(page, cell, 20 + 95 * column, 20, size=11)
    lines = reader.read(pixels(page), DPI).lines
    words = [word for line in lines for word in line.words]
    assert [word.text for word in words] == ["Region", "1,204", "1,377", "98.5"]
    assert [round((word.box.x0 - 20) / 95) for word in words] == [0, 1, 2, 3]


def test_chinese_print_is_read_one_word_a_line(reader: OcrReader) -> None:
    assert read_file(reader, "chinese_page.png") == [
        "二〇二六年度设备检修报告",
        "本报告说明三号车间水泵的检修情况。",
        "检修于五月十二日开始，共更换轴承四个，",
        "总费用为人民币八千六百元整。",
    ]


def test_handwriting_is_read(reader: OcrReader) -> None:
    assert read_file(reader, "handwritten_page.png") == [
        "Pump checked on 12 May",
        "Bearing no. 4 is worn out",
        "周五之前更换水泵",
    ]


def test_what_is_hardly_legible_is_kept_with_low_confidence(reader: OcrReader) -> None:
    blurred = PillowImage.fromarray(letter(LETTER[:2])).resize((95, 42)).resize((667, 292))
    words = [word for line in reader.read(pixels(blurred), DPI).lines for word in line.words]
    assert words
    assert min(word.confidence for word in words) < LOW_CONFIDENCE
    assert all(0 <= word.confidence <= 1 for word in words)


def test_fine_print_is_found_as_separate_lines(reader: OcrReader) -> None:
    page = blank_page(220, 60)
    for row in range(4):
        write(page, f"Clause {row + 1}: the tenant pays.", 12, 10 + 9 * row, size=6.5)
    lines = reader.read(pixels(page), DPI).lines
    assert [line.text[:8] for line in lines] == [f"Clause {row}" for row in (1, 2, 3, 4)]


def test_white_text_on_black_and_a_blank_page(reader: OcrReader) -> None:
    page = PillowImage.new("RGB", (700, 200), "black")
    write(page, "Night mode works too", 20, 30, size=16, fill="white")
    assert [line.text for line in reader.read(pixels(page), DPI).lines] == ["Night mode works too"]
    assert reader.read(pixels(blank_page(595, 842)), DPI).lines == []


def test_known_places_are_not_read_again(reader: OcrReader) -> None:
    first = reader.read(letter(), DPI).lines[0]
    lines = reader.read(letter(), DPI, known=[first.box]).lines
    assert tuple(line.text for line in lines) == LETTER[1:]


@pytest.mark.parametrize("shape", [(1, 1), (1, 3000), (3000, 2), (40, 5000)])
def test_pictures_of_any_shape_are_survived(reader: OcrReader, shape: tuple[int, int]) -> None:
    noise = np.random.default_rng(3).integers(0, 255, (*shape, 3), dtype=np.uint8)
    reader.read(noise, DPI)


def test_the_reader_of_a_process_is_shared() -> None:
    assert shared_reader(OcrSettings()) is shared_reader(OcrSettings())


def test_models_come_from_the_installed_package_and_its_code_is_never_imported() -> None:
    for model in OcrModel:
        assert model_path(model).parent.parent.name == "rapidocr"
    assert "rapidocr" not in sys.modules  # it could download


def test_a_missing_package_or_file_is_named_with_the_remedy(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(ocr_models, "PACKAGE", "no_such_package")
    with pytest.raises(ExtraMissing, match=r"no_such_package.*pip install"):
        load_network(OcrModel.DETECTION, OcrSettings())
    (tmp_path / "hollow").mkdir()
    (tmp_path / "hollow" / "__init__.py").touch()
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(ocr_models, "PACKAGE", "hollow")
    with pytest.raises(ExtraMissing, match=r"hollow lacks the file PP-OCRv6_det_small\.onnx"):
        load_network(OcrModel.DETECTION, OcrSettings())


def test_a_damaged_model_file_is_rejected(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    models = tmp_path / "broken_models" / "models"
    models.mkdir(parents=True)
    (models.parent / "__init__.py").touch()
    (models / OcrModel.DETECTION.value).write_bytes(b"\x08\x07garbage" * 100)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(ocr_models, "PACKAGE", "broken_models")
    with pytest.raises(ModelFileRejected, match="not a model"):
        load_network(OcrModel.DETECTION, OcrSettings())
    monkeypatch.setattr(ocr_models, "_recorded_digest", lambda model: "another")
    with pytest.raises(ModelFileRejected, match="differs from what was installed"):
        load_network(OcrModel.DETECTION, OcrSettings())


def test_a_backend_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "openvino", None)
    with pytest.raises(ExtraMissing, match="openvino"):
        load_network(OcrModel.DETECTION, OcrSettings(backend="openvino"))
