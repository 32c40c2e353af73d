"""What an archive unpacks to is known before it is unpacked."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import pytest

from open_autoglm.documents.limits import ArchiveLimits
from open_autoglm.documents.markup.archive import check_archive
from open_autoglm.errors import DamagedInput, LimitExceeded


def archive(path: Path, **members: bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in members.items():
            file.writestr(name.replace("__", "."), data)
    return path


def test_an_honest_archive_passes(tmp_path: Path) -> None:
    check_archive(archive(tmp_path / "a.docx", a__xml=b"<a/>" * 1000, b__png=os.urandom(1000)))


@pytest.mark.parametrize(
    ("limits", "told"),
    [
        (ArchiveLimits(max_members=1), "2 parts; the limit is 1"),
        (ArchiveLimits(max_unpacked_bytes=1 << 20), "3 MB once unpacked; the limit is 1 MB"),
        (ArchiveLimits(max_xml_bytes=1 << 20), "a part of 2 MB"),
        (ArchiveLimits(max_ratio=10, ratio_from_bytes=1000), "times its size"),
    ],
)
def test_each_limit_is_named_with_the_value_found(tmp_path: Path, limits: ArchiveLimits, told: str) -> None:
    path = archive(tmp_path / "a.docx", a__xml=b"<a/>" * (2 << 18), b__png=bytes(1 << 20))
    with pytest.raises(LimitExceeded) as caught:
        check_archive(path, limits)
    assert told in str(caught.value)


def test_something_else_is_damaged(tmp_path: Path) -> None:
    path = tmp_path / "a.docx"
    path.write_bytes(b"PK\x03\x04 nothing more")
    with pytest.raises(DamagedInput, match=r"a\.docx is damaged"):
        check_archive(path)
