"""What one run of foreign code may take: every bound stands here."""

from __future__ import annotations

from dataclasses import dataclass

MEGABYTE = 1 << 20


@dataclass(frozen=True, slots=True)
class RunLimits:
    """For the command and all that it starts, together; ``file_bytes`` is for each file."""

    wall_s: float = 10.0
    cpu_s: int = 10
    """Seconds of all processors."""
    memory_bytes: int = 1024 * MEGABYTE
    output_bytes: int = MEGABYTE
    """Of standard output, and as much of standard error."""
    file_bytes: int = 64 * MEGABYTE
    processes: int = 128
    """Threads count like processes. node takes about 12, Java about 25."""
    disk_bytes: int = 256 * MEGABYTE
    """Beyond what the working folder held before; also the size of the folder for temporary files."""


@dataclass(frozen=True, slots=True)
class CopyLimits:
    """What a project may hold to be copied for a run."""

    max_files: int = 20_000
    max_bytes: int = 512 * MEGABYTE
