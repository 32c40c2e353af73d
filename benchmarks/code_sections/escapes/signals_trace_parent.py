"""Take hold of another process as a debugger does, or write into its memory."""

import ctypes
import os

import target

PTRACE_ATTACH = 16
libc = ctypes.CDLL(None, use_errno=True)
if libc.ptrace(PTRACE_ATTACH, target.VICTIM, 0, 0) == 0:
    target.escaped("attached")
os.close(os.open(f"/proc/{target.VICTIM}/mem", os.O_RDWR))
target.escaped("memory")
