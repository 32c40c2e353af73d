"""Damaged and hostile files, end to end: one sentence, the right class, bounded time and memory."""

from __future__ import annotations

import io
import os
import struct
import time
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from open_autoglm.documents.limits import ReadLimits
from open_autoglm.documents.page_selection import parse_pages
from open_autoglm.documents.reader import DocumentReader, ReaderOptions, ReadOptions
from open_autoglm.errors import (
    DamagedInput,
    EncryptedInput,
    InputError,
    InputMissing,
    LimitExceeded,
    UnsupportedFormat,
)

LIMITS = ReadLimits(page_timeout_s=20, worker_memory_mb=1024)


def read(path: Path, **asked: object):
    return DocumentReader(ReaderOptions(limits=LIMITS, workers=1)).read(path, ReadOptions(**asked))


def refusal(path: Path, kind: type[InputError], **asked: object) -> str:
    """The sentence with which a file is refused."""
    with pytest.raises(kind) as caught:
        read(path, **asked)
    assert type(caught.value) is kind
    assert "\n" not in str(caught.value)
    assert path.name in str(caught.value)
    return str(caught.value)


@pytest.fixture(autouse=True)
def quick_and_small(tmp_path: Path) -> Iterator[None]:
    """Every refusal comes quickly, takes little of this process's memory and leaves no process behind."""
    before = psutil.Process().memory_info().rss
    children = set(psutil.Process().children())
    started = time.monotonic()
    yield
    assert time.monotonic() - started < 60
    assert psutil.Process().memory_info().rss - before < 200 << 20
    assert set(psutil.Process().children()) <= children


def write_pdf(path: Path, objects: list[bytes]) -> Path:
    """A PDF of the given objects; the first is the catalog."""
    body, places = b"%PDF-1.7\n", []
    for number, content in enumerate(objects, start=1):
        places.append(len(body))
        body += b"%d 0 obj\n" % number + content + b"\nendobj\n"
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    body += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1) + table
    body += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (
        len(objects) + 1,
        body.rindex(b"xref"),
    )
    path.write_bytes(body)
    return path


def one_page_pdf(
    path: Path, *, size: str = "0 0 595 842", stream: bytes = b"<< /Length 0 >>\nstream\n\nendstream"
):
    return write_pdf(
        path,
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            b"<< /Type /Page /Parent 2 0 R /MediaBox [%s] /Contents 4 0 R >>" % size.encode(),
            stream,
        ],
    )


def test_an_empty_file(tmp_path: Path) -> None:
    path = tmp_path / "empty.pdf"
    path.touch()
    assert "is empty" in refusal(path, DamagedInput)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    assert "no file" in refusal(tmp_path / "absent.pdf", InputMissing)


def test_a_folder(tmp_path: Path) -> None:
    assert "is a folder" in refusal(tmp_path, InputMissing)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_that_never_ends(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.pdf")
    assert "not a regular file" in refusal(tmp_path / "pipe.pdf", InputMissing)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs POSIX rights")
@pytest.mark.parametrize("locked", ["folder", "file"])
def test_no_right_to_read(tmp_path: Path, locked: str) -> None:
    folder = tmp_path / "locked"
    folder.mkdir()
    path = folder / "report.txt"
    path.write_text("text", encoding="utf-8")
    (folder if locked == "folder" else path).chmod(0)
    reader = tmp_path
    for above in (reader, *reader.parents[:3]):
        above.chmod(above.stat().st_mode | 0o055) if os.geteuid() == 0 else None
    os.seteuid(65534) if os.geteuid() == 0 else None  # root may read everything
    try:
        with pytest.raises(InputMissing, match="no right to read"):
            read(path)
    finally:
        os.seteuid(os.getuid())
        folder.chmod(0o700)
        path.chmod(0o600)


def test_a_file_larger_than_the_limit(tmp_path: Path) -> None:
    path = tmp_path / "large.txt"
    with path.open("wb") as file:
        file.truncate((LIMITS.max_file_mb << 20) + 1)  # sparse: takes no disk
    assert "--max-file-mb" in refusal(path, LimitExceeded)


def test_garbage_named_pdf(tmp_path: Path) -> None:
    path = tmp_path / "garbage.pdf"
    path.write_bytes(bytes(range(256)) * 20)
    assert "is not a pdf file" in refusal(path, DamagedInput)


def test_text_named_pdf(tmp_path: Path) -> None:
    path = tmp_path / "words.pdf"
    path.write_text("Just some words.", encoding="utf-8")
    assert "holds plain text" in refusal(path, DamagedInput)


def test_garbage_behind_a_pdf_header(tmp_path: Path) -> None:
    path = tmp_path / "header.pdf"
    path.write_bytes(b"%PDF-1.7\n" + bytes(range(256)) * 20)
    refusal(path, DamagedInput)


@pytest.mark.parametrize("name", ["clip.mp4", "archive.zip", "old.doc", "photo.gif"])
def test_a_format_that_is_not_read_is_named(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    if name.endswith("zip"):
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("a.txt", "a")
    else:
        path.write_bytes(
            {
                "clip.mp4": b"\x00\x00\x00\x18ftypmp42" + bytes(50),
                "old.doc": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
                "photo.gif": b"GIF89a" + bytes(50),
            }[name]
        )
    told = refusal(path, UnsupportedFormat)
    assert "seems to be" in told
    assert "Read are PDF" in told


def test_an_office_file_with_a_password(tmp_path: Path) -> None:
    path = tmp_path / "secret.docx"
    path.write_bytes(
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le")
    )
    assert "password" in refusal(path, EncryptedInput)


def test_a_pdf_cut_in_the_middle(tmp_path: Path) -> None:
    """What PDFium can mend is read; what it can't is refused. Never a crash."""
    whole = one_page_pdf(tmp_path / "whole.pdf").read_bytes()
    path = tmp_path / "cut.pdf"
    for length in (20, 60, len(whole) // 2):
        path.write_bytes(whole[:length])
        refusal(path, DamagedInput)


@pytest.mark.parametrize("name", ["cut.docx", "cut.pptx", "cut.xlsx"])
def test_an_office_file_cut_in_the_middle(tmp_path: Path, name: str) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>" * 100)
    path = tmp_path / name
    path.write_bytes(packed.getvalue()[:-40])
    assert "damaged" in refusal(path, DamagedInput)


@pytest.mark.shared_data
def test_an_encrypted_pdf(shared_data: Path) -> None:
    path = shared_data / "documents" / "password-example.pdf"
    assert "--password" in refusal(path, EncryptedInput)
    assert "wrong" in refusal(path, EncryptedInput, password="nonsense").lower()
    document = read(path, password="test", pages=parse_pages("1"))
    assert document.pages[0].error is None


@pytest.mark.shared_data
def test_a_malformed_pdf_is_read_or_refused_but_never_a_crash(shared_data: Path) -> None:
    try:
        document = read(shared_data / "documents" / "malformed-from-issue-932.pdf")
    except InputError as error:
        assert "malformed-from-issue-932.pdf" in str(error)
    else:
        assert not [page.error for page in document.pages if "crashed" in (page.error or "")]


def test_a_picture_of_2500_million_pixels(tmp_path: Path) -> None:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 50_000, 50_000, 1, 0, 0, 0, 0)
    path = tmp_path / "huge.png"
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(bytes(6251) * 2000))
        + chunk(b"IEND", b"")
    )
    assert "2,500,000,000 pixels" in refusal(path, LimitExceeded)


