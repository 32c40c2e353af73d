"""A hostile file costs a page or one clear error, never the program."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import psutil
import pytest

from open_autoglm.documents.limits import ReadLimits
from open_autoglm.documents.reader import DocumentReader, ReaderOptions
from open_autoglm.documents.workers.page_pool import MAX_LOST_IN_A_ROW
from open_autoglm.errors import Cancelled, DamagedInput, EncryptedInput, LimitExceeded

HERE = Path(__file__).parent.parent


@pytest.fixture(autouse=True)
def hostile_openers_can_be_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(HERE))


@pytest.fixture(autouse=True)
def no_worker_stays():
    yield
    deadline = time.monotonic() + 5
    while (left := worker_pids()) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not left


def worker_pids() -> list[int]:
    return [child.pid for child in psutil.Process().children(recursive=True) if is_worker(child)]


def is_worker(process: psutil.Process) -> bool:
    try:
        return (
            process.status() != psutil.STATUS_ZOMBIE
            and "open_autoglm.documents.workers.worker" in process.cmdline()
        )
    except psutil.Error:
        return False


def hostile_file(folder: Path, *lines: str) -> Path:
    path = folder / "hostile.txt"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def hostile_reader(**limits: float) -> DocumentReader:
    return DocumentReader(
        ReaderOptions(limits=ReadLimits(**limits), workers=1, opener="hostile_openers:open_hostile")
    )


@pytest.mark.parametrize(
    ("deed", "reason"),
    [
        ("crash", "crashed (signal 11)" if sys.platform != "win32" else "crashed"),
        ("exit", "crashed (exit code 7)"),
        ("fail", "ZeroDivisionError: nothing to divide"),
        ("fail_deeply", "RecursionError"),
        ("refuse", "secret.pdf is encrypted."),
    ],
)
def test_a_page_that_fails_is_told_with_its_reason_and_the_others_are_read(
    tmp_path: Path, deed: str, reason: str
) -> None:
    document = hostile_reader().read(hostile_file(tmp_path, "3", f"2:{deed}"))
    assert [page.number for page in document.pages] == [1, 2, 3]
    assert document.pages[0].error is None
    assert document.pages[2].error is None
    assert reason in (document.pages[1].error or "")


@pytest.mark.parametrize("deed", ["hang", "hang_in_c"])
def test_a_page_that_hangs_is_given_up_at_the_time_limit(tmp_path: Path, deed: str) -> None:
    started = time.monotonic()
    document = hostile_reader(page_timeout_s=1).read(hostile_file(tmp_path, "2", f"1:{deed}"))
    assert time.monotonic() - started < 15
    assert "took longer than 1 s" in (document.pages[0].error or "")
    assert "--page-timeout-s" in (document.pages[0].error or "")
    assert document.pages[1].error is None


def test_a_page_that_eats_memory_fails_at_the_limit(tmp_path: Path) -> None:
    document = hostile_reader(worker_memory_mb=400).read(hostile_file(tmp_path, "2", "1:eat_memory"))
    assert "needs more than 400 MB of memory" in (document.pages[0].error or "")
    assert document.pages[1].error is None


def test_what_a_library_prints_does_not_disturb_the_answers(tmp_path: Path) -> None:
    document = hostile_reader().read(hostile_file(tmp_path, "2", "1:talk"))
    assert [page.error for page in document.pages] == [None, None]


@pytest.mark.parametrize(
    ("deed", "kind"), [("crash", DamagedInput), ("hang", LimitExceeded), ("refuse", EncryptedInput)]
)
def test_a_file_that_cannot_be_opened_is_one_error(tmp_path: Path, deed: str, kind: type) -> None:
    with pytest.raises(kind) as caught:
        hostile_reader(page_timeout_s=1).read(hostile_file(tmp_path, "2", f"open:{deed}"))
    if deed != "refuse":
        assert "hostile.txt" in str(caught.value)
    assert caught.value.hint


def test_a_file_whose_every_page_crashes_is_given_up_after_a_few(tmp_path: Path) -> None:
    document = hostile_reader().read(hostile_file(tmp_path, "300", "all:exit"))
    assert len(document.pages) == 300
    assert sum("Not tried" in (page.error or "") for page in document.pages) == 300 - MAX_LOST_IN_A_ROW


def test_cancelling_stops_within_two_seconds(tmp_path: Path) -> None:
    asked: list[float] = []

    def cancelled() -> bool:
        if time.monotonic() - started > 1 and not asked:
            asked.append(time.monotonic())
        return bool(asked)

    started = time.monotonic()
    with pytest.raises(Cancelled):
        hostile_reader().read(hostile_file(tmp_path, "2", "1:hang_in_c"), cancelled=cancelled)
    assert time.monotonic() - asked[0] < 2


PROGRAM = """
    from pathlib import Path
    from open_autoglm.documents.reader import DocumentReader, ReaderOptions
    options = ReaderOptions(workers=1, opener="hostile_openers:open_hostile")
    def told(progress):
        print(progress.stage, flush=True)
    DocumentReader(options).read(Path({path!r}), on_progress=told)
"""


def start_program(path: Path) -> tuple[subprocess.Popen[str], list[psutil.Process]]:
    """A program in the middle of reading, and its workers."""
    program = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(PROGRAM.format(path=str(path)))],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert program.stdout is not None
    while "read" not in program.stdout.readline():
        pass
    return program, psutil.Process(program.pid).children(recursive=True)


@pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals")
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT], ids=lambda n: n.name)
def test_no_worker_outlives_the_program(tmp_path: Path, number: signal.Signals) -> None:
    program, workers = start_program(hostile_file(tmp_path, "2", "all:hang"))
    with program:
        assert workers
        os.kill(program.pid, number)
        program.wait(timeout=10)
    _, alive = psutil.wait_procs(workers, timeout=2)
    assert not alive


def test_a_page_that_can_not_be_drawn_is_left_out_and_the_next_is_drawn(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = hostile_file(tmp_path, "2", "1:crash")
    reader = hostile_reader()
    document = reader.read(path)
    with reader.pictures(path, document) as picture:
        assert picture(1) is None
        assert picture(2) == b"jpeg"
    assert "can't be drawn" in caplog.text
