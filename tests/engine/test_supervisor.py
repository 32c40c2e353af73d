"""The supervisor's promises that need no model."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from open_autoglm.engine import supervisor
from open_autoglm.engine.llama_cpp_options import LlamaCppOptions
from open_autoglm.engine.supervisor import Supervisor, restart_delay_s
from open_autoglm.errors import EngineStartFailed, EngineUnavailable

OPTIONS = LlamaCppOptions("small", Path("nowhere.gguf"), 512)


def test_restarts_back_off_up_to_a_bound() -> None:
    delays = [restart_delay_s(failures) for failures in range(1, 12)]
    assert delays[:4] == [0.25, 0.5, 1.0, 2.0]
    assert delays[-1] == 30.0


def test_before_start_and_after_stop_it_is_not_open() -> None:
    watched = Supervisor(OPTIONS)
    with pytest.raises(EngineUnavailable, match="not open"):
        watched.endpoint()
    watched.stop()
    watched.stop()
    with pytest.raises(EngineUnavailable, match="not open"):
        watched.start()


def test_nobody_waits_for_a_supervisor_that_has_died(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_more_threads(options: LlamaCppOptions) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(supervisor, "WorkerProcess", no_more_threads)
    monkeypatch.setattr(threading, "excepthook", lambda arguments: None)
    watched = Supervisor(OPTIONS)
    with pytest.raises(EngineStartFailed, match="has ended"):
        watched.start()
    watched.stop()
