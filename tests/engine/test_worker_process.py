"""What surrounds a worker process, tested without a model."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest

from open_autoglm.engine import worker_process
from open_autoglm.engine.last_words import LastWords, describe_exit
from open_autoglm.engine.llama_cpp_options import LlamaCppOptions
from open_autoglm.engine.worker import why_not_loaded
from open_autoglm.engine.worker_process import WorkerProcess
from open_autoglm.engine.worker_protocol import Failed, Handover, Ready, report_from_line, report_to_line
from open_autoglm.errors import ConfigurationError, EngineStartFailed

OPTIONS = LlamaCppOptions("small", Path("models") / "模型.gguf", 512, mmproj_path=Path("p.gguf"))


def test_a_handover_survives_the_pipe_and_hides_its_key() -> None:
    handover = Handover(OPTIONS, "secret", 17)
    line = handover.to_line()
    assert line.count(b"\n") == 1
    assert Handover.from_line(line) == handover
    assert "secret" not in repr(handover)


@pytest.mark.parametrize("report", [Ready("http://127.0.0.1:1"), Failed("no\nmemory"), Failed(None)])
def test_reports_survive_the_pipe(report: Ready | Failed) -> None:
    assert report_from_line(report_to_line(report)) == report


@pytest.mark.parametrize("line", [b"", b"hello\n", b"[]\n", b'{"event": "ready"}\n'])
def test_anything_else_is_no_report(line: bytes) -> None:
    assert report_from_line(line) is None


@pytest.mark.parametrize("changes", [{"slots": 0}, {"threads": 0}, {"context_window": 0}, {"gpu_layers": -2}])
def test_impossible_options_are_refused(changes: dict[str, int]) -> None:
    name = next(iter(changes))
    with pytest.raises(ConfigurationError, match=name):
        LlamaCppOptions(**{"model_name": "m", "model_path": Path("m"), "context_window": 1, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("log", "reason"),
    [
        (b"", None),
        (b"0.00.1 I loading\n", None),
        (
            b"0.00.007.082 E gguf_init_from_reader: invalid magic characters: '?cnp', expected 'GGUF'\n"
            b"0.00.007.103 E llama_model_load_from_file_impl: failed to load model\n"
            b"0.00.007.442 E srv          init: exiting due to model loading error\n",
            "invalid magic characters: '?cnp', expected 'GGUF'",
        ),
        (
            b"0.00.007.442 E srv          init: exiting due to model loading error\n",
            "exiting due to model loading error",
        ),
        (
            b"Traceback (most recent call last):\n  x\nImportError: libcuda.so.1 is missing\n",
            "ImportError: libcuda.so.1 is missing",
        ),
        (
            b'/x/server.cpp:576: GGML_ASSERT(ok && "too small") failed\n#1 abort\nmain.c: 360\n',
            '/x/server.cpp:576: GGML_ASSERT(ok && "too small") failed',
        ),
        (b"\xff\xfe broken\n", "\ufffd\ufffd broken"),
    ],
)
def test_last_words_are_the_telling_lines(log: bytes, reason: str | None) -> None:
    assert LastWords(io.BytesIO(log)).reason() == reason


def test_last_words_are_bounded() -> None:
    assert len(LastWords(io.BytesIO(b"x" * 1_000_000)).reason() or "") <= 2000


@pytest.mark.parametrize(
    ("returncode", "says"), [(3, "exit status 3"), (-9, "SIGKILL"), (-11, "SIGSEGV"), (-250, "signal 250")]
)
def test_an_end_is_put_into_words(returncode: int, says: str) -> None:
    if sys.platform == "win32" and returncode < 0:
        pytest.skip("signals are POSIX")
    assert says in describe_exit(returncode)


@pytest.mark.parametrize(
    ("program", "says"),
    [
        ("raise SystemExit('no room on this planet')", "no room on this planet"),
        ("print('hello')", "exit status 0"),
        (
            'import sys; sys.stdin.readline(); print(\'{"event": "failed", "reason": "no driver"}\')',
            "no driver",
        ),
        ("import os; os.abort()", "SIGABRT"),
    ],
    ids=["last-words", "wrong-words", "report", "crash"],
)
def test_a_worker_that_does_not_get_ready_says_why(
    monkeypatch: pytest.MonkeyPatch, program: str, says: str
) -> None:
    if sys.platform == "win32" and says == "SIGABRT":
        pytest.skip("signals are POSIX")
    monkeypatch.setattr(worker_process, "WORKER_COMMAND", (sys.executable, "-c", program))
    worker = WorkerProcess(OPTIONS)
    with pytest.raises(EngineStartFailed, match=says):
        worker.wait_ready()
    worker.end()


def test_a_worker_that_hears_nothing_is_made_to_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        worker_process, "WORKER_COMMAND", (sys.executable, "-c", "import time; time.sleep(60)")
    )
    monkeypatch.setattr(worker_process, "STOP_GRACE_S", 0.1)
    worker = WorkerProcess(OPTIONS)
    worker.end()
    worker.end()
    if sys.platform != "win32":
        assert "SIGKILL" in worker.wait_end()


def test_a_missing_system_library_is_named_with_its_remedy() -> None:
    error = ImportError("libgomp.so.1: cannot open shared object file: No such file or directory")
    assert "apt-get install libgomp1" in why_not_loaded(error)
    assert "apt-get" not in why_not_loaded(ImportError("DLL load failed"))
