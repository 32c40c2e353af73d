"""Limits that the kernel holds for each process of a sandbox."""

from __future__ import annotations

import resource
import sys

OPEN_FILES = 512


def limit(*, memory_bytes: int, cpu_s: int, file_bytes: int, tasks: int | None) -> None:
    """``tasks`` bounds processes and threads together, where they are counted for this sandbox alone."""
    _lower(resource.RLIMIT_CPU, cpu_s, cpu_s + 1)
    _lower(resource.RLIMIT_FSIZE, file_bytes, file_bytes)
    _lower(resource.RLIMIT_CORE, 0, 0)
    _lower(resource.RLIMIT_NOFILE, OPEN_FILES, OPEN_FILES)
    if sys.platform == "linux":
        # DATA, not AS: node, Java and Go reserve addresses by the gigabyte and touch few of them.
        _lower(resource.RLIMIT_DATA, memory_bytes, memory_bytes)
        _lower(resource.RLIMIT_MEMLOCK, 0, 0)
        _lower(resource.RLIMIT_MSGQUEUE, 0, 0)
    if tasks is not None:
        _lower(resource.RLIMIT_NPROC, tasks, tasks)


def _lower(kind: int, soft: int, hard: int) -> None:
    """A limit that is tighter already stays."""
    _, present = resource.getrlimit(kind)
    if present != resource.RLIM_INFINITY:
        soft, hard = min(soft, present), min(hard, present)
    resource.setrlimit(kind, (soft, hard))
