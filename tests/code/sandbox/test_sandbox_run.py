"""A command in the sandbox: how it ends, what it says, what it finds there, and that nothing of it stays."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from open_autoglm.code.sandbox.limits import MEGABYTE, RunLimits
from open_autoglm.code.sandbox.outcome import RunOutcome
from open_autoglm.code.sandbox.sandbox import Sandbox
from open_autoglm.errors import ExtraMissing, InputMissing, MissingPiece
from open_autoglm.stop_signal import StopSignal

LIMITS = RunLimits(wall_s=20, cpu_s=5, memory_bytes=128 * MEGABYTE, output_bytes=10_000, processes=32)
DOTTED = """
from pathlib import Path
from open_autoglm.code.sandbox.limits import RunLimits
from open_autoglm.code.sandbox.sandbox import Sandbox
print(Sandbox().run(["python", "-c", "print('here')"], folder=Path.cwd(), limits=RunLimits(wall_s=20)).stdout)
"""
BEAT = """
import pathlib, time
until = time.monotonic() + 20
while time.monotonic() < until:
    pathlib.Path("heartbeat").write_text(str(time.monotonic()))
    time.sleep(0.02)
"""


def run(code: str, folder: Path, limits: RunLimits = LIMITS, **options: object) -> RunOutcome:
    return Sandbox().run(["python", "-c", code], folder=folder, limits=limits, **options)  # type: ignore[arg-type]


def beats(folder: Path) -> bool:
    """Whether somebody still writes the heartbeat."""
    heartbeat = folder / "heartbeat"
    before = heartbeat.read_text() if heartbeat.exists() else ""
    time.sleep(0.2)
    return heartbeat.exists() and heartbeat.read_text() != before


def wait_for(path: Path) -> None:
    until = time.monotonic() + 20
    while not path.exists():
        assert time.monotonic() < until, f"{path} never came"
        time.sleep(0.01)


def test_what_it_says_and_its_exit_code_are_the_outcome(tmp_path: Path) -> None:
    outcome = run("import sys; print('汉字'); print('no', file=sys.stderr); sys.exit(3)", tmp_path)
    assert (outcome.ended, outcome.exit_code, outcome.truncated) == ("exited", 3, False)
    assert (outcome.stdout, outcome.stderr) == ("汉字\n", "no\n")
    assert not outcome.succeeded


def test_a_program_started_by_a_path_with_dots_runs_code(tmp_path: Path) -> None:
    python = Path(sys.executable)
    dotted = python.parent.parent / "lib" / ".." / python.parent.name / python.name
    said = subprocess.run(
        [dotted, "-c", DOTTED], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
    )
    assert said.stdout == "here\n\n", said.stderr


def test_it_reads_what_it_is_given(tmp_path: Path) -> None:
    outcome = run("import sys; print(len(sys.stdin.read()))", tmp_path, stdin=b"x" * 300_000)
    assert outcome.stdout == "300000\n"
    assert outcome.succeeded


def test_without_input_it_reads_the_end(tmp_path: Path) -> None:
    assert run("print(repr(input()))", tmp_path).stderr.endswith("EOFError: EOF when reading a line\n")


def test_input_that_nobody_reads_does_no_harm(tmp_path: Path) -> None:
    assert run("pass", tmp_path, stdin=b"x" * 300_000).succeeded


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_a_signal_is_a_negative_exit_code(tmp_path: Path) -> None:
    outcome = run("import os; os.abort()", tmp_path)
    assert (outcome.ended, outcome.exit_code) == ("exited", -signal.SIGABRT)


def test_a_program_that_is_not_installed_is_named(tmp_path: Path) -> None:
    with pytest.raises(ExtraMissing, match="'no-such-program' is not installed"):
        Sandbox().run(["no-such-program"], folder=tmp_path, limits=LIMITS)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows looks for it before it starts anything")
def test_a_program_that_can_not_be_started_is_named(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("no program")
    with pytest.raises(MissingPiece, match=r"Can't start .*text in the sandbox"):
        Sandbox().run(["./text"], folder=tmp_path, limits=LIMITS)


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputMissing, match=r"There is no folder .*gone"):
        run("pass", tmp_path / "gone")


def test_the_environment_is_made_from_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_SECRET_KEY", "sk-1234")
    outcome = run("import os; print(sorted(os.environ))", tmp_path, variables={"GIVEN": "1"})
    assert "MY_SECRET_KEY" not in outcome.stdout
    assert {"GIVEN", "HOME", "PATH", "TMPDIR"} <= set(eval(outcome.stdout))


def test_it_works_in_its_folder_and_what_it_writes_stays_there(tmp_path: Path) -> None:
    outcome = run("import os; open('made', 'w').write('x'); print(os.getcwd())", tmp_path)
    assert outcome.stdout.strip() == str(tmp_path.resolve())
    assert (tmp_path / "made").read_text() == "x"


def test_packages_of_its_interpreter_can_be_imported(tmp_path: Path) -> None:
    assert run("import psutil, pytest", tmp_path).succeeded


def test_what_is_named_as_readable_can_be_read_and_not_written(tmp_path: Path) -> None:
    work, more = tmp_path / "work", tmp_path / "more"
    work.mkdir()
    more.mkdir()
    (more / "data").write_text("data")
    outcome = run(f"print(open({str(more / 'data')!r}).read())", work, readable=[more])
    assert outcome.stdout == "data\n"
    outcome = run(f"open({str(more / 'data')!r}, 'w')", work, readable=[more])
    assert outcome.exit_code == 1 or not outcome.isolation.files_confined


def test_a_program_may_serve_itself_on_loopback(tmp_path: Path) -> None:
    code = """
