"""What ruff and the compiler say of a Python file, without running it; only what is an error, not style."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from functools import cache

from open_autoglm.code.diagnose.failure import Failure, FailureKind, Frame

ERRORS = (
    "F402",
    "F404",
    "F50",
    "F521",
    "F522",
    "F523",
    "F524",
    "F525",
    "F601",
    "F602",
    "F621",
    "F622",
    "F631",
    "F632",
    "F633",
    "F634",
    "F70",
    "F81",
    "F82",
    "F90",
    "E9",
    "B003",
    "B006",
    "B008",
    "B012",
    "B015",
    "B016",
    "B018",
    "B019",
    "B020",
    "B021",
    "B023",
    "B025",
    "B029",
    "B030",
    "B031",
    "B035",
    "B039",
    "PLE",
    "ASYNC251",
    "RUF006",
)
"""Rules of ruff that name faults: undefined names, comparisons that are always the same, shared defaults …"""
WORST = ("E9", "F70", "F82", "F632", "PLE")
"""Those that fail whenever the line is reached."""
SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class LintFault:
    """One message of ruff, with the fix it offers: places are (line, column) from 1, in characters."""

    code: str
    message: str
    line: int
    fix: tuple[tuple[tuple[int, int], tuple[int, int], str], ...] = ()

    @property
    def severe(self) -> bool:
        return self.code.startswith(WORST) or self.code == "invalid-syntax"

    def as_failure(self, file: str) -> Failure:
        kind: FailureKind = "syntax" if self.code in ("invalid-syntax", "E999") else "lint"
        return Failure(
            kind,
            self.code,
            self.message,
            (Frame(file, self.line),),
            tool="ruff",
            text=f"{file}:{self.line}: {self.code} {self.message}",
        )


def lint(text: str, name: str) -> tuple[LintFault, ...]:
    """Faults of a Python text by line. Settings of the project are left aside, so the answer is the same
    everywhere. Empty where ruff can't be started or takes longer than its limit."""
    try:
        done = subprocess.run(
            [
                _ruff(),
                "check",
                "--isolated",
                "--no-cache",
                "--quiet",
                "--output-format",
                "json",
                "--unsafe-fixes",
                "--select",
                ",".join(ERRORS),
                "--preview",
                "--stdin-filename",
                name,
                "-",
            ],
            input=text.encode("utf-8", "replace"),
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
        rows = json.loads(done.stdout or b"[]")
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return ()
    return tuple(sorted((_fault(row) for row in rows), key=lambda fault: fault.line))


def _fault(row: dict[str, object]) -> LintFault:
    place = row.get("location")
    line = int(place["row"]) if isinstance(place, dict) else 1
    fix = row.get("fix")
    edits = fix.get("edits", ()) if isinstance(fix, dict) else ()
    changes = tuple(
        (
            (int(edit["location"]["row"]), int(edit["location"]["column"])),
            (int(edit["end_location"]["row"]), int(edit["end_location"]["column"])),
            str(edit["content"]),
        )
        for edit in edits
    )
    return LintFault(str(row.get("code") or "invalid-syntax"), str(row.get("message")), line, changes)


@cache
def _ruff() -> str:
    """The program of this interpreter's own package, whatever else is on the PATH."""
    from ruff import find_ruff_bin

    return str(find_ruff_bin())


def compile_fault(text: str, name: str) -> Failure | None:
    """What the compiler of this interpreter says first; None for a text that compiles."""
    import warnings

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(text, name, "exec", dont_inherit=True)
    except SyntaxError as error:
        frame = Frame(name, error.lineno or 1)
        return Failure(
            "syntax",
            type(error).__name__,
            error.msg,
            (frame,),
            text=f'  File "{name}", line {error.lineno}\n{error.msg}',
        )
    except (ValueError, RecursionError, MemoryError) as error:
        return Failure(
            "syntax",
            type(error).__name__,
            str(error) or "nested too deeply",
            (),
            tool=f"python {sys.version_info[0]}",
        )
    return None
