"""Files are written whole or not at all."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from open_autoglm.errors import OutputFailed


def make_private(path: Path) -> None:
    """An empty file that its owner alone may read; one that is there already is not opened at all.

    POSIX frees every lock that a process holds on a file as soon as it closes any descriptor of it
    (https://sqlite.org/howtocorrupt.html, 2.2), and another connection may hold some.
    """
    with contextlib.suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))


@contextlib.contextmanager
def write_whole(path: Path) -> Iterator[IO[str]]:
    """A UTF-8 text stream that becomes ``path`` when the block ends well, and nothing otherwise.

    The text goes to a temporary file in the same folder, is flushed to the disk and renamed, so a
    reader never sees a part. Raises OutputFailed naming the path, the reason and the remedy.
    """
    with _whole(path) as descriptor, os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as stream:
        yield stream
        stream.flush()
        os.fsync(stream.fileno())


def write_whole_bytes(path: Path, data: bytes) -> None:
    """The same for bytes that are there already."""
    with _whole(path) as descriptor, os.fdopen(descriptor, "wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())


@contextlib.contextmanager
def _whole(path: Path) -> Iterator[int]:
    """The descriptor of a file that becomes ``path`` when the block ends well; the block closes it."""
    temporary: Path | None = None
    try:
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
        temporary = Path(name)
        yield descriptor
        temporary.chmod(_usual_mode())
        temporary.replace(path)
        temporary = None
    except OSError as error:
        raise OutputFailed(
            f"Can't write {path}: {error.strerror or error}.",
            hint="Nothing was left half-written. Free some space or choose another place with --output.",
        ) from error
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)


def _usual_mode() -> int:
    """The mode a plain ``open`` would have given; temporary files start readable by their owner alone."""
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
