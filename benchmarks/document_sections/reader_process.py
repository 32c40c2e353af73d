"""Runs one reader in a process of its own and takes its answers: one JSON object a line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

OURS = "open-autoglm"
THREADS = "2"

Answer = dict[str, object]


def interpreter(reader: str, peer_python: Path) -> str:
    """Our own reader runs here, a peer where peers are installed."""
    return sys.executable if reader == OURS else str(peer_python)


def answers(python: str, script: str, arguments: Sequence[object], seconds: int) -> list[Answer] | str:
    """What the script (of this folder, or a whole path) printed, or in a few words why there is nothing.

    A line with ``missing`` means that the reader is not installed.
    """
    command = [python, "-X", "utf8", str(Path(__file__).parent / script), *map(str, arguments)]
    environment = {**os.environ, "OMP_NUM_THREADS": THREADS}
    try:
        done = subprocess.run(command, capture_output=True, timeout=seconds, check=False, env=environment)
    except subprocess.TimeoutExpired:
        return f"no answer in {seconds} s"
    except OSError as error:
        return f"failed: {error.strerror}"
    lines = [line for line in done.stdout.decode("utf-8", "replace").splitlines() if line.startswith("{")]
    found: list[Answer] = [json.loads(line) for line in lines]
    if found and "missing" in found[0]:
        return f"not installed ({found[0]['missing']})"
    if done.returncode or not found:
        last = done.stderr.decode("utf-8", "replace").strip().splitlines()[-1:] or ["no reason given"]
        return f"failed: {last[0][:80]}"
    return found


def number(answer: Answer, key: str) -> float:
    return float(str(answer.get(key, 0)))
