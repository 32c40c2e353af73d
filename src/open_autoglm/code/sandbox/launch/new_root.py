"""A root folder of the sandbox's own: what it may read is mounted there, and nothing else of the machine."""

from __future__ import annotations

import ctypes
import os

from open_autoglm.code.sandbox.launch import system_calls
from open_autoglm.code.sandbox.launch.system_calls import mount

_READ_ONLY = 1
_NO_SETUID = 2
_NO_DEVICES = 4
_NO_EXECUTE = 8
_REMOUNT = 32
_BIND = 4096
_RECURSIVE = 16384
_PRIVATE = 1 << 18
_DETACH = 2

_MOUNT_SETATTR = 442
_AT_RECURSIVE = 0x8000
_AT_FDCWD = -100

_DEVICES = ("null", "zero", "full", "random", "urandom")
_SMALL_FILES = {
    "passwd": "nobody:x:65534:65534::/tmp:/bin/sh\n",
    "group": "nogroup:x:65534:\n",
    "hosts": "127.0.0.1 localhost\n::1 localhost\n",
    "nsswitch.conf": "passwd: files\ngroup: files\nhosts: files\n",
}
"""Files of /etc that libraries want, without the names of this machine and its users."""
_STANDARD_STREAMS = {"fd": "", "stdin": "/0", "stdout": "/1", "stderr": "/2"}


class Layout:
    """What the new root shows, all of it under the paths it has outside."""

    __slots__ = ("folder", "own_folder", "readable", "temporary_bytes")

    def __init__(self, folder: str, own_folder: str, readable: list[str], temporary_bytes: int) -> None:
        self.folder = folder
        self.own_folder = own_folder
        self.readable = readable
        self.temporary_bytes = temporary_bytes


def enter_new_root(layout: Layout) -> None:
    """Needs the first process of a new process namespace.

    Raises OSError where the system refuses a step; the old root is then as it was.
    """
    system_calls.unshare(system_calls.CLONE_NEWNS)
    mount("none", "/", None, _RECURSIVE | _PRIVATE)
    root = layout.own_folder
    mount("sandbox", root, "tmpfs", _NO_SETUID | _NO_DEVICES, "size=4m,mode=755")
    try:
        _furnish(root, layout)
    except OSError:
        system_calls.unmount(root, _DETACH)
        raise
    os.chdir(root)
    _pivot()


def _furnish(root: str, layout: Layout) -> None:
    _make_folders(root)
    size = f"size={layout.temporary_bytes},mode=1777,nr_inodes=20000"
    mount("sandbox", f"{root}/tmp", "tmpfs", _NO_SETUID | _NO_DEVICES, size)
    mount("sandbox", f"{root}/dev/shm", "tmpfs", _NO_SETUID | _NO_DEVICES | _NO_EXECUTE, size)
    # Read-only, because a user that is root outside owns the kernel's settings in it.
    mount("sandbox", f"{root}/proc", "proc", _NO_SETUID | _NO_DEVICES | _NO_EXECUTE)
    _set_attributes(f"{root}/proc", _READ_ONLY | _NO_SETUID | _NO_DEVICES | _NO_EXECUTE)
    shown = dict.fromkeys(layout.readable, _READ_ONLY) | {layout.folder: 0}
    mounted: list[str] = []
    for path in sorted(shown, key=lambda path: path.count("/")):
        _show(path, root, shown[path], mounted)
    for name in _DEVICES:
        _touch(f"{root}/dev/{name}")
        mount(f"/dev/{name}", f"{root}/dev/{name}", None, _BIND)
    mount("none", root, None, _REMOUNT | _BIND | _READ_ONLY | _NO_SETUID | _NO_DEVICES)


def _make_folders(root: str) -> None:
    for name in ("tmp", "dev", "dev/shm", "proc", "etc"):
        os.mkdir(f"{root}/{name}")
    for name, text in _SMALL_FILES.items():
        with open(f"{root}/etc/{name}", "w", encoding="ascii") as file:
            file.write(text)
    for name, stream in _STANDARD_STREAMS.items():
        os.symlink(f"/proc/self/fd{stream}", f"{root}/dev/{name}")


def _show(path: str, root: str, attributes: int, mounted: list[str]) -> None:
    """Mount what lies at ``path`` there; where a link leads to it, the link is made as well.

    What lies below something that is ``mounted`` read-only needs no mount of its own.
    """
    real = os.path.realpath(path)
    if not os.path.exists(real):
        return
    if attributes == 0 or not any(f"{real}/".startswith(f"{above}/") for above in mounted):
        inside = root + real
        if os.path.isdir(real):
            os.makedirs(inside, exist_ok=True)
        else:
            os.makedirs(os.path.dirname(inside), exist_ok=True)
            _touch(inside)
        mount(real, inside, None, _BIND | _RECURSIVE)
        _set_attributes(inside, attributes | _NO_SETUID | _NO_DEVICES)
        if attributes:
            mounted.append(real)
        else:
            # What lies in it and may only be read is mounted again, wherever else it lies.
            mounted[:] = [above for above in mounted if not f"{real}/".startswith(f"{above}/")]
    if path != real and not os.path.lexists(root + path):
        os.makedirs(os.path.dirname(root + path), exist_ok=True)
        os.symlink(real, root + path)


def _touch(path: str) -> None:
    if not os.path.lexists(path):
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o644))


def _set_attributes(path: str, attributes: int) -> None:
    """For ``path`` and every mount below it, in addition to what they have."""
    wanted = (ctypes.c_uint64 * 4)(attributes, 0, 0, 0)
    name = ctypes.c_char_p(os.fsencode(path))
    flags, size = ctypes.c_uint(_AT_RECURSIVE), ctypes.c_size_t(ctypes.sizeof(wanted))
    system_calls.call(_MOUNT_SETATTR, ctypes.c_int(_AT_FDCWD), name, flags, wanted, size)


def _pivot() -> None:
    """The current folder becomes the root; the old root goes."""
    system_calls.pivot_root(".", ".")
    system_calls.unmount(".", _DETACH)
    os.chdir("/")
