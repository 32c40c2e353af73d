"""Write one file above the size that is allowed."""

from pathlib import Path

import target

part = b"x" * (1 << 20)
kept = 0
with Path("large").open("wb", buffering=0) as file:
    while kept < 8 * target.DISK:
        kept += file.write(part)
target.escaped(f"{kept >> 20} MB")
