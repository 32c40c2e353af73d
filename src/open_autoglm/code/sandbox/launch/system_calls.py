"""Calls of the Linux kernel that Python has no function for."""

from __future__ import annotations

import ctypes
import os

_libc = ctypes.CDLL(None, use_errno=True)

CLONE_NEWNS = 0x0002_0000
CLONE_NEWUTS = 0x0400_0000
CLONE_NEWIPC = 0x0800_0000
CLONE_NEWUSER = 0x1000_0000
CLONE_NEWPID = 0x2000_0000
CLONE_NEWNET = 0x4000_0000

_PIVOT_ROOT = {"x86_64": 155, "aarch64": 41}

_PR_SET_PDEATHSIG = 1
_PR_SET_DUMPABLE = 4
_PR_CAPBSET_DROP = 24
PR_SET_SECCOMP = 22
_PR_SET_CHILD_SUBREAPER = 36
_PR_SET_NO_NEW_PRIVS = 38
_PR_CAP_AMBIENT = 47
_PR_CAP_AMBIENT_CLEAR_ALL = 4

_CAPABILITY_VERSION_3 = 0x2008_0522
_LAST_CAPABILITY = 63

_KILL = 9
_PIPE_BROKEN = 13
_FILE_TOO_LARGE = 25


def call(number: int, *arguments: object) -> int:
    """A system call by number. Raises OSError as Python's own functions do."""
    return _checked(_libc.syscall(ctypes.c_long(number), *arguments))


def unshare(flags: int) -> None:
    _checked(_libc.unshare(flags))


def mount(source: str, target: str, kind: str | None, flags: int, data: str | None = None) -> None:
    _checked(
        _libc.mount(
            os.fsencode(source),
            os.fsencode(target),
            kind.encode() if kind else None,
            ctypes.c_ulong(flags),
            data.encode() if data else None,
        )
    )


def unmount(target: str, flags: int) -> None:
    _checked(_libc.umount2(os.fsencode(target), flags))


def pivot_root(new: str, old: str) -> None:
    _checked(_libc.syscall(ctypes.c_long(_PIVOT_ROOT[os.uname().machine]), new.encode(), old.encode()))


def end_with_parent() -> None:
    """The kernel kills this process when its parent ends, however that happens."""
    _prctl(_PR_SET_PDEATHSIG, _KILL)


def hide_memory() -> None:
    """No process of the same user may read this one's memory or environment."""
    _prctl(_PR_SET_DUMPABLE, 0)


def show_memory() -> None:
    _prctl(_PR_SET_DUMPABLE, 1)


def adopt_orphans() -> None:
    """Grandchildren whose parents end become children of this process."""
    _prctl(_PR_SET_CHILD_SUBREAPER, 1)


def never_gain_privileges() -> None:
    _prctl(_PR_SET_NO_NEW_PRIVS, 1)


def drop_capabilities() -> None:
    """Every right beyond a plain user's, for this process and all that it starts."""
    for capability in range(_LAST_CAPABILITY + 1):
        try:
            _prctl(_PR_CAPBSET_DROP, capability)
        except OSError:
            break  # beyond the last one that this kernel knows, or no right to drop: then there are none
    try:
        _prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_CLEAR_ALL)
    except OSError:
        pass  # kernels before 4.3 have none
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    nothing = (ctypes.c_uint32 * 6)()
    _checked(_libc.capset(header, nothing))


def install_filter(mode: int, program: object) -> None:
    _checked(_libc.prctl(PR_SET_SECCOMP, mode, ctypes.byref(program)))  # type: ignore[arg-type]


def usual_signals() -> None:
    """Undo what Python set for itself: a broken pipe or a file that is too large ends other programs."""
    _libc.signal(_PIPE_BROKEN, None)
    _libc.signal(_FILE_TOO_LARGE, None)


def _prctl(option: int, value: int) -> None:
    zero = ctypes.c_ulong(0)
    _checked(_libc.prctl(option, ctypes.c_ulong(value), zero, zero, zero))


def _checked(result: int) -> int:
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return result
