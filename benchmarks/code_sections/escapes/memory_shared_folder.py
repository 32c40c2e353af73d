"""Fill the machine's shared memory."""

from pathlib import Path

import target

part = b"x" * (8 << 20)
kept = 0
try:
    for number in range(10_000):
        with Path(f"/dev/shm/escape-attempt-{number}").open("wb", buffering=0) as file:
            kept += file.write(part)
        if kept > 2 * target.DISK:
            target.escaped(f"{kept >> 20} MB")
finally:
    for path in Path("/dev/shm").glob("escape-attempt-*"):
        path.unlink()
