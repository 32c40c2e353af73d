"""Asking the installed build of llama.cpp for its graphics devices."""

from __future__ import annotations

import sys

import pytest

from open_autoglm.engine import devices
from open_autoglm.errors import EngineStartFailed


def test_the_installed_build_answers_with_names() -> None:
    names = devices.graphics_devices()
    assert all(isinstance(name, str) and name for name in names)


@pytest.mark.parametrize("program", ["raise SystemExit(3)", "print('no JSON')", "import os; os.abort()"])
def test_a_probe_that_fails_is_no_silent_no(monkeypatch: pytest.MonkeyPatch, program: str) -> None:
    monkeypatch.setattr(devices, "PROBE_COMMAND", (sys.executable, "-c", program))
    with pytest.raises(EngineStartFailed, match="device_map"):
        devices.graphics_devices()
