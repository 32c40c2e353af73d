"""Writing large files: room is checked first, and a full disk is said as one."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from open_autoglm.errors import OutputFailed

CHUNK_BYTES = 4 << 20
MAX_JSON_BYTES = 1_000_000
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def megabytes(size: int) -> str:
    """A size for people, for example ``1.1 GB`` or ``98 MB``."""
    return f"{size / 1e9:.1f} GB" if size >= 999_500_000 else f"{max(1, round(size / 1e6))} MB"


def require_room(folder: Path, need: int) -> None:
    """Raise OutputFailed when the disk of ``folder`` has less than ``need`` bytes free."""
    with writing(folder, need):
        folder.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(folder).free
    if free < need:
        raise OutputFailed(
            f"The disk of {folder} has {megabytes(free)} free; {megabytes(need)} more are needed.",
            hint="Free some room, or choose another disk with --data-dir.",
        )


@contextmanager
def writing(path: Path, need: int) -> Iterator[None]:
    """Turn a failed write into OutputFailed that names the sizes."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise OutputFailed(
                f"The disk is full: {path} needs {megabytes(need)} and {_free_text(path)} is free.",
                hint="Free some room and pull again, or choose another disk with --data-dir.",
            ) from error
        raise OutputFailed(f"{path} can't be written: {error.strerror or error}.") from error


def _free_text(path: Path) -> str:
    place = next((p for p in (path, *path.parents) if p.exists()), None)
    return megabytes(shutil.disk_usage(place).free) if place else "an unknown amount"


def sha256_of(path: Path, on_bytes: Callable[[int], None] = lambda _: None) -> str:
    """The digest of a file; ``on_bytes`` is told how many bytes have been read so far."""
    digest, done = hashlib.sha256(), 0
    with path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            digest.update(chunk)
            done += len(chunk)
            on_bytes(done)
    return digest.hexdigest()


def write_json(path: Path, value: Any) -> None:
    """Write whole or not at all: to a neighbor first, then renamed over."""
    neighbor = path.with_name(path.name + ".new")
    with writing(path, 0), neighbor.open("w", encoding="utf-8") as file:
        json.dump(value, file, ensure_ascii=False, indent=2)
        file.flush()
        os.fsync(file.fileno())
    with writing(path, 0):
        neighbor.replace(path)


def read_json(path: Path) -> dict[str, Any] | None:
    """The object in a small JSON file of ours; None when absent or not ours."""
    try:
        if path.stat().st_size > MAX_JSON_BYTES:
            return None
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return value if isinstance(value, dict) else None
