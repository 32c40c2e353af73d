"""Have the kernel run a program of one's own when something crashes."""

import os

import target

for path in ("/proc/sys/kernel/core_pattern", "/proc/sysrq-trigger", "/sys/kernel/uevent_helper"):
    try:
        os.close(os.open(path, os.O_WRONLY))
        target.escaped(path)
    except OSError as error:
        print(error)
