"""Which format a file has, told from its content; the extension only chooses among text formats."""

from __future__ import annotations

import stat
import zipfile
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from open_autoglm.errors import (
    DamagedInput,
    EncryptedInput,
    InputMissing,
    LimitExceeded,
    UnsupportedFormat,
)

HEAD_BYTES = 65_536
"""How much of a file is looked at."""


class Format(StrEnum):
    """What can be read. The value is the format's short name."""

    PDF = "pdf"
    PNG = "png"
    JPEG = "jpeg"
    TIFF = "tiff"
    WEBP = "webp"
    DOCX = "docx"
    PPTX = "pptx"
    XLSX = "xlsx"
    HTML = "html"
    CSV = "csv"
    TSV = "tsv"
    MARKDOWN = "markdown"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class _Facts:
    media_type: str
    extensions: tuple[str, ...]


_OFFICE = "application/vnd.openxmlformats-officedocument."

_FACTS: dict[Format, _Facts] = {
    Format.PDF: _Facts("application/pdf", (".pdf",)),
    Format.PNG: _Facts("image/png", (".png",)),
    Format.JPEG: _Facts("image/jpeg", (".jpg", ".jpeg")),
    Format.TIFF: _Facts("image/tiff", (".tif", ".tiff")),
    Format.WEBP: _Facts("image/webp", (".webp",)),
    Format.DOCX: _Facts(_OFFICE + "wordprocessingml.document", (".docx", ".docm")),
    Format.PPTX: _Facts(_OFFICE + "presentationml.presentation", (".pptx", ".pptm")),
    Format.XLSX: _Facts(_OFFICE + "spreadsheetml.sheet", (".xlsx", ".xlsm")),
    Format.HTML: _Facts("text/html", (".html", ".htm", ".xhtml")),
    Format.CSV: _Facts("text/csv", (".csv",)),
    Format.TSV: _Facts("text/tab-separated-values", (".tsv", ".tab")),
    Format.MARKDOWN: _Facts("text/markdown", (".md", ".markdown")),
    Format.TEXT: _Facts("text/plain", (".txt", ".text", ".log")),
}

READABLE = "PDF, PNG, JPEG, TIFF, WebP, DOCX, PPTX, XLSX, HTML, CSV, TSV, Markdown and plain text"

EXTENSIONS: dict[str, Format] = {
    extension: format_ for format_, facts in _FACTS.items() for extension in facts.extensions
}
"""Every extension of a readable format, lower case with its dot: what a folder is searched for."""

DRAWN = frozenset({Format.PDF, Format.PNG, Format.JPEG, Format.TIFF, Format.WEBP})
"""Formats that say how pages look; what the parts of a page are has to be understood."""

MARKED_UP = frozenset({Format.HTML, Format.CSV, Format.TSV, Format.MARKDOWN, Format.TEXT})
"""Formats that are text themselves."""

_SIGNATURES: tuple[tuple[bytes, Format], ...] = (
    (b"\x89PNG\r\n\x1a\n", Format.PNG),
    (b"\xff\xd8\xff", Format.JPEG),
    (b"II*\x00", Format.TIFF),
    (b"MM\x00*", Format.TIFF),
    (b"II+\x00", Format.TIFF),
    (b"MM\x00+", Format.TIFF),
)

_UNREAD_SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"GIF8", "a GIF picture"),
    (b"BM", "a BMP picture"),
    (b"{\\rtf", "a Rich Text document"),
    (b"%!PS", "a PostScript file"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ\x00", "an xz archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"Rar!", "a RAR archive"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
    (b"SQLite format 3\x00", "an SQLite database"),
    (b"GGUF", "a language model"),
    (b"OggS", "a sound or video file"),
    (b"ID3", "a sound file"),
    (b"\x1aE\xdf\xa3", "a video file"),
    (b"AT&TFORM", "a DjVu document"),
)

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

_OFFICE_MEMBERS: tuple[tuple[str, Format], ...] = (
    ("word/document.xml", Format.DOCX),
    ("ppt/presentation.xml", Format.PPTX),
    ("xl/workbook.xml", Format.XLSX),
)

_CONTROL = frozenset(range(32)) - frozenset(b"\t\n\r\f\x1b\b")


def media_type(format_: Format) -> str:
    return _FACTS[format_].media_type


def detect_format(path: Path, max_file_mb: int) -> Format:
    """The format of the file at ``path``.

    Raises InputMissing (no file, a folder, no rights), LimitExceeded (larger than ``max_file_mb``),
    DamagedInput (empty, or not what its extension says), EncryptedInput (an office file with a
    password) and UnsupportedFormat (recognized as something that is not read).
    """
    size = _size_of(path)
    if size == 0:
        raise DamagedInput(f"{path.name} is empty (0 bytes).", hint="Check how the file was copied.")
    if size > max_file_mb << 20:
        raise LimitExceeded(
            f"{path.name} has {size / (1 << 20):,.0f} MB; the limit is {max_file_mb:,} MB.",
            hint="Raise it with --max-file-mb.",
        )
    head = _head_of(path)
    return _binary_format(path, head) or _text_format(path, head)


