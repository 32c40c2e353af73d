"""Shared data, the small real model, a data folder for each test, and the guard against real models."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs
import pytest

from open_autoglm.engine.llama_cpp import LlamaCppEngine

ROOT = Path(__file__).parent.parent
SHARED_DATA = ROOT.parent / "shared" / "data"
SMALL_MODEL = "smollm2-135m-instruct"
DETECTOR = "nanodet-coco-416"
# Read now: a fixture below hides such variables from every test.
NAMED_MODEL = os.environ.get("OPEN_AUTOGLM_TEST_MODEL")
IN_CI = os.environ.get("CI", "").lower() == "true"


@pytest.fixture
def shared_data() -> Path:
    """Real inputs with known answers, beside the checkout."""
    if not SHARED_DATA.is_dir():
        pytest.skip(f"no shared data at {SHARED_DATA}")
    return SHARED_DATA


@pytest.fixture(autouse=True)
def own_data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test reads or writes the user's data folder, settings file or environment."""
    for name in list(os.environ):
        if name.startswith("OPEN_AUTOGLM_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("OPEN_AUTOGLM_DATA_DIR", str(tmp_path / "data"))


@pytest.fixture(scope="session")
def small_model_path() -> Path:
    """SmolLM2-135M as `open-autoglm-cli pull` installs it, or the file OPEN_AUTOGLM_TEST_MODEL names."""
    folder = platformdirs.user_data_path("open-autoglm", appauthor=False) / "models" / SMALL_MODEL
    found = [Path(NAMED_MODEL)] if NAMED_MODEL else sorted(folder.glob("*.gguf"))
    if found and found[0].is_file():
        return found[0]
    missing = f"no {SMALL_MODEL} in {folder}: run `open-autoglm-cli pull {SMALL_MODEL}`"
    if IN_CI:
        pytest.fail(missing)
    pytest.skip(missing)


@pytest.fixture(scope="session")
def detector_path() -> Path:
    """The default detector as `open-autoglm-cli pull` installs it."""
    folder = platformdirs.user_data_path("open-autoglm", appauthor=False) / "models" / DETECTOR
    path = folder / f"{DETECTOR}.onnx"
    if path.is_file():
        return path
    # Not every machine that tests has npm, so this is no failure anywhere.
    pytest.skip(f"no {DETECTOR} in {folder}: run `open-autoglm-cli pull {DETECTOR}`")


@pytest.fixture(autouse=True)
def no_real_model_without_its_mark(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A unit test that loads a model is a mistake: it would be slow, and skipped where there is none."""
    if request.node.get_closest_marker("model") is not None:
        return

    async def refuse(engine: LlamaCppEngine) -> None:
        raise AssertionError(f"{request.node.nodeid} loads {engine.model!r} without @pytest.mark.model")

    monkeypatch.setattr(LlamaCppEngine, "open", refuse)
