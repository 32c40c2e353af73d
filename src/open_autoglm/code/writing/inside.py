"""Runs in the sandbox: loads a program and says what each call gives. Imports nothing of the package.

Standard input holds ``{"program", "calls": [{"setup", "call"}], "call_s", "mark"}`` as JSON. Each answer is
one line on standard output that begins with ``mark``: whether the program loaded, then one for each call.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import signal
import sys
import traceback
from collections.abc import Iterator
from typing import Any

MAX_SHOWN = 20_000


class _TooLong(BaseException):
    """The call took longer than it may; no ``except Exception`` of the program swallows it."""


def main() -> None:
    spec = json.loads(sys.stdin.buffer.read().decode("utf-8"))
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what the program prints is not an answer
    sys.stdin = io.StringIO()

    def tell(answer: dict[str, Any]) -> None:
        answers.write(f"{spec['mark']}{json.dumps(answer)}\n")
        answers.flush()

    space: dict[str, Any] = {"__name__": "program"}
    loaded = _attempt(lambda: exec(compile(spec["program"], "program.py", "exec"), space), spec["call_s"])  # noqa: S102
    tell(loaded)
    if "error" in loaded:
        return
    for call in spec["calls"]:
        tell(_attempt(lambda call=call: _value(call, dict(space)), spec["call_s"]))


def _value(call: dict[str, Any], space: dict[str, Any]) -> Any:
    for statement in call["setup"]:
        exec(compile(statement, "example", "exec"), space)  # noqa: S102
    return eval(compile(call["call"], "example", "eval"), space)  # noqa: S307


def _attempt(function: Any, seconds: float) -> dict[str, Any]:
    try:
        with _within(seconds):
            shown = repr(function())
    except _TooLong:
        return {"error": "TooLong", "message": f"did not end within {seconds:g} s"}
    except BaseException as error:  # noqa: BLE001 - whatever ends it is the answer
        return {"error": type(error).__name__, "message": str(error)[:500], "line": _line(error)}
    return {"value": shown if len(shown) <= MAX_SHOWN else f"{shown[:MAX_SHOWN]}…"}


def _line(error: BaseException) -> int | None:
    """Of the program, where the error came from it."""
    if isinstance(error, SyntaxError):
        return error.lineno
    frames = traceback.extract_tb(error.__traceback__)
    return next((frame.lineno for frame in reversed(frames) if frame.filename == "program.py"), None)


@contextlib.contextmanager
def _within(seconds: float) -> Iterator[None]:
    """Ends what takes longer, where the system has timers; elsewhere the sandbox ends the whole run."""
    if not hasattr(signal, "setitimer"):
        yield
        return

    def end(_number: int, _frame: Any) -> None:
        raise _TooLong

    signal.signal(signal.SIGALRM, end)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


if __name__ == "__main__":
    main()
