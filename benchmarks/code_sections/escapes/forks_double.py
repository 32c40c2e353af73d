"""Go on as an orphan that heeds no signal and holds no pipe."""

import os
import signal
import time
from pathlib import Path

if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        for number in range(1, 65):
            try:
                signal.signal(number, signal.SIG_IGN)
            except (OSError, ValueError):
                continue
        os.closerange(0, 100)
        until = time.monotonic() + 6
        while time.monotonic() < until and Path("target.json").exists():
            Path("heartbeat").write_text(str(time.monotonic()))
            time.sleep(0.02)
    os._exit(0)
time.sleep(0.3)
