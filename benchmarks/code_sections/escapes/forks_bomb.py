"""Fork without end."""

import os
import time

import target

children = 0
until = time.monotonic() + 4
while time.monotonic() < until and children < 4 * target.PROCESSES:
    try:
        if os.fork() == 0:
            time.sleep(5)
            os._exit(0)
        children += 1
    except OSError:
        time.sleep(0.01)
if children >= 4 * target.PROCESSES:
    target.escaped(f"{children} children")
