"""Reads Python tracebacks: plain, chained, of exception groups, and of syntax errors."""

from __future__ import annotations

import re
from collections.abc import Iterator

from open_autoglm.code.diagnose.failure import Failure, Frame, kind_of

START = "Traceback (most recent call last):"
_FRAME = re.compile(r'^\s*File "(?P<file>[^"]+)", line (?P<line>\d+)(?:, in (?P<function>.+))?\s*$')
_ERROR = re.compile(r"^(?P<type>[A-Za-z_][\w.]*)(?:: (?P<message>.*))?$")
_CHAIN = re.compile(r"(?:direct cause of the following exception|another exception occurred)")
_MARGIN = re.compile(r"^[ ]*[|+][ -]?")
MAX_TEXT = 4_000


def python_failures(text: str) -> tuple[Failure, ...]:
    """Of each traceback the last exception, the one that ended the program; of a group each part.

    Syntax errors that a compiler prints without a traceback are found too.
    """
    return tuple(_failures(_without_margins(text).splitlines()))


def _without_margins(text: str) -> str:
    """An exception group draws its parts with a margin; without it they are tracebacks like others."""
    if "Exception Group Traceback" not in text:
        return text
    lines = (_MARGIN.sub("", line) if re.match(r"^\s*[|+]", line) else line for line in text.splitlines())
    return "\n".join(lines).replace("Exception Group Traceback", "Traceback")


def _failures(lines: list[str]) -> Iterator[Failure]:
    frames: list[Frame] = []
    waiting: Failure | None = None
    begun = 0
    for place, line in enumerate(lines):
        stripped = line.strip()
        if stripped.endswith(START):
            if waiting is not None and not _chained(lines, begun, place):
                yield waiting
            frames, waiting, begun = [], None, place
        elif match := _FRAME.match(line):
            frames.append(Frame(match["file"], int(match["line"]), (match["function"] or "").strip()))
        elif frames and (match := _ERROR.match(stripped)) and _is_error(match["type"], line):
            text = "\n".join(lines[begun : place + 1])[-MAX_TEXT:]
            message = _whole_message(match["message"] or "", lines, place)
            if waiting is not None:
                yield waiting
            waiting = Failure(kind_of(match["type"]), match["type"], message, tuple(frames), text=text)
            frames = []
    if waiting is not None:
        yield waiting


def _is_error(name: str, line: str) -> bool:
    """Source lines under a frame are indented; the error's own line is not, or not as far."""
    bare = name.rpartition(".")[2]
    return not line.startswith("    ") and bare[:1].isupper()


def _chained(lines: list[str], begun: int, place: int) -> bool:
    return any(_CHAIN.search(line) for line in lines[max(begun, place - 4) : place])


def _whole_message(first: str, lines: list[str], place: int) -> str:
    """A message may go on over lines that are no part of another traceback."""
    more = []
    for line in lines[place + 1 : place + 12]:
        if (
            not line.strip()
            or START in line
            or _FRAME.match(line)
            or line.lstrip().startswith(("During", "The above"))
        ):
            break
        more.append(line)
    return "\n".join([first, *more]).strip()
