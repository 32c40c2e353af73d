"""Take more memory than is granted, in one process."""

import target

held = []
while sum(map(len, held)) < 2 * target.MEMORY:
    held.append(b"x" * (16 << 20))
target.escaped(f"{sum(map(len, held)) >> 20} MB")
