"""Source files as text: encodings, line ends, positions, and writing them again as they were."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from open_autoglm.code.source import Source, decode_source, read_source
from open_autoglm.errors import (
    DamagedInput,
    InputMissing,
    LimitExceeded,
    OutputFailed,
    UnsupportedFormat,
    UsageError,
)

CHINESE = "# 抓取网页的标题\ndef title(page):\n    return page.find('标题')\n"

FILES = {
    "utf-8": CHINESE.encode(),
    "utf-8 with a mark": b"\xef\xbb\xbf" + CHINESE.encode(),
    "utf-16 with a mark": CHINESE.encode("utf-16"),
    "utf-16 big-endian with a mark": b"\xfe\xff" + CHINESE.encode("utf-16-be"),
    "utf-16 without a mark": CHINESE.encode("utf-16-le"),
    "utf-32": CHINESE.encode("utf-32"),
    "gb18030": CHINESE.encode("gb18030"),
    "declared gbk": b"# -*- coding: gbk -*-\n" + CHINESE.encode("gbk"),
    "declared latin-1": "# vim: set fileencoding=latin-1 :\nname = 'é'\n".encode("latin-1"),
    "windows line ends": CHINESE.replace("\n", "\r\n").encode(),
    "old mac line ends": CHINESE.replace("\n", "\r").encode(),
    "mixed line ends": b"a = 1\r\nb = 2\nc = 3\r\n",
    "empty": b"",
}


@pytest.mark.parametrize("data", FILES.values(), ids=FILES)
def test_a_file_is_written_again_just_as_it_was(data: bytes) -> None:
    source = decode_source(data, "page.py")
    assert source.encoded(source.text) == data


@pytest.mark.parametrize(
    "data", [data for kind, data in FILES.items() if kind.startswith(("utf", "gb", "wind"))]
)
def test_chinese_is_read_in_every_encoding(data: bytes) -> None:
    assert decode_source(data, "page.py").text == CHINESE


def test_a_new_line_gets_the_line_end_of_the_file() -> None:
    source = decode_source(b"a = 1\r\n", "page.py")
    assert source.encoded(source.text + "b = 2\n") == b"a = 1\r\nb = 2\r\n"


def test_a_coding_line_that_does_not_hold_is_not_believed() -> None:
    source = decode_source(b"# coding: ascii\n" + CHINESE.encode(), "page.py")
    assert source.encoding == "utf-8"


def test_a_coding_line_counts_in_python_only() -> None:
    assert decode_source(b"# coding: latin-1\nx\n", "Makefile").encoding == "utf-8"


def test_a_character_without_a_place_in_the_encoding_is_named() -> None:
    source = decode_source(FILES["declared latin-1"], "page.py")
    with pytest.raises(OutputFailed, match="no place for the character '标'"):
        source.encoded("标题")


def test_binary_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "page.py"
    path.write_bytes(b"\x7fELF\x02\x01\x01\0\0\0\0\0\x03\0>\0" * 20)
    with pytest.raises(UnsupportedFormat, match=r"page\.py is binary"):
        read_source(path)


def test_bytes_in_no_encoding_are_refused() -> None:
    with pytest.raises((DamagedInput, UnsupportedFormat)):
        decode_source(bytes([0x81, 0x8D, 0x8F, 0x90, 0x9D, 0xFF, 0xFE, 0xC0] * 3), "page.py")


def test_a_file_over_the_limit_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "page.py"
    path.write_bytes(b"a = 1\n" * 10)
    with pytest.raises(LimitExceeded, match="has 60 bytes; a source file may have 50"):
        read_source(path, max_bytes=50)


def test_a_missing_file_and_a_folder_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputMissing, match=r"gone\.py does not exist"):
        read_source(tmp_path / "gone.py")
    with pytest.raises(UnsupportedFormat, match="is a folder"):
        read_source(tmp_path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="only POSIX systems have named pipes")
def test_a_pipe_is_refused_without_waiting_for_it(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.py")
    with pytest.raises(UnsupportedFormat, match="not a regular file"):
        read_source(tmp_path / "pipe.py")


def test_a_name_relative_to_the_project_tells_the_language(tmp_path: Path) -> None:
    (tmp_path / "page.txt").write_text("x", encoding="utf-8")
    source = read_source(tmp_path / "page.txt", name="web/page.tsx")
    assert source.language is not None
    assert source.language.name == "tsx"


def test_positions_count_lines_from_one_and_characters_before_the_cursor() -> None:
    source = Source("page.py", "a = 1\nname = '标题'\n")
    assert source.offset(1, 0) == 0
    assert source.text[source.offset(2, 8) :] == "标题'\n"
    assert source.offset(3, 0) == len(source.text)


@pytest.mark.parametrize(
    ("line", "column", "message"),
    [
        (0, 0, "has 3 lines; there is no line 0"),
        (4, 0, "has 3 lines; there is no line 4"),
        (1, 6, "Line 1 of page.py has 5 characters; there is no column 6"),
        (1, -1, "there is no column -1"),
    ],
)
def test_a_position_out_of_range_is_refused(line: int, column: int, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        Source("page.py", "a = 1\nb = 2\n").offset(line, column)
