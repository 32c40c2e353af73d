"""A file is written whole or not at all."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from open_autoglm.errors import OutputFailed
from open_autoglm.files import write_whole


def test_the_old_content_stands_until_the_new_is_whole(tmp_path: Path) -> None:
    target = tmp_path / "a.txt"
    target.write_text("old", encoding="utf-8")
    with write_whole(target) as stream:
        stream.write("新")
        assert target.read_text(encoding="utf-8") == "old"
    assert target.read_text(encoding="utf-8") == "新"


def test_an_error_inside_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="stop"), write_whole(tmp_path / "a.txt") as stream:
        stream.write("half")
        raise ValueError("stop")
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(OutputFailed, match="No space left"), write_whole(tmp_path / "a.txt") as stream:
        stream.write("half")
        raise OSError(errno.ENOSPC, "No space left on device")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(OutputFailed, match="--output"), write_whole(tmp_path / "none" / "a.txt"):
        pass
