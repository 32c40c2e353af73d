"""Fill the disk with files that are removed while they are open."""

from pathlib import Path

import target

part = b"x" * (1 << 20)
kept, held = 0, []
for number in range(400):
    file = Path(f"part{number}").open("wb", buffering=0)
    Path(f"part{number}").unlink()
    held.append(file)
    for _ in range(4):
        kept += file.write(part)
    if kept > 8 * target.DISK:
        target.escaped(f"{kept >> 20} MB")
