"""Office files are ZIP archives: their size once unpacked is checked before anything is unpacked."""

from __future__ import annotations

import zipfile
from pathlib import Path

from open_autoglm.documents.limits import ArchiveLimits
from open_autoglm.errors import DamagedInput, EncryptedInput, LimitExceeded


def check_archive(path: Path, limits: ArchiveLimits | None = None) -> None:
    """Refuse an archive that unpacks to too much, by its own directory.

    ``zipfile`` never unpacks more than the directory says, so the directory can be believed here.
    Raises LimitExceeded, EncryptedInput or DamagedInput.
    """
    limits = limits or ArchiveLimits()
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise DamagedInput(f"{path.name} is damaged: {error}.", hint="Copy or save it again.") from error
    if len(members) > limits.max_members:
        raise _too_large(path, f"{len(members):,} parts", f"{limits.max_members:,}")
    if any(member.flag_bits & 1 for member in members):
        raise EncryptedInput(f"{path.name} is locked with a password.", hint="Save it without one.")
    total = sum(member.file_size for member in members)
    if total > limits.max_unpacked_bytes:
        raise _too_large(path, f"{total >> 20:,} MB once unpacked", f"{limits.max_unpacked_bytes >> 20:,} MB")
    for member in members:
        size = member.file_size
        if size > limits.max_xml_bytes and member.filename.endswith((".xml", ".rels")):
            raise _too_large(path, f"a part of {size >> 20:,} MB", f"{limits.max_xml_bytes >> 20:,} MB")
        if size > limits.ratio_from_bytes and size > limits.max_ratio * max(member.compress_size, 1):
            raise _too_large(
                path,
                f"a part that unpacks to {size / max(member.compress_size, 1):,.0f} times its size",
                f"{limits.max_ratio:,.0f} times",
            )


def _too_large(path: Path, what: str, limit: str) -> LimitExceeded:
    return LimitExceeded(
        f"{path.name} has {what}; the limit is {limit}.",
        hint="It may be made to exhaust memory; save it again in the program that made it.",
    )