import socket, threading
server = socket.create_server(("127.0.0.1", 0))
threading.Thread(target=lambda: server.accept()[0].sendall(b"hello"), daemon=True).start()
print(socket.create_connection(server.getsockname()).recv(5))
"""
    outcome = run(code, tmp_path)
    if outcome.isolation.remarks:
        pytest.skip("this system refuses a network of one's own")
    assert outcome.stdout == "b'hello'\n"


def test_time_is_bounded(tmp_path: Path) -> None:
    outcome = run("import time; time.sleep(60)", tmp_path, replace(LIMITS, wall_s=0.5))
    assert (outcome.ended, outcome.exit_code) == ("timed_out", None)
    assert outcome.wall_s < 10


def test_what_was_said_before_the_end_is_kept(tmp_path: Path) -> None:
    code = "import time; print('so far', flush=True); time.sleep(60)"
    assert run(code, tmp_path, replace(LIMITS, wall_s=2)).stdout == "so far\n"


def test_output_is_bounded(tmp_path: Path) -> None:
    outcome = run("while True: print('x' * 1000)", tmp_path)
    assert (outcome.ended, outcome.truncated) == ("output", True)
    assert len(outcome.stdout) == LIMITS.output_bytes


@pytest.mark.skipif(sys.platform != "linux", reason="seen from outside elsewhere, and later")
def test_memory_is_bounded_over_all_processes(tmp_path: Path) -> None:
    code = """
import os, time
for _ in range(4):
    if os.fork() == 0:
        held = b"x" * (60 << 20)
        time.sleep(20)
os.wait()
"""
    assert run(code, tmp_path).ended == "memory"


@pytest.mark.skipif(sys.platform != "linux", reason="seen from outside elsewhere, and later")
def test_memory_that_processes_share_counts_once(tmp_path: Path) -> None:
    code = """
import os, time
held = b"x" * (60 << 20)
for _ in range(4):
    if os.fork() == 0:
        time.sleep(0.3)
        os._exit(0)
while True:
    try:
        os.wait()
    except ChildProcessError:
        break
"""
    assert run(code, tmp_path).succeeded


def test_it_stops_when_asked_to(tmp_path: Path) -> None:
    stop = StopSignal()
    threading.Timer(0.3, stop.stop).start()
    outcome = run("import time; time.sleep(60)", tmp_path, stop=stop)
    assert outcome.ended == "cancelled"
    assert outcome.wall_s < 10


@pytest.mark.skipif(sys.platform == "win32", reason="sends a signal to itself")
def test_ctrl_c_leaves_nothing_behind(tmp_path: Path) -> None:
    def interrupt() -> None:
        wait_for(tmp_path / "heartbeat")
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=interrupt, daemon=True).start()
    with pytest.raises(KeyboardInterrupt):
        run(BEAT, tmp_path)
    assert not beats(tmp_path)


@pytest.mark.skipif(sys.platform != "linux", reason="the first process inside sees it there alone")
def test_it_ends_when_our_own_program_is_killed(tmp_path: Path) -> None:
    program = f"""
from pathlib import Path
from open_autoglm.code.sandbox.limits import RunLimits
from open_autoglm.code.sandbox.sandbox import Sandbox
Sandbox().run(["python", "-c", {BEAT!r}], folder=Path({str(tmp_path)!r}), limits=RunLimits())
"""
    with subprocess.Popen([sys.executable, "-c", program]) as ours:
        wait_for(tmp_path / "heartbeat")
        assert beats(tmp_path)
        ours.kill()
    time.sleep(0.3)
    assert not beats(tmp_path)


def test_runs_side_by_side_do_not_meet(tmp_path: Path) -> None:
    outcomes: dict[int, RunOutcome] = {}

    def one(number: int) -> None:
        folder = tmp_path / str(number)
        folder.mkdir()
        code = f"import tempfile; open(tempfile.gettempdir() + '/same', 'x'); print({number})"
        outcomes[number] = run(code, folder)

    threads = [threading.Thread(target=one, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [outcomes[number].stdout for number in range(3)] == ["0\n", "1\n", "2\n"]
