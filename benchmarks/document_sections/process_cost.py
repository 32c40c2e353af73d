"""What reading costs this process and its children; used by the scripts that read for the sections."""

from __future__ import annotations

import os
import re
import sys
import time
from pathlib import Path

import psutil


def cpu_seconds() -> float:
    """Of this process and its children so far: a peer may draw pages in another process."""
    ended = os.times()
    total = time.process_time() + ended.children_user + ended.children_system
    for child in psutil.Process().children(recursive=True):
        try:
            times = child.cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += times.user + times.system
    return total


def resident_mb() -> float:
    """The most memory this process ever held. (On Linux getrusage would also count the parent's.)"""
    status = Path("/proc/self/status")
    if status.is_file():
        peak = re.search(r"^VmHWM:\s*(\d+) kB", status.read_text("utf-8"), re.MULTILINE)
        return int(peak[1]) / 1024 if peak else 0.0
    if sys.platform == "win32":
        return float(psutil.Process().memory_info().peak_wset) / (1 << 20)
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << 20)
