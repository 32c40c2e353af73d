"""How long a client wants its model to stay, as Ollama writes it: seconds, or a duration of Go."""

from __future__ import annotations

import math
import re

from open_autoglm.errors import UsageError

_SECONDS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}
_TERM = re.compile(r"(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h)")
_DURATION = re.compile(rf"[+-]?(?:{_TERM.pattern})+")
_NUMBER = re.compile(r"[+-]?\d+(?:\.\d*)?")
MAX_CHARS = 100


def keep_alive_s(value: str | float) -> float:
    """Seconds; infinite for ever, which a client writes as a negative number. Raises UsageError.

    Source: Go, ``time.ParseDuration``; Ollama takes numbers without a unit as seconds.
    """
    if isinstance(value, str):
        text = value.strip()
        if len(text) > MAX_CHARS or not (_DURATION.fullmatch(text) or _NUMBER.fullmatch(text)):
            raise UsageError(
                f"keep_alive is {text[:MAX_CHARS]!r}, which is no duration.",
                hint='Write seconds, or a duration such as "5m" or "1h30m"; 0 unloads, -1 keeps.',
            )
        if _NUMBER.fullmatch(text):
            seconds = float(text)
        else:
            total = sum(float(number) * _SECONDS[unit] for number, unit in _TERM.findall(text))
            seconds = -total if text.startswith("-") else total
    else:
        seconds = float(value)
    return math.inf if seconds < 0 else seconds
