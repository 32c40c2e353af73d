"""Go on after the end as the leader of a session of one's own."""

import os
import time
from pathlib import Path

if os.fork() == 0:
    os.setsid()
    until = time.monotonic() + 6
    while time.monotonic() < until and Path("target.json").exists():
        Path("heartbeat").write_text(str(time.monotonic()))
        time.sleep(0.02)
    os._exit(0)
time.sleep(0.3)
