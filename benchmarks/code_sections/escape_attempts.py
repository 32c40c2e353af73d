"""The programs in ``escapes/``, run in a sandbox or without one, and whether each got through."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path

from code_sections.escape_world import World, world
from open_autoglm.code.sandbox.limits import MEGABYTE, RunLimits
from open_autoglm.code.sandbox.outcome import RunOutcome
from open_autoglm.code.sandbox.sandbox import Sandbox

PROGRAMS = Path(__file__).with_name("escapes")
NAMES = sorted(path.stem for path in PROGRAMS.glob("*.py") if path.stem != "target")

LIMITS = RunLimits(
    wall_s=15,
    cpu_s=3,
    memory_bytes=128 * MEGABYTE,
    output_bytes=MEGABYTE // 4,
    file_bytes=8 * MEGABYTE,
    processes=32,
    disk_bytes=16 * MEGABYTE,
)
"""Small, so that nothing suffers where one isn't held."""

_OTHER_LIMITS = {"time_deaf": replace(LIMITS, wall_s=1.5), "time_processors": replace(LIMITS, cpu_s=1)}

_EXPECTED_ENDING = {"output_flood": "output", "time_processors": "cpu", "time_deaf": "timed_out"}
"""Attempts on a limit on the run as a whole: they are held when it ends for this reason."""

_NO_CONTROL = {
    "forks_kill_the_watch": "would kill the machine's own processes",
    "signals_kill_everybody": "would kill the machine's own processes",
    "output_flood": "never ends by itself",
    "time_processors": "never ends by itself",
    "time_deaf": "never ends by itself",
    "rights_terminal_input": "needs a terminal",
}
_CONTROL_S = 20
_HEARTBEAT_S = 0.2


@dataclass(frozen=True)
class Verdict:
    escaped: bool
    how: str
    """How the run ended, with the last thing that it said."""


def what(name: str) -> str:
    """What the attempt does, in its own words."""
    return (PROGRAMS / f"{name}.py").read_text(encoding="utf-8").split('"""')[1]


def in_sandbox(name: str, home: Path, sandbox: Sandbox) -> Verdict:
    limits = _OTHER_LIMITS.get(name, LIMITS)
    with world(home) as outside, tempfile.TemporaryDirectory(prefix="escape-") as temporary:
        folder = _prepare(name, Path(temporary), outside, limits)
        outcome = sandbox.run(["python", f"{name}.py"], folder=folder, limits=limits)
        if name in _EXPECTED_ENDING:
            escaped = outcome.ended != _EXPECTED_ENDING[name] or len(outcome.stdout) > limits.output_bytes
        else:
            escaped = _got_through(name, outcome.stdout, folder, outside)
        return Verdict(escaped, _last_words(outcome))


def without_sandbox(name: str, home: Path) -> Verdict | str:
    """The control: the same program as a plain child, or why it can't be run so."""
    if name in _NO_CONTROL:
        return _NO_CONTROL[name]
    with world(home) as outside, tempfile.TemporaryDirectory(prefix="escape-") as temporary:
        folder = _prepare(name, Path(temporary), outside, LIMITS)
        output = Path(temporary) / "output"
        with output.open("wb") as stream:
            # With everything that a careless program hands on: descriptors, environment, the user's rights.
            child = subprocess.Popen(
                [sys.executable, f"{name}.py"],
                cwd=folder,
                stdout=stream,
                stderr=subprocess.STDOUT,
                close_fds=False,
                start_new_session=True,
            )
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(_CONTROL_S)
        said = output.read_text(encoding="utf-8")
        escaped = _got_through(name, said, folder, outside)
        (folder / "target.json").unlink()  # daemons take it for the end
        with contextlib.suppress(ProcessLookupError):  # it took all of its group with it
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()
        time.sleep(_HEARTBEAT_S)
        return Verdict(escaped, said.strip().rpartition("\n")[2])


def _prepare(name: str, temporary: Path, outside: World, limits: RunLimits) -> Path:
    folder = temporary / "work"
    folder.mkdir()
    for program in (name, "target"):
        shutil.copy(PROGRAMS / f"{program}.py", folder)
    outside.write_target(folder, limits)
    return folder


def _got_through(name: str, said: str, folder: Path, outside: World) -> bool:
    if outside.victim.poll() is not None or (outside.outside / "written").exists():
        return True
    if (outside.outside / "kept").stat().st_mode & 0o777 != 0o600:
        return True
    return "ESCAPED" in said or (name.startswith("forks_") and _beats(folder / "heartbeat"))


def _beats(heartbeat: Path) -> bool:
    """Whether somebody still writes it."""
    before = heartbeat.read_text() if heartbeat.exists() else ""
    time.sleep(_HEARTBEAT_S)
    return heartbeat.exists() and heartbeat.read_text() != before


def _last_words(outcome: RunOutcome) -> str:
    ending = f"exit {outcome.exit_code}" if outcome.ended == "exited" else outcome.ended
    said = (outcome.stderr.strip() or outcome.stdout.strip()).rpartition("\n")[2]
    return f"{ending}: {said[:70]}" if said and outcome.ended == "exited" else ending
