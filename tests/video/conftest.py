from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def video_doubles_can_be_imported_by_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent))
