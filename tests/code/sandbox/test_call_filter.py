"""The filter of system calls, run by an interpreter of its small language: on both processors, all cases."""

from __future__ import annotations

import struct
import sys

import pytest

if sys.platform != "linux":
    pytest.skip("a filter of Linux", allow_module_level=True)

from open_autoglm.code.sandbox.launch import seccomp
from open_autoglm.code.sandbox.launch.refused_calls import REFUSED
from open_autoglm.code.sandbox.launch.seccomp import Wishes

MACHINES = {"x86_64": 0xC000_003E, "aarch64": 0xC000_00B7}
CALLS = {
    "x86_64": {"read": 0, "socket": 41, "socketpair": 53, "clone": 56, "ioctl": 16, "kill": 62, "chmod": 90},
    "aarch64": {"read": 63, "socket": 198, "socketpair": 199, "clone": 220, "ioctl": 29, "kill": 129},
}
ALLOWED = 0x7FFF_0000
KILLED = 0x8000_0000
AF_UNIX, AF_INET, AF_NETLINK = 1, 2, 16


def decided(code: bytes, machine: int, number: int, *arguments: int) -> int | str:
    """What the kernel would answer: allowed, killed, or the number of an error."""
    data = struct.pack("=IIQ6Q", number, machine, 0, *[*arguments, 0, 0, 0, 0, 0, 0][:6])
    place, loaded = 0, 0
    while True:
        kind, if_true, if_false, value = struct.unpack_from("=HBBI", code, place * 8)
        place += 1
        if kind == 0x06:
            return {ALLOWED: "allowed", KILLED: "killed"}.get(value, value & 0xFFFF)
        if kind == 0x20:
            (loaded,) = struct.unpack_from("=I", data, value)
        else:
            holds = {0x15: loaded == value, 0x35: loaded >= value, 0x45: bool(loaded & value)}[kind]
            place += if_true if holds else if_false


def made(
    machine: str, *, own_network: bool = True, ignore_modes: bool = False, protected: list[int]
) -> bytes:
    wishes = Wishes(own_network=own_network, ignore_modes=ignore_modes, protected=protected)
    return seccomp.instructions(machine, wishes)


@pytest.mark.parametrize("machine", MACHINES)
class TestOnEachProcessor:
    def ask(self, machine: str, code: bytes, name: str, *arguments: int) -> int | str:
        return decided(code, MACHINES[machine], CALLS[machine][name], *arguments)

    def test_usual_calls_pass(self, machine: str) -> None:
        code = made(machine, protected=[])
        assert self.ask(machine, code, "read") == "allowed"
        assert self.ask(machine, code, "clone", 0x3D0F00) == "allowed"
        assert self.ask(machine, code, "kill", 5, 9) == "allowed"

    def test_dangerous_calls_fail(self, machine: str) -> None:
        code = made(machine, protected=[])
        column = list(MACHINES).index(machine)
        numbers = [numbers[column] for numbers in REFUSED.values()]
        assert {decided(code, MACHINES[machine], number) for number in numbers if number is not None} == {1}

    def test_new_and_foreign_calls_fail(self, machine: str) -> None:
        code = made(machine, protected=[])
        assert decided(code, MACHINES[machine], 5000) == 38
        assert decided(code, MACHINES[machine], 0x4000_0000) == 38
        assert decided(code, 0x4000_0003, 1) == "killed"

    def test_its_own_network_may_be_used(self, machine: str) -> None:
        code = made(machine, protected=[])
        assert self.ask(machine, code, "socket", AF_INET) == "allowed"
        assert self.ask(machine, code, "socket", AF_NETLINK) == 13

    def test_without_one_only_pairs_are_left(self, machine: str) -> None:
        code = made(machine, own_network=False, protected=[])
        assert self.ask(machine, code, "socket", AF_INET) == 13
        assert self.ask(machine, code, "socket", AF_UNIX) == 13
        assert self.ask(machine, code, "socketpair", AF_UNIX) == "allowed"

    def test_no_namespaces_and_no_typing_into_terminals(self, machine: str) -> None:
        code = made(machine, protected=[])
        assert self.ask(machine, code, "clone", 0x1000_0000 | 17) == 1
        assert self.ask(machine, code, "ioctl", 0, 0x5412) == 1
        assert self.ask(machine, code, "ioctl", 0, 0x5401) == "allowed"

    def test_some_processes_are_out_of_reach_of_signals(self, machine: str) -> None:
        code = made(machine, protected=[-1, 77, -77])
        assert [self.ask(machine, code, "kill", pid & 0xFFFF_FFFF, 9) for pid in (-1, 77, -77)] == [1, 1, 1]
        assert self.ask(machine, code, "kill", 78, 9) == "allowed"


def test_changes_of_modes_can_be_ignored() -> None:
    number = CALLS["x86_64"]["chmod"]
    assert decided(made("x86_64", ignore_modes=True, protected=[]), MACHINES["x86_64"], number) == 0
    assert decided(made("x86_64", protected=[]), MACHINES["x86_64"], number) == "allowed"


def test_an_unknown_processor_is_refused() -> None:
    with pytest.raises(OSError, match="no table of system calls for mips"):
        made("mips", protected=[])
