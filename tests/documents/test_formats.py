"""A file's format is what it holds, not what it is called."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from PIL import Image

from open_autoglm.documents.formats import EXTENSIONS, Format, detect_format, media_type
from open_autoglm.errors import DamagedInput, UnsupportedFormat


def packed(*names: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in names:
            archive.writestr(name, "application/vnd.oasis.opendocument.text" if name == "mimetype" else "x")
    return out.getvalue()


def picture(kind: str) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (4, 4)).save(out, kind)
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "format_"),
    [
        ("a.txt", b"%PDF-1.4\n", Format.PDF),
        ("a.bin", b"junk before it\n%PDF-1.4\n", Format.PDF),
        ("a.jpg", picture("PNG"), Format.PNG),
        ("a", picture("JPEG"), Format.JPEG),
        ("a", picture("TIFF"), Format.TIFF),
        ("a", picture("WEBP"), Format.WEBP),
        ("a.zip", packed("[Content_Types].xml", "word/document.xml"), Format.DOCX),
        ("a.docx", packed("ppt/presentation.xml"), Format.PPTX),
        ("a", packed("xl/workbook.xml"), Format.XLSX),
        ("a", b"<!DOCTYPE html><p>x", Format.HTML),
        ("report.pdf", b"\xef\xbb\xbf\n<html><body>x", Format.HTML),
        ("a.csv", b"a,b\n1,2\n", Format.CSV),
        ("a.TSV", b"a\tb\n", Format.TSV),
        ("a.md", b"# a\n", Format.MARKDOWN),
        ("a.txt", b"<html>shown as text", Format.TEXT),
        ("notes", b"plain words\n", Format.TEXT),
        ("a.py", b"print(1)\n", Format.TEXT),
        ("a.txt", "中文".encode("gb18030"), Format.TEXT),
        ("a.txt", "中文 and more".encode("utf-16"), Format.TEXT),
        ("a.txt", "no mark at all".encode("utf-16-le"), Format.TEXT),
        ("a.txt", b"BMW and MZ are words, not signatures", Format.TEXT),
    ],
)
def test_content_decides(tmp_path: Path, name: str, content: bytes, format_: Format) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    assert detect_format(path, 1) is format_


@pytest.mark.parametrize(
    ("content", "seems"),
    [
        (b"BM" + bytes(60), "a BMP picture"),
        (packed("mimetype", "content.xml"), "an OpenDocument file"),
        (packed("xl/workbook.bin"), "xlsb"),
        (b"\x7fELF" + bytes(60), "a program"),
        (bytes(range(256)), "unknown binary data"),
    ],
)
def test_what_is_not_read_is_named(tmp_path: Path, content: bytes, seems: str) -> None:
    path = tmp_path / "a.dat"
    path.write_bytes(content)
    with pytest.raises(UnsupportedFormat, match=seems):
        detect_format(path, 1)


def test_a_cut_archive_is_called_by_the_name_of_its_kind(tmp_path: Path) -> None:
    path = tmp_path / "a.docx"
    path.write_bytes(packed("word/document.xml")[:-30])
    with pytest.raises(DamagedInput, match="damaged DOCX file"):
        detect_format(path, 1)


def test_every_format_has_a_media_type_and_an_extension() -> None:
    assert {*EXTENSIONS.values()} == {*Format}
    assert all("/" in media_type(format_) for format_ in Format)
