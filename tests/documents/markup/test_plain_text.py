"""Plain text: paragraphs, pages by form feed, any encoding."""

from __future__ import annotations

from pathlib import Path

import pytest
from markup_reading import opened, pages_of

from open_autoglm.text_encoding import find_encoding

CHINESE = "本报告介绍了二零二五年度的主要经营情况,收入增长百分之十二。"


def test_paragraphs_are_parted_by_empty_lines_and_pages_by_form_feeds(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"one\r\nstill one\r\n \r\n\r\ntwo\x0cthree\n\x0c")
    first, second = pages_of(path)
    assert [region.text for region in first.regions] == ["one\nstill one", "two"]
    assert [(region.text, region.id, region.page) for region in second.regions] == [("three", "p2r1", 2)]


MARKED = ["utf-8", "utf-8-sig", "utf-16", "gb18030", "gbk"]
MIXED = "Plain words, then 中文。" * 3
"""Without a mark only the NULs of ASCII letters tell UTF-16 apart."""


@pytest.mark.parametrize(
    ("text", "encoding"),
    [(text, encoding) for text in (CHINESE, "合同", MIXED) for encoding in MARKED]
    + [(MIXED, "utf-16-le"), (MIXED, "utf-16-be")],
)
def test_chinese_in_every_encoding(tmp_path: Path, text: str, encoding: str) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(text.encode(encoding))
    assert pages_of(path)[0].regions[0].text == text


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("これは日本語の文章です。漢字とひらがなとカタカナがあります。" * 3, "shift_jis"),
        ("Größe, Übung und Straße: eine völlig gewöhnliche Prüfung für ältere Geräte." * 3, "cp1252"),
        ("Это обычный русский текст, написанный в старой кодировке." * 3, "cp1251"),
    ],
)
def test_other_old_encodings_of_longer_texts(text: str, encoding: str) -> None:
    found = find_encoding(text.encode(encoding))
    assert found is not None
    assert text.encode(encoding).decode(found) == text


def test_an_encoding_that_had_to_be_guessed_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(CHINESE.encode("gb18030"))
    assert opened(path).warnings == ("The text was read as gb18030.",)
