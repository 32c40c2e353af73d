"""Runs a project's tests in the sandbox: once with all facts, or again and again with changes tried on it."""

from __future__ import annotations

import base64
import contextlib
import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from open_autoglm.code.diagnose.read_failures import read_failures
from open_autoglm.code.sandbox.conversation import Conversation
from open_autoglm.code.sandbox.limits import MEGABYTE, RunLimits
from open_autoglm.code.sandbox.outcome import RunOutcome
from open_autoglm.code.sandbox.sandbox import Sandbox
from open_autoglm.code.trial.observation import Observation, read_observation
from open_autoglm.code.trial.test_command import TestCommand
from open_autoglm.errors import Cancelled, DamagedInput
from open_autoglm.stop_signal import StopSignal

INSIDE = Path(__file__).with_name("inside.py")
WHOLE_COMMAND = "(command)"
"""The name of the one test of a command that tells only its exit code."""
HUNG = "TestTimedOut"
"""The type of a failure that is no error but a test that does not end."""
START_S = 60.0
TELL_S = 0.5
"""For one test that is only asked what it gives."""
MOST_OUTPUT = 8_000
_ENDINGS = {
    "timed_out": "it did not end in {wall:.0f} s",
    "cpu": "it used more than {cpu} s of processor time",
    "memory": "it took more than {memory} MB of memory",
    "output": "it printed more than {output} MB",
    "disk": "it wrote more than is allowed to disk",
    "processes": "it started too many processes",
    "killed": "it was ended from outside",
}


@dataclass(frozen=True, slots=True)
class Bounds:
    """What the tests may take; ``run_s`` is for one run of all of them."""

    run_s: float = 120.0
    test_s: float = 10.0
    """For one test; where a system has no alarms, ``run_s`` alone holds."""
    memory_bytes: int = 2048 * MEGABYTE
    output_bytes: int = 8 * MEGABYTE

    def limits(self, wall_s: float) -> RunLimits:
        return RunLimits(
            wall_s=wall_s,
            cpu_s=max(1, int(wall_s)),
            memory_bytes=self.memory_bytes,
            output_bytes=self.output_bytes,
        )


class Workbench:
    """One project and the command that tests it."""

    def __init__(
        self, command: TestCommand, bounds: Bounds = Bounds(), stop: StopSignal | None = None
    ) -> None:
        self.command = command
        self._bounds = bounds
        self._stop = stop
        self._sandbox = Sandbox(command.interpreter)

    def observe(self, folder: Path, *, trace: bool = False) -> Observation:
        """Run all tests in ``folder``, a fresh copy, with the facts of every failure.

        A run that hangs, crashes or floods is an observation too. Raises Cancelled, ExtraMissing.
        """
        if self.command.kind == "other":
            return self._observe_command(folder)
        spec = self._spec(
            details=True, trace=trace, no_fork=True, limit_s=self._bounds.run_s, test_s=self._bounds.test_s
        )
        outcome = self._sandbox.run(
            ["python", "-B", str(INSIDE)],
            folder=folder,
            limits=self._bounds.limits(self._bounds.run_s + 5.0),
            stdin=f"{json.dumps(spec)}\n{{}}\n".encode(),
            variables=self.command.variables,
            readable=(INSIDE.parent,),
            stop=self._stop,
        )
        return self._read(outcome)

    @contextlib.contextmanager
    def attempts(self, folder: Path, before: Observation, life_s: float = 900.0) -> Iterator[Attempts]:
        """Try changes in ``folder``, a copy that is used up by it; ``before`` is the run without changes."""
        hung = sum(failure.type == HUNG for failure in before.failures)
        usual_s = (before.run_seconds or before.seconds) - hung * self._bounds.test_s
        limit_s = max(1.0, 4.0 * usual_s)
        if self.command.kind == "other":
            yield _CommandAttempts(self, folder)
            return
        spec = self._spec(
            targets=sorted(before.failing),
            passing=sorted(before.passing),
            preload=before.modules,
            limit_s=min(limit_s, self._bounds.run_s),
        )
        with self._sandbox.open(
            ["python", "-B", str(INSIDE)],
            folder=folder,
            limits=replace(self._bounds.limits(life_s), output_bytes=64 * MEGABYTE),
            variables=self.command.variables,
            readable=(INSIDE.parent,),
            stop=self._stop,
        ) as conversation:
            conversation.send(json.dumps(spec).encode())
            yield _ForkedAttempts(conversation, limit_s)

    def _spec(self, **more: Any) -> dict[str, Any]:
        return {
            "kind": self.command.kind,
            "arguments": list(self.command.arguments),
            "current_folder_on_path": self.command.current_folder_on_path,
            **more,
        }

    def _read(self, outcome: RunOutcome) -> Observation:
        if outcome.ended == "cancelled":
            raise Cancelled("The work was cancelled.")
        about: dict[str, Any] = {
            "isolation": _words(outcome),
            "network_cut": outcome.isolation.network_cut,
        }
        try:
            answer = json.loads(outcome.stdout.splitlines()[-1])
        except (ValueError, IndexError):
            ended: Any = "timed_out" if outcome.ended in ("timed_out", "cpu") else "limit"
            remark = self._remark(outcome) or "the interpreter crashed"
            return Observation(
                {},
                ended=ended,
                seconds=outcome.wall_s,
                output=outcome.stderr[-MOST_OUTPUT:],
                remark=remark,
                **about,
            )
        found = replace(read_observation(answer), **about)
        if found.ended == "timed_out":
            found = replace(found, remark=f"it did not end in {self._bounds.run_s:.0f} s")
        elif found.ended == "crashed":
            found = replace(found, remark="the process crashed")
        return found

    def _remark(self, outcome: RunOutcome) -> str:
        bounds = self._bounds
        form = _ENDINGS.get(outcome.ended, "")
        return form.format(
            wall=bounds.run_s,
            cpu=int(bounds.run_s),
            memory=bounds.memory_bytes // MEGABYTE,
            output=bounds.output_bytes // MEGABYTE,
        )

    def _observe_command(self, folder: Path) -> Observation:
        outcome = self._sandbox.run(
            self.command.command,
            folder=folder,
            limits=self._bounds.limits(self._bounds.run_s),
            variables=self.command.variables,
            stop=self._stop,
        )
        if outcome.ended == "cancelled":
            raise Cancelled("The work was cancelled.")
        output = f"{outcome.stdout}\n{outcome.stderr}".strip()
        failures = (
            ()
            if outcome.succeeded
            else tuple(replace(item, tests=(WHOLE_COMMAND,)) for item in read_failures(output))
        )
        ended: Any = (
            "finished"
            if outcome.ended == "exited"
            else "timed_out"
            if outcome.ended in ("timed_out", "cpu")
            else "limit"
        )
        return Observation(
            tests={WHOLE_COMMAND: "passed" if outcome.succeeded else "failed"},
            failures=failures,
            ended=ended,
            seconds=outcome.wall_s,
            output=output[-MOST_OUTPUT:],
            exit_code=outcome.exit_code,
            isolation=_words(outcome),
            network_cut=outcome.isolation.network_cut,
            remark=self._remark(outcome),
        )


