"""Puts repaired texts into the user's files: whole or not at all, with a copy of what was there."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from open_autoglm.code.repair.edit import PatchDoesNotApply
from open_autoglm.errors import OutputFailed
from open_autoglm.files import write_whole_bytes


@dataclass(frozen=True, slots=True)
class NewContent:
    """What a file shall hold, and the digest of what it held when it was read."""

    path: Path
    digest: str
    data: bytes


def digest_of(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def write_back(contents: Sequence[NewContent]) -> tuple[Path, ...]:
    """Write all of them; answers the copies of what was there, in the same order.

    Everything is looked at before the first file is touched. Raises PatchDoesNotApply for a file that is not
    what it was, OutputFailed for one that can't be written.
    """
    for content in contents:
        _check(content)
    copies = []
    for content in contents:
        copies.append(_keep(content.path))
        mode = content.path.stat().st_mode
        write_whole_bytes(content.path, content.data)
        content.path.chmod(mode)
    return tuple(copies)


def _check(content: NewContent) -> None:
    path = content.path
    try:
        there = path.read_bytes()
    except OSError as error:
        raise OutputFailed(
            f"{path} can't be read any more: {error.strerror or error}.", hint="Nothing was written."
        ) from error
    if digest_of(there) != content.digest:
        raise PatchDoesNotApply(
            f"{path} has changed since it was read, so the repair does not apply.",
            hint="Nothing was written; run the same command again.",
        )
    if not os.access(path, os.W_OK) or not os.access(path.parent, os.W_OK):
        raise OutputFailed(
            f"{path} is read-only.",
            hint="Nothing was written; change its rights, or apply the diff that is shown.",
        )


def _keep(path: Path) -> Path:
    """A copy beside it: ``crawler.py.orig``, or with the next free number where there is one already."""
    number = 0
    while True:
        copy = path.with_name(f"{path.name}.orig{f'.{number}' if number else ''}")
        try:
            with copy.open("xb") as stream:
                stream.write(path.read_bytes())
        except FileExistsError:
            number += 1
            continue
        except OSError as error:
            raise OutputFailed(
                f"Can't keep a copy as {copy}: {error.strerror or error}.",
                hint="Nothing was written to the file.",
            ) from error
        shutil.copystat(path, copy)
        return copy
