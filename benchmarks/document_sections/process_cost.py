"""What reading costs this process and its children; used by the scripts that read for the sections."""

from __future__ import annotations

import os
import sys
import time

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
    """The most memory the process ever held, or 0 where the system does not say."""
    try:
        import resource
    except ImportError:  # Windows
        return 0.0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1 << 20) if sys.platform == "darwin" else peak / 1024
