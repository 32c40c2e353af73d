"""The formula model: real, very small networks with the interface of the published weights."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from glyph_text import BlankRaster, ocr_line, page

from open_autoglm.documents.content import Image, Rect
from open_autoglm.documents.formulas import FormulaModel, find_formulas
from open_autoglm.documents.model import ReadBy
from open_autoglm.errors import ModelFileRejected, ModelNotInstalled

WEIGHTS = Path(__file__).parent.parent.parent / "data" / "formula_model"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    copy = tmp_path / "weights"
    shutil.copytree(WEIGHTS, copy)
    return copy


def picture(dark: float) -> Image:
    """An ink rectangle of which ``dark`` is filled."""
    image = np.full((64, 256, 3), 255, np.uint8)
    image[10:50, 10 : 10 + int(230 * dark)] = 0
    image[10:50, 239] = 0
    return image


def test_reads_a_picture_by_encoder_and_decoder() -> None:
    reading = FormulaModel.open(WEIGHTS).read(picture(0.1))
    assert reading.latex == "x^2"
    assert 0.5 < reading.confidence <= 1.0


def test_what_it_reads_depends_on_the_picture() -> None:
    assert FormulaModel.open(WEIGHTS).read(picture(0.45)).latex == "y^2"


def test_an_empty_picture_has_no_formula() -> None:
    reading = FormulaModel.open(WEIGHTS).read(np.full((40, 40, 3), 255, np.uint8))
    assert reading.confidence == 0.0


def test_a_large_picture_is_fitted_to_the_encoder() -> None:
    large = np.full((900, 3000, 3), 255, np.uint8)
    large[100:200, 100:2900] = 0
    large[700:710, 100:110] = 0
    assert FormulaModel.open(WEIGHTS).read(large).latex in ("x^2", "y^2")


def test_a_missing_file_is_named_with_the_remedy(folder: Path) -> None:
    (folder / "decoder.onnx").unlink()
    with pytest.raises(ModelNotInstalled, match=r"lacks decoder\.onnx.*formula_model"):
        FormulaModel.open(folder)


@pytest.mark.parametrize("name", ["encoder.onnx", "tokenizer.json"])
def test_a_damaged_file_is_rejected(folder: Path, name: str) -> None:
    (folder / name).write_bytes(b"not a model")
    with pytest.raises(ModelFileRejected, match=name):
        FormulaModel.open(folder)


def test_a_network_under_the_wrong_name_is_rejected(folder: Path) -> None:
    shutil.copy(folder / "encoder.onnx", folder / "decoder.onnx")
    with pytest.raises(ModelFileRejected, match="1 inputs where 3"):
        FormulaModel.open(folder)


def test_scanned_formulas_are_read_by_the_model_and_say_so() -> None:
    suspect = ocr_line("x = y2", Rect(100, 100, 200, 112))
    found = find_formulas(page(suspect), BlankRaster(), FormulaModel.open(WEIGHTS))
    assert len(found) == 1
    assert found[0].read_by is ReadBy.FORMULA_MODEL
    assert found[0].latex in ("x^2", "y^2")