class Attempts:
    """Tries sets of changed files; the folder is as before after each."""

    def run(self, files: Mapping[str, bytes]) -> Observation:
        raise NotImplementedError

    def tell(self, files: Mapping[str, bytes]) -> Observation | None:
        """The same with every test run to its end, whatever came of others; None where that can't be had."""
        raise NotImplementedError


class _ForkedAttempts(Attempts):
    def __init__(self, conversation: Conversation, limit_s: float) -> None:
        self._conversation = conversation
        self._limit_s = limit_s
        self._patience_s = START_S

    def run(self, files: Mapping[str, bytes]) -> Observation:
        answer = self._ask({"files": _encoded(files)})
        return read_observation(answer)

    def tell(self, files: Mapping[str, bytes]) -> Observation | None:
        request = {"files": _encoded(files), "targets": [], "test_s": TELL_S}
        return read_observation(self._ask(request))

    def _ask(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Raises Cancelled when the run was stopped, DamagedInput when the runner itself ended."""
        self._conversation.send(json.dumps(request).encode())
        line = self._conversation.receive(self._limit_s + self._patience_s)
        if line is None:
            self._conversation.close()
            outcome = self._conversation.outcome()
            if outcome.ended == "cancelled" and not self._conversation.has_ended:
                raise Cancelled("The work was cancelled.")
            raise AttemptsEnded(outcome.stderr[-400:] or outcome.ended)
        self._patience_s = 20.0
        answer: dict[str, Any] = json.loads(line)
        return answer


class AttemptsEnded(DamagedInput):
    """The process that tries changes ended: its time was used up, or the project ended it."""


class _CommandAttempts(Attempts):
    """For a command that only its exit code tells of: the whole command for each attempt."""

    def __init__(self, bench: Workbench, folder: Path) -> None:
        self._bench = bench
        self._folder = folder

    def run(self, files: Mapping[str, bytes]) -> Observation:
        originals = {
            name: (self._folder / name).read_bytes() for name in files if (self._folder / name).exists()
        }
        began = time.monotonic()
        try:
            for name, data in files.items():
                (self._folder / name).write_bytes(data)
            found = self._bench.observe(self._folder)
            return replace(found, seconds=time.monotonic() - began)
        finally:
            for name, data in originals.items():
                (self._folder / name).write_bytes(data)

    def tell(self, files: Mapping[str, bytes]) -> Observation | None:
        del files
        return None


def _words(outcome: RunOutcome) -> dict[str, str]:
    return {"en": outcome.isolation.words("en"), "zh": outcome.isolation.words("zh")}


def _encoded(files: Mapping[str, bytes]) -> dict[str, str]:
    return {name: base64.b64encode(data).decode("ascii") for name, data in files.items()}
