"""Confine, then run: the way from our program to a command in a sandbox.

Three processes stand in a row. The first enters the namespaces. The second is the first one inside them: it
builds the root folder, watches, and takes everything with it when it ends. The third gives up every right
and becomes the command.
"""

from __future__ import annotations

import os
import sys

from open_autoglm.code.sandbox.launch import order as orders
from open_autoglm.code.sandbox.launch import resource_limits
from open_autoglm.code.sandbox.launch.order import Order
from open_autoglm.code.sandbox.launch.supervise import Supervisor

TYPE_CHECKING = False  # as in typing, whose import takes milliseconds
if TYPE_CHECKING:
    from collections.abc import Callable

LINUX = sys.platform == "linux"

if LINUX:
    from open_autoglm.code.sandbox.launch import landlock, namespaces, new_root, seccomp, system_calls

_READ_AT_ONCE = 65_536
_NOT_STARTED = 127
_TASKS_BESIDE = 2
"""The two processes of ours that are counted with those of the command."""
_OWN_COUNT_FROM = (5, 14)
"""Linux counts the processes of a user namespace for themselves from here on."""
_SYSTEM_FACTS = ("/proc/self", "/proc/cpuinfo", "/proc/meminfo", "/proc/stat", "/proc/sys/kernel/random")
_DEVICES = ["/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom"]


class Launch:
    """One run. ``held`` collects the measures that the system granted, by name."""

    def __init__(self, order: Order, lifeline: int, status: int) -> None:
        self.order = order
        self.lifeline = lifeline
        self.status = status
        self.held: set[str] = set()
        self.outer = 0
        """The process that waits outside."""

    def report(self, *lines: str) -> None:
        os.write(self.status, "".join(f"{line}\n" for line in lines).encode("utf-8", "replace"))

    def attempt(self, measure: str, step: Callable[[], None]) -> None:
        """Take one measure; where the system refuses it, go on without and say so."""
        if measure in self.order.without:
            self.report(f"lost {measure} left out")
            return
        try:
            step()
        except OSError as error:
            self.report(f"lost {measure} {error.strerror or error}")
        else:
            self.held.add(measure)
            self.report(f"held {measure}")

    def run(self) -> None:
        if LINUX:
            self.attempt("user", namespaces.enter_user_namespace)
            self.attempt("network", namespaces.enter_network_namespace)
            self.attempt("processes", namespaces.enter_process_namespace)
            self.attempt("shared_memory", namespaces.enter_small_namespaces)
        self.outer = os.getpid()
        first_inside = os.fork()
        if first_inside == 0:
            self._inside()
        _let_go_of_streams()
        os.close(self.status)
        os.waitpid(first_inside, 0)
        os._exit(0)  # the usual end of an interpreter takes milliseconds

    def _inside(self) -> None:
        if LINUX:
            system_calls.end_with_parent()
            system_calls.hide_memory()
            if "processes" in self.held:
                self.attempt("root", self._enter_root)
            else:
                system_calls.adopt_orphans()
        child = os.fork()
        if child == 0:
            self._become_command()
        _let_go_of_streams()
        own_world, own_root = "processes" in self.held, "root" in self.held
        sees = LINUX and (own_root or not own_world)
        written = [self.order.folder, *([] if own_root else [self.order.own_folder])]
        supervisor = Supervisor(child, self.lifeline, self.order, written, sees=sees, own_world=own_world)
        self.report("watched" if sees else "unwatched")
        lines = supervisor.watch()
        supervisor.end_all()
        self.report(*lines)
        os._exit(0)

    def _enter_root(self) -> None:
        order = self.order
        layout = new_root.Layout(order.folder, order.own_folder, order.readable, order.disk_bytes)
        new_root.enter_new_root(layout)

    def _become_command(self) -> None:
        """Never returns. Everything that is given up here is given up by all that the command starts."""
        try:
            os.setsid()
            if LINUX:
                system_calls.end_with_parent()
            os.chdir(self.order.folder)
            self._give_up_rights()
            variables = dict(line.split("=", 1) for line in [*self.order.variables, *self._places()])
            os.execve(self.order.executable, self.order.arguments, variables)  # noqa: S606 - the purpose
        except OSError as error:
            self.report(f"failed {error.strerror or error}")
        finally:
            os._exit(_NOT_STARTED)

    def _give_up_rights(self) -> None:
        order = self.order
        resource_limits.limit(
            memory_bytes=order.memory_bytes,
            cpu_s=order.cpu_s,
            file_bytes=order.file_bytes,
            tasks=order.processes + _TASKS_BESIDE if self._counts_tasks() else None,
        )
        if not LINUX:
            return
        system_calls.usual_signals()
        self.attempt("capabilities", system_calls.drop_capabilities)
        system_calls.never_gain_privileges()
        self.attempt("landlock", self._restrict_files)
        if "landlock" in self.held and landlock.version() >= landlock.SIGNALS_FROM:
            self.report("held landlock_signals")
        self.attempt("system_calls", self._filter_calls)

    def _counts_tasks(self) -> bool:
        """Whether the kernel can bound tasks of this sandbox alone; it never does for root."""
        if not LINUX or "user" not in self.held:
            return False
        major, minor = os.uname().release.split(".")[:2]
        release = (int(major), int("".join(digit for digit in minor if digit.isdigit()) or 0))
        return release >= _OWN_COUNT_FROM and self.order.outer_user != 0

    def _restrict_files(self) -> None:
        own_root = "root" in self.held
        # A root of its own holds nothing that may not be read.
        readable = ["/"] if own_root else [*self.order.readable, *_SYSTEM_FACTS]
        writable = [self.order.folder, *(["/tmp", "/dev/shm"] if own_root else [self.order.own_folder])]
        landlock.restrict(readable, writable, _DEVICES)

    def _filter_calls(self) -> None:
        everybody = -1
        ours = [*self.order.ours, self.outer, -self.outer, os.getppid()]
        seccomp.install(
            os.uname().machine,
            seccomp.Wishes(
                own_network="network" in self.held,
                ignore_modes="root" not in self.held,
                protected=[] if "processes" in self.held else [everybody, *ours],
            ),
        )

    def _places(self) -> list[str]:
        home = "/tmp" if "root" in self.held else self.order.own_folder
        return [f"HOME={home}", f"TMPDIR={home}", f"TEMP={home}", f"TMP={home}"]


def _let_go_of_streams() -> None:
    """Only the command holds its pipes, so that their end tells ours."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)


def main(lifeline: int, status: int) -> None:
    data = b""
    while not orders.is_whole(data):
        part = os.read(lifeline, _READ_AT_ONCE)
        if not part:
            return
        data += part
    for descriptor in (lifeline, status):
        os.set_inheritable(descriptor, False)
    Launch(orders.from_bytes(data), lifeline, status).run()
