"""A long-lived command in the sandbox that is spoken to in lines."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from open_autoglm.code.sandbox.limits import RunLimits
from open_autoglm.code.sandbox.line_queue import LineQueue
from open_autoglm.code.sandbox.sandbox import Sandbox

LIMITS = RunLimits(wall_s=20, cpu_s=5, output_bytes=10_000)
ECHO = "import sys\nfor line in sys.stdin: print(line.strip().upper(), flush=True)"


def test_each_line_gets_its_answer(tmp_path: Path) -> None:
    with Sandbox().open(["python", "-c", ECHO], folder=tmp_path, limits=LIMITS) as command:
        for line in (b"one", b"two", "三".encode()):
            command.send(line)
            assert command.receive(10) == line.upper()
        assert not command.has_ended
    assert command.outcome().ended == "cancelled"


def test_an_answer_that_does_not_come_is_none(tmp_path: Path) -> None:
    with Sandbox().open(["python", "-c", ECHO], folder=tmp_path, limits=LIMITS) as command:
        assert command.receive(0.1) is None
        assert not command.has_ended


def test_the_end_is_told_and_its_outcome_is_known(tmp_path: Path) -> None:
    code = "import sys; print('first'); print('bad', file=sys.stderr); sys.exit(4)"
    with Sandbox().open(["python", "-c", code], folder=tmp_path, limits=LIMITS) as command:
        assert command.receive(10) == b"first"
        assert command.receive(10) is None
        outcome = command.outcome()
        command.send(b"to nobody")
    assert (outcome.ended, outcome.exit_code, outcome.stderr) == ("exited", 4, "bad\n")


def test_its_whole_life_is_bounded(tmp_path: Path) -> None:
    limits = replace(LIMITS, wall_s=0.5)
    with Sandbox().open(["python", "-c", ECHO], folder=tmp_path, limits=limits) as command:
        assert command.outcome().ended == "timed_out"


def test_lines_that_nobody_reads_are_bounded(tmp_path: Path) -> None:
    code = "while True: print('x' * 100)"
    with Sandbox().open(["python", "-c", code], folder=tmp_path, limits=LIMITS) as command:
        assert command.outcome().ended == "output"


def test_a_line_may_come_in_parts() -> None:
    lines = LineQueue(max_bytes=10)
    assert lines.receive(b"ab")
    assert lines.next_line(0) is None
    assert lines.receive(b"c\nd")
    assert lines.next_line(0) == b"abc"
    assert not lines.receive(b"x" * 10)
