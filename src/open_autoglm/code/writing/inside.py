"""Runs in the sandbox: loads programs and says what each call gives. Imports nothing of the package.

Standard input holds ``{"programs", "calls": [{"setup", "call"}], "call_s", "mark"}`` as JSON. Each answer is
one line on standard output that begins with ``mark``: for each program whether it loaded, then one for each
call. After a call that took too long the program's other calls are left out where there are more programs.
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
from functools import partial
from typing import Any

MAX_SHOWN = 20_000
_WAITING = 3


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

    for number, program in enumerate(spec["programs"]):
        for answer in _answers(program, spec):
            tell({"program": number, **answer})


def _answers(program: str, spec: dict[str, Any]) -> Iterator[dict[str, Any]]:
    space: dict[str, Any] = {"__name__": "program"}
    seconds = spec["call_s"]
    loaded = _attempt(lambda: exec(compile(program, "program.py", "exec"), space), seconds)  # noqa: S102
    yield loaded
    for call in spec["calls"] if "value" in loaded else ():
        answer = _attempt(partial(_value, call, dict(space)), seconds)
        yield answer
        if answer.get("error") == "TooLong" and len(spec["programs"]) > 1:
            return


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
    """Ends what takes longer, where the system has timers; elsewhere the sandbox ends the whole run.

    Processor time is what counts, so that a busy machine changes no verdict; waiting may take a while more.
    """
    if not hasattr(signal, "setitimer"):
        yield
        return

    def end(_number: int, _frame: Any) -> None:
        raise _TooLong

    timers = (
        (signal.SIGPROF, signal.ITIMER_PROF, seconds),
        (signal.SIGALRM, signal.ITIMER_REAL, _WAITING * seconds),
    )
    for number, timer, limit in timers:
        signal.signal(number, end)
        signal.setitimer(timer, limit)
    try:
        yield
    finally:
        for _, timer, _ in timers:
            signal.setitimer(timer, 0)


if __name__ == "__main__":
    main()
