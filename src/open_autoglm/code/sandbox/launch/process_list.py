"""What the processes of a sandbox take, read from /proc by its first process."""

from __future__ import annotations

import os

_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")

_PARENT = 1
_TIMES = (11, 12, 13, 14)
_THREADS = 17
_RESIDENT = 21


class Taken:
    """A sum over processes. A thread counts like a process, as the kernel's own limit counts it."""

    __slots__ = ("cpu_s", "resident_bytes", "tasks")

    def __init__(self) -> None:
        self.tasks = 0
        self.resident_bytes = 0
        self.cpu_s = 0.0


def taken_by(pids: list[int]) -> Taken:
    taken = Taken()
    for pid in pids:
        fields = _stat(pid)
        if fields:
            taken.tasks += int(fields[_THREADS])
            taken.resident_bytes += int(fields[_RESIDENT]) * _PAGE
            # With those of its ended children, which it has waited for.
            taken.cpu_s += sum(int(fields[place]) for place in _TIMES) / _TICKS
    return taken


def all_others() -> list[int]:
    """Every process but this one, where /proc shows the sandbox alone."""
    own = os.getpid()
    return [int(name) for name in os.listdir("/proc") if name.isdigit() and int(name) != own]


def descendants() -> list[int]:
    """Children of this process and theirs, where /proc shows the whole machine."""
    children: dict[int, list[int]] = {}
    for pid in all_others():
        fields = _stat(pid)
        if fields:
            children.setdefault(int(fields[_PARENT]), []).append(pid)
    found: list[int] = []
    waiting = [os.getpid()]
    while waiting:
        below = children.get(waiting.pop(), [])
        found += below
        waiting += below
    return found


def _stat(pid: int) -> list[bytes]:
    """The fields behind the name, which may hold spaces and brackets; none when the process has ended."""
    try:
        descriptor = os.open(f"/proc/{pid}/stat", os.O_RDONLY)
    except OSError:
        return []
    try:
        return os.read(descriptor, 1024).rpartition(b")")[2].split()
    except OSError:
        return []
    finally:
        os.close(descriptor)