def test_a_pdf_page_of_absurd_size(tmp_path: Path) -> None:
    path = one_page_pdf(tmp_path / "wide.pdf", size="0 0 5000000 5000000")
    (page,) = read(path).pages
    assert page.error is not None or not page.regions


def test_a_pdf_stream_that_unpacks_to_gigabytes(tmp_path: Path) -> None:
    packer = zlib.compressobj(9)
    # After a full flush a block stands alone, so one block can be repeated: 3 GB in 3 MB.
    first = packer.compress(b"q " * (8 << 20)) + packer.flush(zlib.Z_FULL_FLUSH)
    packed = first + first[2:] * 191 + packer.flush()
    stream = b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream" % (len(packed), packed)
    path = one_page_pdf(tmp_path / "bomb.pdf", stream=stream)
    started = time.monotonic()
    limits = ReadLimits(page_timeout_s=4, worker_memory_mb=700)
    (page,) = DocumentReader(ReaderOptions(limits=limits, workers=1)).read(path).pages
    assert time.monotonic() - started < 15
    assert page.error is not None or not page.regions


def test_a_pdf_of_10000_pages_is_refused_before_any_page_is_read(tmp_path: Path) -> None:
    kids = b" ".join(b"%d 0 R" % number for number in range(3, 10_003))
    pages = [b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] >>"] * 10_000
    path = write_pdf(
        tmp_path / "long.pdf",
        [b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Count 10000 /Kids [%s] >>" % kids, *pages],
    )
    started = time.monotonic()
    told = refusal(path, LimitExceeded)
    assert time.monotonic() - started < 10
    assert "10,000 pages" in told
    assert "--max-pages" in told
    assert "--pages" in told
    assert [page.number for page in read(path, pages=parse_pages("9999-")).pages] == [9999, 10_000]


def office_bomb(path: Path, member: str, content: bytes, times: int) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, archive.open(member, "w") as file:
        for _ in range(times):
            file.write(content)
    return path


@pytest.mark.parametrize(
    ("name", "member"),
    [
        ("bomb.docx", "word/document.xml"),
        ("bomb.pptx", "ppt/presentation.xml"),
        ("bomb.xlsx", "xl/workbook.xml"),
    ],
)
def test_a_zip_bomb(tmp_path: Path, name: str, member: str) -> None:
    path = office_bomb(tmp_path / name, member, bytes(1 << 20), 20)
    assert path.stat().st_size < 50_000
    assert "times its size" in refusal(path, LimitExceeded)


def test_entities_are_not_expanded(tmp_path: Path) -> None:
    """The billion laughs: ten levels of ten entities each."""
    import docx

    path = tmp_path / "laughs.docx"
    docx.Document().save(str(path))
    levels = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    evil = (
        f'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY l0 "ha">{levels}]>'
        '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
        "<w:body><w:p><w:r><w:t>&l9;</w:t></w:r></w:p></w:body></w:document>"
    )
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, evil if name == "word/document.xml" else data)
    try:
        document = read(path)
    except DamagedInput:
        return
    assert "ha" not in "".join(region.text for page in document.pages for region in page.regions)


def test_html_nested_without_end(tmp_path: Path) -> None:
    path = tmp_path / "deep.html"
    path.write_text("<html><body>" + "<div>" * 100_000 + "deep", encoding="utf-8")
    try:
        read(path)
    except InputError as error:
        assert "deep.html" in str(error)
