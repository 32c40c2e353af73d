"""Reads what pytest prints, for output that somebody pasted; our own runs hand facts over instead."""

from __future__ import annotations

import re
from collections.abc import Iterator

from open_autoglm.code.diagnose.failure import Failure, Frame, kind_of

_HEAD = re.compile(r"^_{3,} (?:ERROR (?:collecting|at setup of) )?(?P<name>\S.*?) _{3,}$")
_PLACE = re.compile(r"^(?P<file>[^\s:][^:]*\.py):(?P<line>\d+): (?:in (?P<function>\S+)|(?P<type>\w+))?\s*$")
_ERROR = re.compile(r"^E\s{2,}(?P<type>[A-Z]\w*(?:\.\w+)*)(?:: (?P<message>.*))?$")
_ASSERTION = re.compile(r"^E\s{2,}(?P<message>assert .*)$")
_SUMMARY = re.compile(r"^(?:FAILED|ERROR) (?P<test>\S+?\.py(?:::\S+)*)(?: - (?P<message>.*))?$")
MAX_TEXT = 4_000


def pytest_failures(text: str) -> tuple[Failure, ...]:
    """One for each section of the report; without sections, one for each line of the short summary."""
    lines = text.splitlines()
    summary = [match for line in lines if (match := _SUMMARY.match(line))]
    found = [_section(part, summary) for part in _sections(lines)]
    if any(found):
        return tuple(failure for failure in found if failure is not None)
    return tuple(
        Failure("assertion", "", match["message"] or "failed", tests=(match["test"],), tool="pytest")
        for match in summary
    )


def _sections(lines: list[str]) -> Iterator[tuple[str, list[str]]]:
    name, inside = "", list[str]()
    for line in lines:
        if match := _HEAD.match(line):
            if name:
                yield name, inside
            name, inside = match["name"], []
        elif re.match(r"^={5,} ", line):
            if name:
                yield name, inside
            name, inside = "", []
        elif name:
            inside.append(line)
    if name:
        yield name, inside


def _section(part: tuple[str, list[str]], summary: list[re.Match[str]]) -> Failure | None:
    name, lines = part
    frames: list[Frame] = []
    type_name, messages = "", list[str]()
    for line in lines:
        if match := _PLACE.match(line):
            frames.append(Frame(match["file"], int(match["line"]), match["function"] or ""))
            type_name = type_name or match["type"] or ""
        elif match := _ERROR.match(line):
            type_name = match["type"]
            messages.append(match["message"] or "")
        elif match := _ASSERTION.match(line):
            type_name = type_name or "AssertionError"
            messages.append(match["message"])
        elif line.startswith("E  ") and messages:
            messages.append(line[1:].strip())
    if not type_name and not frames:
        return None
    last = name.rpartition(".")[2].split("[")[0]
    tests = tuple(match["test"] for match in summary if last in match["test"])[:1] or (name,)
    text = "\n".join(lines)[-MAX_TEXT:]
    return Failure(kind_of(type_name), type_name, "\n".join(messages), tuple(frames), tests, "pytest", text)
