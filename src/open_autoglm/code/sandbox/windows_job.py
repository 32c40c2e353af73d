"""A Windows job: bounds on memory, processes and processor time, and one end for all that is in it."""

from __future__ import annotations

import ctypes
import subprocess
import threading
from ctypes import c_int64, c_size_t, c_uint32, c_uint64, c_void_p
from typing import Any

from open_autoglm.code.sandbox.limits import RunLimits

_EXTENDED_LIMITS = 9
_UI_RESTRICTIONS = 4
_JOB_TIME = 0x4
_ACTIVE_PROCESSES = 0x8
_JOB_MEMORY = 0x200
_DIE_ON_EXCEPTION = 0x400
_END_ON_CLOSE = 0x2000
_EVERY_UI_RESTRICTION = 0xFF
"""No clipboard, no windows of others, no change of the display, no log-off."""
_SECOND = 10_000_000
_PATH_LENGTH = 260


class _BasicLimits(ctypes.Structure):
    _fields_ = (
        ("process_time", c_int64),
        ("job_time", c_int64),
        ("flags", c_uint32),
        ("smallest_working_set", c_size_t),
        ("largest_working_set", c_size_t),
        ("active_processes", c_uint32),
        ("affinity", c_size_t),
        ("priority_class", c_uint32),
        ("scheduling_class", c_uint32),
    )


class _Limits(ctypes.Structure):
    _fields_ = (
        ("basic", _BasicLimits),
        ("io", c_uint64 * 6),
        ("process_memory", c_size_t),
        ("job_memory", c_size_t),
        ("peak_process_memory", c_size_t),
        ("peak_job_memory", c_size_t),
    )


class WindowsJob:
    def __init__(self, limits: RunLimits) -> None:
        self._kernel = _library("kernel32")
        self._kernel.CreateJobObjectW.restype = c_void_p
        self._handle = self._kernel.CreateJobObjectW(None, None)
        self._closing = threading.Lock()
        if not self._handle:
            raise _error()
        wanted = _Limits()
        wanted.basic.flags = _JOB_TIME | _ACTIVE_PROCESSES | _JOB_MEMORY | _DIE_ON_EXCEPTION | _END_ON_CLOSE
        wanted.basic.job_time = limits.cpu_s * _SECOND
        wanted.basic.active_processes = limits.processes
        wanted.job_memory = limits.memory_bytes
        self._set(_EXTENDED_LIMITS, wanted)
        self._set(_UI_RESTRICTIONS, c_uint32(_EVERY_UI_RESTRICTION))

    def take(self, process: subprocess.Popen[bytes]) -> None:
        """``process`` and all that it will start."""
        handle = c_void_p(int(process._handle))  # type: ignore[attr-defined]
        if not self._kernel.AssignProcessToJobObject(c_void_p(self._handle), handle):
            raise _error()

    def close(self) -> None:
        """End every process in it. Safe to call twice."""
        with self._closing:
            handle, self._handle = self._handle, None
        if handle:
            self._kernel.TerminateJobObject(c_void_p(handle), c_uint32(1))
            self._kernel.CloseHandle(c_void_p(handle))

    def _set(self, kind: int, value: Any) -> None:
        size = c_uint32(ctypes.sizeof(value))
        if not self._kernel.SetInformationJobObject(c_void_p(self._handle), kind, ctypes.byref(value), size):
            raise _error()


def system_folder() -> str:
    """Where Windows is installed; without it in the environment no program finds its libraries."""
    buffer = ctypes.create_unicode_buffer(_PATH_LENGTH)
    _library("kernel32").GetWindowsDirectoryW(buffer, _PATH_LENGTH)
    return buffer.value


def _library(name: str) -> Any:
    return ctypes.WinDLL(name, use_last_error=True)  # type: ignore[attr-defined]


def _error() -> OSError:
    return ctypes.WinError(ctypes.get_last_error())  # type: ignore[attr-defined,no-any-return]
