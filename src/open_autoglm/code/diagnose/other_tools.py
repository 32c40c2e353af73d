"""Reads what the tools of other languages print: node, tsc, go, javac, java, gcc, clang, rustc and cargo."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from open_autoglm.code.diagnose.failure import Failure, FailureKind, Frame

MAX_TEXT = 4_000
_C = re.compile(
    r"^(?P<file>[^\s:][^:\n]*\.(?:c|h|cc|cpp|cxx|hpp|hh)):(?P<line>\d+)(?::\d+)?: "
    r"(?:fatal )?error: (?P<message>.+)$",
    re.M,
)
_GO = re.compile(r"^(?:\s+)?(?:\./)?(?P<file>[\w./-]+\.go):(?P<line>\d+)(?::\d+)?: (?P<message>.+)$", re.M)
_GO_FAILED = re.compile(r"^--- FAIL: (?P<test>\S+)", re.M)
_GO_PANIC = re.compile(r"^panic: (?P<message>.+)$", re.M)
_GO_FRAME = re.compile(r"^\t(?P<file>\S+\.go):(?P<line>\d+)", re.M)
_JAVAC = re.compile(r"^(?P<file>[^\s:]+\.java):(?P<line>\d+): error: (?P<message>.+)$", re.M)
_JAVA = re.compile(
    r'^(?:Exception in thread "[^"]*" |Caused by: )?(?P<type>(?:[a-z]\w*\.)+[A-Z]\w*)(?:: (?P<message>.*))?\n'
    r"(?P<frames>(?:\s+at .+\n?)+)",
    re.M,
)
_JAVA_FRAME = re.compile(r"at (?P<function>[\w.$<>]+)\((?P<file>\w+\.java):(?P<line>\d+)\)")
_RUST = re.compile(
    r"^error(?:\[(?P<type>E\d+)\])?: (?P<message>.+)\n(?:.*\n)?"
    r"\s*--> (?P<file>[^\s:]+\.rs):(?P<line>\d+):\d+",
    re.M,
)
_RUST_PANIC = re.compile(
    r"thread '(?P<test>[^']*)'.* panicked at (?P<file>[^\s:]+\.rs):(?P<line>\d+):\d+:\n(?P<message>.+)"
)
_TSC = re.compile(
    r"^(?P<file>[^\s:(]+\.tsx?)[(:](?P<line>\d+)[,:]\d+\)?(?::| -) error (?P<type>TS\d+): (?P<message>.+)$",
    re.M,
)
_NODE_ERROR = re.compile(
    r"^(?:Uncaught )?(?P<type>[A-Z]\w*Error)(?: \[\w+\])?: (?P<message>.*)\n(?P<frames>(?:\s+at .+\n?)*)",
    re.M,
)
_NODE_FRAME = re.compile(
    r"at (?:async )?(?:(?P<function>[^\s(]+)[^(\n]*\()?(?:file://)?(?P<file>/?[^\s():]+\.[cm]?[jt]sx?):(?P<line>\d+):\d+"
)
_NODE_SYNTAX = re.compile(
    r"^(?P<file>\S+\.[cm]?js):(?P<line>\d+)\n[\s\S]{0,400}?\n(?P<type>SyntaxError): (?P<message>.+)", re.M
)


@dataclass(frozen=True, slots=True)
class _Tool:
    name: str
    read: Callable[[str], Iterator[Failure]]


def other_failures(text: str) -> tuple[Failure, ...]:
    """What the first tool that recognizes its own output finds there."""
    for tool in _TOOLS:
        if found := tuple(tool.read(text)):
            return found
    return ()


def _lines(pattern: re.Pattern[str], tool: str, kind: FailureKind) -> Callable[[str], Iterator[Failure]]:
    def read(text: str) -> Iterator[Failure]:
        for match in pattern.finditer(text):
            groups = match.groupdict()
            frames = (Frame(groups["file"], int(groups["line"])),)
            yield Failure(
                kind,
                groups.get("type") or "",
                groups["message"],
                frames,
                tool=tool,
                text=match[0][-MAX_TEXT:],
            )

    return read


def _go(text: str) -> Iterator[Failure]:
    tests = tuple(match["test"] for match in _GO_FAILED.finditer(text))
    if panic := _GO_PANIC.search(text):
        own = [match for match in _GO_FRAME.finditer(text) if "/src/runtime/" not in match["file"]]
        # Go prints the place of the failure first.
        frames = tuple(Frame(match["file"], int(match["line"])) for match in reversed(own))
        yield Failure("exception", "panic", panic["message"], frames, tests, "go", text[-MAX_TEXT:])
        return
    kind: FailureKind = "assertion" if tests else "build"
    for match in _GO.finditer(text):
        frames = (Frame(match["file"], int(match["line"])),)
        yield Failure(kind, "", match["message"], frames, tests, "go", match[0])


def _java(text: str) -> Iterator[Failure]:
    for match in _JAVA.finditer(text):
        found = _JAVA_FRAME.finditer(match["frames"])
        frames = [Frame(frame["file"], int(frame["line"]), frame["function"]) for frame in found]
        name = match["type"].rpartition(".")[2]
        kind: FailureKind = "assertion" if name in ("AssertionError", "AssertionFailedError") else "exception"
        yield Failure(
            kind,
            name,
            match["message"] or "",
            tuple(reversed(frames)),
            tool="java",
            text=match[0][-MAX_TEXT:],
        )


def _rust_panics(text: str) -> Iterator[Failure]:
    for match in _RUST_PANIC.finditer(text):
        kind: FailureKind = "assertion" if "assertion" in match["message"] else "exception"
        frames = (Frame(match["file"], int(match["line"])),)
        yield Failure(
            kind, "panic", match["message"], frames, (match["test"],), "cargo", match[0][-MAX_TEXT:]
        )


def _node(text: str) -> Iterator[Failure]:
    for match in _NODE_SYNTAX.finditer(text):
        frame = Frame(match["file"], int(match["line"]))
        yield Failure(
            "syntax", "SyntaxError", match["message"], (frame,), tool="node", text=match[0][-MAX_TEXT:]
        )
        return
    for match in _NODE_ERROR.finditer(text):
        found = [frame for frame in _NODE_FRAME.finditer(match["frames"]) if "node:" not in frame["file"]]
        if not found:
            continue
        frames = tuple(
            Frame(frame["file"], int(frame["line"]), frame["function"] or "") for frame in reversed(found)
        )
        kind: FailureKind = "assertion" if match["type"] == "AssertionError" else "exception"
        yield Failure(kind, match["type"], match["message"], frames, tool="node", text=match[0][-MAX_TEXT:])


_TOOLS = (
    _Tool("rustc", _lines(_RUST, "rustc", "build")),
    _Tool("cargo", _rust_panics),
    _Tool("gcc", _lines(_C, "gcc", "build")),
    _Tool("javac", _lines(_JAVAC, "javac", "build")),
    _Tool("java", _java),
    _Tool("tsc", _lines(_TSC, "tsc", "build")),
    _Tool("go", _go),
    _Tool("node", _node),
)
