"""Fixtures every test may use, and the guard that keeps real models out of unit tests."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SHARED_DATA = ROOT.parent / "shared" / "data"


@pytest.fixture
def shared_data() -> Path:
    """Real inputs with known answers, beside the checkout."""
    if not SHARED_DATA.is_dir():
        pytest.skip(f"no shared data at {SHARED_DATA}")
    return SHARED_DATA


@pytest.fixture(autouse=True)
def own_data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test reads or writes the user's data folder, settings file or environment."""
    import os

    for name in list(os.environ):
        if name.startswith("OPEN_AUTOGLM_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("OPEN_AUTOGLM_DATA_DIR", str(tmp_path / "data"))
