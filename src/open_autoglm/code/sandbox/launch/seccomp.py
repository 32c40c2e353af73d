"""A filter in the kernel that refuses system calls which no program under test needs."""

from __future__ import annotations

import ctypes
import struct

from open_autoglm.code.sandbox.launch import system_calls
from open_autoglm.code.sandbox.launch.refused_calls import (
    CLONE,
    CLONE3,
    FIRST_UNKNOWN,
    IOCTL,
    MODES,
    REFUSED,
    SIGNALLING,
    SOCKET,
    SOCKETPAIR,
    UNKNOWN_TO_CALLERS,
)

_ARCHITECTURES = {"x86_64": (0xC000_003E, 0), "aarch64": (0xC000_00B7, 1)}
"""The name that the kernel gives to each, and its column in the table of numbers."""

_FILTER_MODE = 2
_LOAD = 0x20
_JUMP_EQUAL = 0x15
_JUMP_FROM = 0x35
_JUMP_ANY_BIT = 0x45
_RETURN = 0x06
_ALLOW = 0x7FFF_0000
_END_PROCESS = 0x8000_0000
_ERROR = 0x0005_0000
_NOT_PERMITTED = 1
_NO_ACCESS = 13
_NO_SUCH_CALL = 38

_NUMBER_AT = 0
_ARCHITECTURE_AT = 4
_ARGUMENTS_AT = 16

_AF_UNIX = 1
_AF_INET = 2
_AF_INET6 = 10
_NAMESPACE_FLAGS = 0x7E02_0000
_TYPES_INTO_TERMINAL = (0x5412, 0x541C)
_EVERYBODY = 0xFFFF_FFFF


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))


class Wishes:
    """What differs from run to run: with namespaces that cut the network, its own loopback may be used."""

    __slots__ = ("ignore_modes", "own_network", "protected")

    def __init__(self, *, own_network: bool, ignore_modes: bool, protected: list[int]) -> None:
        self.own_network = own_network
        self.ignore_modes = ignore_modes
        """Changes of a file's mode or times are taken in silence, where files outside can be named."""
        self.protected = protected
        """Processes that may not be signalled."""


def install(machine: str, wishes: Wishes) -> None:
    """For this process and its children, for ever. Needs no_new_privs. Raises OSError where it can't be."""
    code = instructions(machine, wishes)
    system_calls.install_filter(_FILTER_MODE, _Program(len(code) // 8, code))


def instructions(machine: str, wishes: Wishes) -> bytes:
    if machine not in _ARCHITECTURES:
        raise OSError(0, f"no table of system calls for {machine}")
    name, column = _ARCHITECTURES[machine]
    code = [
        _instruction(_LOAD, _ARCHITECTURE_AT),
        _instruction(_JUMP_EQUAL, name, 1, 0),
        _instruction(_RETURN, _END_PROCESS),
        _instruction(_LOAD, _NUMBER_AT),
        # Also the second set of numbers of x86-64, which begins far above.
        _instruction(_JUMP_FROM, FIRST_UNKNOWN, 0, 1),
        _instruction(_RETURN, _ERROR | _NO_SUCH_CALL),
    ]
    code += _for_each(REFUSED, column, _ERROR | _NOT_PERMITTED)
    code += _for_each(UNKNOWN_TO_CALLERS, column, _ERROR | _NO_SUCH_CALL)
    code += _for_each(CLONE3, column, _ERROR | _NO_SUCH_CALL)
    if wishes.ignore_modes:
        code += _for_each(MODES, column, _ERROR)
    families = (_AF_UNIX, _AF_INET, _AF_INET6) if wishes.own_network else ()
    code += _unless_argument(SOCKET[column], 0, families, _ERROR | _NO_ACCESS)
    code += _unless_argument(SOCKETPAIR[column], 0, (_AF_UNIX,), _ERROR | _NO_ACCESS)
    code += _if_any_bit(CLONE[column], 0, _NAMESPACE_FLAGS, _ERROR | _NOT_PERMITTED)
    code += _if_argument(IOCTL[column], 1, _TYPES_INTO_TERMINAL, _ERROR | _NOT_PERMITTED)
    guarded = [pid & _EVERYBODY for pid in wishes.protected]
    for numbers in SIGNALLING:
        code += _if_argument(numbers[column], 0, guarded, _ERROR | _NOT_PERMITTED)
    code.append(_instruction(_RETURN, _ALLOW))
    return b"".join(code)


def _instruction(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("=HBBI", code, if_true, if_false, value)


def _for_each(table: dict[str, tuple[int | None, int | None]], column: int, answer: int) -> list[bytes]:
    code = []
    for numbers in table.values():
        number = numbers[column]
        if number is not None:
            code += [_instruction(_JUMP_EQUAL, number, 0, 1), _instruction(_RETURN, answer)]
    return code


def _argument(index: int) -> bytes:
    return _instruction(_LOAD, _ARGUMENTS_AT + 8 * index)


def _for_call(number: int, body: list[bytes]) -> list[bytes]:
    """``body`` for one system call; the number is loaded again behind it."""
    whole = [*body, _instruction(_LOAD, _NUMBER_AT)]
    return [_instruction(_JUMP_EQUAL, number, 0, len(whole)), *whole]


def _if_argument(number: int, index: int, values: tuple[int, ...] | list[int], answer: int) -> list[bytes]:
    body = [_argument(index)]
    for value in values:
        body += [_instruction(_JUMP_EQUAL, value, 0, 1), _instruction(_RETURN, answer)]
    return _for_call(number, body)


def _unless_argument(number: int, index: int, values: tuple[int, ...], answer: int) -> list[bytes]:
    body = [_argument(index)]
    body += [_instruction(_JUMP_EQUAL, value, len(values) - place, 0) for place, value in enumerate(values)]
    return _for_call(number, [*body, _instruction(_RETURN, answer)])


def _if_any_bit(number: int, index: int, bits: int, answer: int) -> list[bytes]:
    return _for_call(
        number, [_argument(index), _instruction(_JUMP_ANY_BIT, bits, 0, 1), _instruction(_RETURN, answer)]
    )
