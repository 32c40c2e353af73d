"""Kill whatever watches, then go on."""

import os
import signal
import time
from pathlib import Path

import target

if os.fork() == 0:
    os.setsid()
    for pid in (1, os.getppid(), target.PARENT, *range(2, 20)):
        if pid != os.getpid():
            try:
                os.kill(pid, signal.SIGKILL)
            except OSError as error:
                print(error)
    until = time.monotonic() + 6
    while time.monotonic() < until and Path("target.json").exists():
        Path("heartbeat").write_text(str(time.monotonic()))
        time.sleep(0.02)
    os._exit(0)
time.sleep(0.3)
