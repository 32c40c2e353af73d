"""Attempts to get out of the sandbox, and what a run in it costs beside a plain one."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from code_sections.escape_attempts import NAMES, Verdict, in_sandbox, what, without_sandbox
from document_sections.section import Options, Section
from open_autoglm.code.sandbox.limits import RunLimits
from open_autoglm.code.sandbox.sandbox import Sandbox

NAMESPACES = ("user", "network", "processes", "shared_memory", "root")
"""What systems for many users, and containers, often refuse."""
ROUNDS = 40


def measure(options: Options) -> str:
    return f"{_escapes()}\n\n{_cost(5 if options.quick else ROUNDS)}"


def _escapes() -> Section:
    columns = (
        "attempt",
        "without a sandbox",
        "sandbox",
        "without namespaces",
        "how it ended",
        "what it does",
    )
    section = Section(f"{len(NAMES)} attempts to get out of the sandbox", columns)
    home = Path.home()
    whole, reduced = Sandbox(), Sandbox(without=NAMESPACES)
    counts = {"control": 0, "whole": 0, "reduced": 0}
    for name in NAMES:
        control = without_sandbox(name, home)
        inside = in_sandbox(name, home, whole)
        less = in_sandbox(name, home, reduced)
        counts["control"] += isinstance(control, Verdict) and control.escaped
        counts["whole"] += inside.escaped
        counts["reduced"] += less.escaped
        section.rows.append(
            [name, _control(control), _held(inside), _held(less), inside.how, what(name)],
        )
    section.notes += [
        f"Escapes of {len(NAMES)}: {counts['whole']} from the sandbox, {counts['reduced']} where the system "
        f"refuses namespaces, {counts['control']} without a sandbox.",
        *(f"{title}: {words}" for title, words in _isolation(whole, reduced)),
    ]
    return section


def _control(control: Verdict | str) -> str:
    if isinstance(control, str):
        return f"not run: {control}"
    return "gets through" if control.escaped else f"fails here: {control.how[:40]}"


def _held(verdict: Verdict) -> str:
    return "ESCAPED" if verdict.escaped else "held"


def _isolation(whole: Sandbox, reduced: Sandbox) -> list[tuple[str, str]]:
    found = []
    with tempfile.TemporaryDirectory() as folder:
        for title, sandbox in (("Sandbox", whole), ("Without namespaces", reduced)):
            outcome = sandbox.run(["python", "-c", "pass"], folder=Path(folder), limits=RunLimits())
            found.append((title, outcome.isolation.words()))
    return found


def _cost(rounds: int) -> Section:
    columns = ("", "median, ms", "fastest, ms", "processor time, ms")
    section = Section("Cost of one run of `python -c pass`", columns)
    sandbox = Sandbox()
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)

        def plain() -> None:
            subprocess.run([sys.executable, "-c", "pass"], cwd=place, capture_output=True, check=True)

        def confined() -> None:
            outcome = sandbox.run(["python", "-c", "pass"], folder=place, limits=RunLimits())
            assert outcome.succeeded, outcome

        found = _alternating({"plain child": plain, "sandbox": confined}, rounds)
    for name, costs in found.items():
        section.rows.append([name, *(f"{value:.1f}" for value in costs)])
    (plain_ms, _, plain_cpu), (confined_ms, _, confined_cpu) = found.values()
    section.notes.append(
        f"The sandbox adds {confined_ms - plain_ms:.1f} ms (aim: at most 60), "
        f"{confined_cpu - plain_cpu:.1f} ms of a processor. {rounds} rounds, taken in turn."
    )
    return section


def _alternating(runs: dict[str, Callable[[], None]], rounds: int) -> dict[str, tuple[float, float, float]]:
    """Milliseconds of each: median, fastest, and what processors spent.

    Taken in turn, so that a busy moment hits them alike; processor time says what a busy machine hides.
    """
    times: dict[str, list[float]] = {name: [] for name in runs}
    spent = dict.fromkeys(runs, 0.0)
    for _ in range(rounds):
        for name, run in runs.items():
            began, before = time.perf_counter(), sum(os.times()[:4])
            run()
            times[name].append((time.perf_counter() - began) * 1000)
            spent[name] += (sum(os.times()[:4]) - before) * 1000 / rounds
    return {name: (statistics.median(taken), min(taken), spent[name]) for name, taken in times.items()}
