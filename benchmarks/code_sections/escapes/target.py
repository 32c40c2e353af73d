"""What the attempts are aimed at, and how they say that they got through."""

import json
from pathlib import Path
from typing import Any

_FOUND: dict[str, Any] = json.loads(Path("target.json").read_text(encoding="utf-8"))

TOKEN: str = _FOUND["token"]
"""Stands in every file and answer outside, so that only the right one counts."""
CANARY = Path(_FOUND["canary"])
OUTSIDE = Path(_FOUND["outside"])
VICTIM: int = _FOUND["victim"]
PARENT: int = _FOUND["parent"]
TCP4: int = _FOUND["tcp4"]
TCP6: int = _FOUND["tcp6"]
UDP4: int = _FOUND["udp4"]
UNIX: str = _FOUND["unix"]
ABSTRACT: str = _FOUND["abstract"]
MEMORY: int = _FOUND["memory_bytes"]
DISK: int = _FOUND["disk_bytes"]
PROCESSES: int = _FOUND["processes"]


def escaped(how: str = "") -> None:
    print("ESCAPED", how, flush=True)
    raise SystemExit


def escaped_if_token(data: bytes | str) -> None:
    text = data if isinstance(data, str) else data.decode("utf-8", "replace")
    if TOKEN in text:
        escaped()
