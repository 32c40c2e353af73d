"""Namespaces of Linux: a network, processes and users of the sandbox's own."""

from __future__ import annotations

import _socket
import fcntl
import os
import struct

from open_autoglm.code.sandbox.launch import system_calls

_SANDBOXED_ROOT = 1000
"""The number under which the user sees itself where it is root outside."""

_SIOCGIFFLAGS = 0x8913
_SIOCSIFFLAGS = 0x8914
_IFF_UP = 1


def enter_user_namespace() -> None:
    """The right to make the other namespaces, and none outside them. Raises OSError where it is refused."""
    user, group = os.getuid(), os.getgid()
    system_calls.unshare(system_calls.CLONE_NEWUSER)
    _write("/proc/self/setgroups", "deny")
    _write("/proc/self/uid_map", f"{user or _SANDBOXED_ROOT} {user} 1")
    _write("/proc/self/gid_map", f"{group or _SANDBOXED_ROOT} {group} 1")


def enter_network_namespace() -> None:
    """A network with nothing but a loopback of its own, where a program may serve itself."""
    system_calls.unshare(system_calls.CLONE_NEWNET)
    # The module under `socket`, which takes milliseconds to import for its enumerations.
    any_socket = _socket.socket(_socket.AF_INET, _socket.SOCK_DGRAM)
    answer = fcntl.ioctl(any_socket.fileno(), _SIOCGIFFLAGS, struct.pack("16sH14x", b"lo", 0))
    flags = struct.unpack_from("H", answer, 16)[0] | _IFF_UP
    fcntl.ioctl(any_socket.fileno(), _SIOCSIFFLAGS, struct.pack("16sH14x", b"lo", flags))
    any_socket.close()


def enter_process_namespace() -> None:
    """The next child is the first process of its own world: when it ends, the kernel ends all in it."""
    system_calls.unshare(system_calls.CLONE_NEWPID)


def enter_small_namespaces() -> None:
    """Shared memory, queues and the host's name."""
    system_calls.unshare(system_calls.CLONE_NEWIPC | system_calls.CLONE_NEWUTS)


def _write(path: str, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY)
    try:
        os.write(descriptor, text.encode())
    finally:
        os.close(descriptor)
