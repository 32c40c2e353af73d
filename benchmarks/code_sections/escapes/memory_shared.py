"""Take more memory than is granted, shared with nobody."""

import mmap

import target

held = []
part = 16 << 20
while len(held) * part < 2 * target.MEMORY:
    area = mmap.mmap(-1, part)
    area.write(b"x" * part)
    held.append(area)
target.escaped(f"{len(held) * part >> 20} MB")
