"""Which detector a name means: a file, none, or one of the catalogue with the command that installs it."""

from __future__ import annotations

from pathlib import Path

import pytest

from open_autoglm.errors import InputMissing, UnknownModel, UsageError
from open_autoglm.local.catalog import load_catalog
from open_autoglm.local.model_store import ModelStore
from open_autoglm.tasks.choose_detector import ChosenDetector, choose_detector


def chosen(asked: str, folder: Path) -> ChosenDetector:
    catalog = load_catalog()
    return choose_detector(asked, catalog, ModelStore(folder, catalog))


def test_a_file_is_a_detector_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "own.onnx").write_bytes(b"onnx")
    found = chosen(str(tmp_path / "own.onnx"), tmp_path)
    assert found.choice is not None
    assert (found.choice.name, found.choice.path) == ("own", tmp_path / "own.onnx")
    assert found.used.engine == "onnxruntime"


def test_none_detects_nothing_and_says_so(tmp_path: Path) -> None:
    found = chosen("none", tmp_path)
    assert found.choice is None
    assert "nothing is detected" in found.used.description


def test_what_can_not_be_a_detector_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputMissing, match=r"gone\.onnx"):
        chosen(str(tmp_path / "gone.onnx"), tmp_path)
    with pytest.raises(UsageError, match="no detector"):
        chosen("smollm2-135m-instruct", tmp_path)
    with pytest.raises(UnknownModel):
        chosen("nanodet-of-another-kind", tmp_path)