def _size_of(path: Path) -> int:
    try:
        status = path.stat()
    except FileNotFoundError as error:
        raise InputMissing(f"There is no file {path}.", hint="Check the path given as input.") from error
    except PermissionError as error:
        raise InputMissing(f"There is no right to read {path}.", hint="Check its permissions.") from error
    except (OSError, ValueError) as error:
        raise InputMissing(f"{path} can't be read: {error}.", hint="Check the path.") from error
    if stat.S_ISDIR(status.st_mode):
        raise InputMissing(f"{path} is a folder, not a file.", hint="Name a file inside it.")
    if not stat.S_ISREG(status.st_mode):
        # Reading from a pipe or a device may never end.
        raise InputMissing(f"{path} is not a regular file.", hint="Copy its content to a file first.")
    return status.st_size


def _head_of(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(HEAD_BYTES)
    except PermissionError as error:
        raise InputMissing(f"There is no right to read {path}.", hint="Check its permissions.") from error
    except OSError as error:
        raise InputMissing(f"{path} can't be read: {error}.", hint="Check the disk.") from error


def _binary_format(path: Path, head: bytes) -> Format | None:
    """A format with a signature; None for what may be text."""
    if b"%PDF-" in head[:1024]:
        return Format.PDF
    for signature, format_ in _SIGNATURES:
        if head.startswith(signature):
            return format_
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return Format.WEBP
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _zip_format(path)
    if head.startswith(_OLE):
        raise _ole_error(path)
    seems = next((name for signature, name in _UNREAD_SIGNATURES if head.startswith(signature)), None)
    if head[4:8] == b"ftyp":
        seems = "a video or HEIF file"
    # "BM" and "MZ" also begin ordinary words: only binary content after them counts.
    if seems and not _looks_like_text(head):
        raise _unsupported(path, seems)
    return None


def _zip_format(path: Path) -> Format:
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
            mimetype = archive.read("mimetype")[:100] if _small(archive, "mimetype") else b""
    except (zipfile.BadZipFile, OSError, EOFError, ValueError, NotImplementedError, RuntimeError) as error:
        kind = path.suffix.lstrip(".").upper() if path.suffix.lower() in EXTENSIONS else "ZIP"
        raise DamagedInput(
            f"{path.name} is a damaged {kind} file: {error}.", hint="Copy or save it again."
        ) from error
    for member, format_ in _OFFICE_MEMBERS:
        if member in names:
            return format_
    if mimetype.startswith(b"application/epub"):
        raise _unsupported(path, "an EPUB book")
    if mimetype.startswith(b"application/vnd.oasis"):
        raise _unsupported(path, "an OpenDocument file")
    if "xl/workbook.bin" in names:
        raise _unsupported(path, "a binary Excel workbook (.xlsb)")
    raise _unsupported(path, "a ZIP archive")


def _small(archive: zipfile.ZipFile, member: str) -> bool:
    return member in archive.namelist() and archive.getinfo(member).file_size < 1000


def _ole_error(path: Path) -> EncryptedInput | UnsupportedFormat:
    with path.open("rb") as file:
        directory = file.read(8 << 20)
    if "EncryptedPackage".encode("utf-16-le") in directory:
        return EncryptedInput(
            f"{path.name} is an office file locked with a password, which can't be opened here.",
            hint="Save it without a password in the program that made it.",
        )
    return _unsupported(path, "an old office file (.doc, .xls or .ppt)")


def _text_format(path: Path, head: bytes) -> Format:
    hinted = EXTENSIONS.get(path.suffix.lower())
    if not _looks_like_text(head):
        if hinted is not None:
            raise DamagedInput(
                f"{path.name} is not a {hinted.value} file, whatever its name says: its content is "
                "unknown binary data.",
                hint="Copy or download it again.",
            )
        raise _unsupported(path, "unknown binary data")
    if hinted in MARKED_UP:
        return hinted
    if looks_like_html(head):
        return Format.HTML
    if hinted is not None:
        raise DamagedInput(
            f"{path.name} is not a {hinted.value} file, whatever its name says: it holds plain text.",
            hint="Rename it to .txt to have it read as text.",
        )
    return Format.TEXT


def looks_like_html(head: bytes) -> bool:
    start = head[:1024].replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").lower()
    return start.startswith((b"<!doctype html", b"<html", b"<head", b"<body")) or (
        start.startswith((b"<?xml", b"<!--")) and b"<html" in start
    )


def _looks_like_text(head: bytes) -> bool:
    """Whether bytes may be text in some encoding: no NULs outside UTF-16 and UTF-32, few controls."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")):
        return True
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if even + odd:
        # UTF-16 without its mark: one half of the bytes is mostly NUL (Latin), the other never.
        return min(even, odd) == 0 and max(even, odd) > 0.3 * (len(head) // 2)
    controls = sum(byte in _CONTROL for byte in head)
    return controls <= 0.01 * len(head)


def _unsupported(path: Path, seems: str) -> UnsupportedFormat:
    return UnsupportedFormat(
        f"{path.name} seems to be {seems}, which can't be read.", hint=f"Read are {READABLE}."
    )
