"""What the supervisor and its worker process say to each other: one JSON line each way.

Down the worker's stdin goes one Handover; after it the pipe stays open and says nothing. Its end
means "stop", whether the supervisor closed it or was killed. Up the worker's stdout comes one
Ready or Failed. llama.cpp's own log goes to stderr.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from open_autoglm.engine.llama_cpp_options import LlamaCppOptions


@dataclass(frozen=True, slots=True)
class Handover:
    """All a worker needs to know. The key travels here and nowhere else: not in arguments or environment."""

    options: LlamaCppOptions
    api_key: str = field(repr=False)
    parent_pid: int

    def to_line(self) -> bytes:
        return json.dumps(asdict(self), default=str).encode("ascii") + b"\n"

    @classmethod
    def from_line(cls, line: bytes) -> Handover:
        """Raises ValueError or TypeError when the line is not a handover."""
        values = json.loads(line)
        options = dict(values["options"])
        for name in ("model_path", "mmproj_path", "slot_folder"):
            if options[name] is not None:
                options[name] = Path(options[name])
        return cls(LlamaCppOptions(**options), values["api_key"], values["parent_pid"])


@dataclass(frozen=True, slots=True)
class Ready:
    """The model is loaded and answers at this address on the loopback interface."""

    address: str


@dataclass(frozen=True, slots=True)
class Failed:
    """The model could not be loaded. Without a reason, the log on stderr tells it."""

    reason: str | None


def report_to_line(report: Ready | Failed) -> bytes:
    kind = "ready" if isinstance(report, Ready) else "failed"
    return json.dumps({"event": kind, **asdict(report)}).encode("ascii") + b"\n"


def report_from_line(line: bytes) -> Ready | Failed | None:
    """None when the worker ended without a word, or said something else."""
    try:
        values: dict[str, Any] = json.loads(line)
        if values["event"] == "ready":
            return Ready(str(values["address"]))
        return Failed(None if values["reason"] is None else str(values["reason"]))
    except (ValueError, KeyError, TypeError):
        return None
