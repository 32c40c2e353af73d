"""The first process inside a sandbox: it watches the others, reaps them, and ends them all."""

from __future__ import annotations

import os
import resource
import select
import sys
import time

from open_autoglm.code.sandbox.launch import process_list
from open_autoglm.code.sandbox.launch.disk_use import DiskUse
from open_autoglm.code.sandbox.launch.order import Order
from open_autoglm.code.sandbox.launch.shared_memory import SharedMemory

_FIRST_LOOK_S = 0.01
_LATER_LOOK_S = 0.02
_KILL = 9
_CPU_EXCEEDED = 24
_ENDING_S = 5.0


class Supervisor:
    """Of ``child``, which runs the command.

    ``sees`` says whether /proc shows its processes; with ``own_world`` it shows them alone, and the kernel
    ends them with this one.
    """

    def __init__(
        self, child: int, lifeline: int, order: Order, written: list[str], *, sees: bool, own_world: bool
    ) -> None:
        self._child = child
        self._lifeline = lifeline
        self._order = order
        self._sees = sees
        self._own_world = own_world
        self._status: int | None = None
        self._poll = select.poll()
        self._poll.register(lifeline, select.POLLIN | select.POLLHUP)
        _wake_at_end_of(child, self._poll)
        self._memory = SharedMemory(order.memory_bytes)
        self._disk = DiskUse(written, order.disk_bytes)

    def watch(self) -> list[str]:
        """Until the command ends, has taken too much, or our program goes: lines for its status."""
        look_s = _FIRST_LOOK_S
        while True:
            ready = {descriptor for descriptor, _ in self._poll.poll(look_s * 1000)}
            self._reap()
            if self._status is not None:
                return self._ended()
            if self._lifeline in ready:
                return ["ended stopped"]
            excess = self._excess()
            if excess:
                return [f"ended {excess}"]
            look_s = min(look_s * 1.5, _LATER_LOOK_S)

    def end_all(self) -> None:
        """What the command left behind. In a process namespace the kernel does it when this process ends."""
        if self._own_world:
            return
        until = time.monotonic() + _ENDING_S
        while time.monotonic() < until:
            # Without a view of them: the group that the command leads.
            for pid in process_list.descendants() if self._sees else [-self._child]:
                _kill(pid)
            if not self._reap():
                return
            time.sleep(0.002)

    def _ended(self) -> list[str]:
        code = os.waitstatus_to_exitcode(self._status or 0)
        if code == -_CPU_EXCEEDED or (code == -_KILL and self._cpu_s() >= self._order.cpu_s):
            return ["ended cpu"]
        if self._disk.is_over([]):
            return ["ended disk"]
        return [f"exit {code}"]

    def _excess(self) -> str | None:
        pids = self._pids()
        if len(pids) > self._order.processes:
            return "processes"
        taken = process_list.taken_by(pids)
        if taken.tasks > self._order.processes:
            return "processes"
        if taken.resident_bytes > self._order.memory_bytes and self._memory.is_over(pids):
            return "memory"
        if taken.cpu_s + self._cpu_s() > self._order.cpu_s:
            return "cpu"
        return "disk" if self._disk.is_over(pids) else None

    def _pids(self) -> list[int]:
        if not self._sees:
            return []
        return process_list.all_others() if self._own_world else process_list.descendants()

    def _cpu_s(self) -> float:
        """Of those that have ended and were waited for here."""
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        return used.ru_utime + used.ru_stime

    def _reap(self) -> bool:
        """Whether there are children left."""
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return False
            if pid == 0:
                return True
            if pid == self._child:
                self._status = status


def _wake_at_end_of(child: int, poll: select.poll) -> None:
    """Where the system can; elsewhere its end is seen at the next look."""
    if sys.platform == "linux" and hasattr(os, "pidfd_open"):
        try:
            poll.register(os.pidfd_open(child), select.POLLIN)
        except OSError:
            return


def _kill(pid: int) -> None:
    try:
        os.kill(pid, _KILL)
    except OSError:
        return
