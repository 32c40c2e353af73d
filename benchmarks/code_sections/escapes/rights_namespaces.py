"""Become root of a world of one's own, where the kernel has had most of its holes."""

import ctypes
import os

import target

CLONE_NEWUSER, CLONE_NEWNS, SYS_CLONE = 0x1000_0000, 0x0002_0000, {"x86_64": 56, "aarch64": 220}
libc = ctypes.CDLL(None, use_errno=True)
child = libc.syscall(SYS_CLONE[os.uname().machine], CLONE_NEWUSER | CLONE_NEWNS | 17, 0, 0, 0, 0)
if child == 0:
    os._exit(0)
if child > 0 or libc.unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0:
    target.escaped()
print(os.strerror(ctypes.get_errno()))
