"""From any text that a run or a person gives to the failures in it."""

from __future__ import annotations

import re

from open_autoglm.code.diagnose.failure import Failure
from open_autoglm.code.diagnose.other_tools import other_failures
from open_autoglm.code.diagnose.pytest_output import pytest_failures
from open_autoglm.code.diagnose.python_traceback import python_failures

MAX_READ = 400_000
"""Characters that are looked at, half from each end."""
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def read_failures(text: str) -> tuple[Failure, ...]:
    """Failures in the order of the text, each once; empty where none is recognized."""
    text = _COLOUR.sub("", text)
    if len(text) > MAX_READ:
        text = f"{text[: MAX_READ // 2]}\n{text[-MAX_READ // 2 :]}"
    found = pytest_failures(text) or python_failures(text) or other_failures(text)
    return tuple({(failure.headline, failure.frames): failure for failure in found}.values())
