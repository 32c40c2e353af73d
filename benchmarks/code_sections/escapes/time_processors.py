"""Burn the processors in several processes, none of which takes long alone."""

import os
import time

until = time.monotonic() + 30
for _ in range(3):
    if os.fork() == 0:
        break
while time.monotonic() < until:
    pass
