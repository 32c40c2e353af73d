"""Landlock: which files the sandbox may read and write, held by the kernel for it and all its children."""

from __future__ import annotations

import ctypes
import os

from open_autoglm.code.sandbox.launch import system_calls

_CREATE_RULESET = 444
_ADD_RULE = 445
_RESTRICT_SELF = 446
_ASK_VERSION = 1
_PATH_BENEATH = 1

_EXECUTE = 1 << 0
_WRITE_FILE = 1 << 1
_READ_FILE = 1 << 2
_READ_FOLDER = 1 << 3
_MAKE_CHARACTER_DEVICE = 1 << 6
_MAKE_BLOCK_DEVICE = 1 << 11
_DEVICE_CONTROL = 1 << 15

_FILE_RIGHTS = {2: 1 << 14, 3: 1 << 15, 4: 1 << 15, 5: 1 << 16}
"""By version of Landlock: one above the highest right that it knows."""
SIGNALS_FROM = 6
_SCOPES = 0b11
"""Abstract sockets and signals stay inside."""
_OLDEST = 2
"""The first refuses to rename from one folder into another, which too many programs do."""

_READ = _EXECUTE | _READ_FILE | _READ_FOLDER
_OF_A_FILE = _EXECUTE | _WRITE_FILE | _READ_FILE | 1 << 14 | 1 << 15


class _RulesetAttributes(ctypes.Structure):
    _fields_ = (("files", ctypes.c_uint64), ("network", ctypes.c_uint64), ("scoped", ctypes.c_uint64))


class _PathRule(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("allowed", ctypes.c_uint64), ("folder", ctypes.c_int32))


def version() -> int:
    """Raises OSError where the kernel has no Landlock or it is off."""
    found = system_calls.call(_CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint32(_ASK_VERSION))
    if found < _OLDEST:
        raise OSError(0, f"Landlock of version {found}")
    return found


def restrict(readable: list[str], writable: list[str], devices: list[str]) -> None:
    """From here on this process and its children reach nothing else. Needs no_new_privs."""
    known = version()
    rights = _FILE_RIGHTS.get(known, 1 << 16) - 1
    attributes = _RulesetAttributes(rights, 0, _SCOPES if known >= SIGNALS_FROM else 0)
    size = ctypes.sizeof(attributes) if known >= SIGNALS_FROM else 8
    ruleset = system_calls.call(
        _CREATE_RULESET, ctypes.byref(attributes), ctypes.c_size_t(size), ctypes.c_uint32(0)
    )
    all_but_devices = rights & ~(_MAKE_CHARACTER_DEVICE | _MAKE_BLOCK_DEVICE | _DEVICE_CONTROL)
    try:
        for path in readable:
            _allow(ruleset, path, _READ)
        for path in writable:
            _allow(ruleset, path, all_but_devices)
        for path in devices:
            _allow(ruleset, path, rights & (_READ_FILE | _WRITE_FILE | _DEVICE_CONTROL))
        system_calls.call(_RESTRICT_SELF, ctypes.c_int(ruleset), ctypes.c_uint32(0))
    finally:
        os.close(ruleset)


def _allow(ruleset: int, path: str, rights: int) -> None:
    try:
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    try:
        if not os.path.isdir(path):
            rights &= _OF_A_FILE
        rule = _PathRule(rights, descriptor)
        system_calls.call(
            _ADD_RULE,
            ctypes.c_int(ruleset),
            ctypes.c_int(_PATH_BENEATH),
            ctypes.byref(rule),
            ctypes.c_uint32(0),
        )
    finally:
        os.close(descriptor)
