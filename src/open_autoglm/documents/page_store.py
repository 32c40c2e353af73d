"""Finished pages on disk, by content: reading the same file again continues where it stopped.

Each page is one transaction, so a kill at any moment loses at most the page being written.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import TracebackType

from pydantic import ValidationError

from open_autoglm.blob_cache import BlobCache
from open_autoglm.documents.limits import MAX_PAGE_MESSAGE_BYTES
from open_autoglm.documents.model import Page

_READING_LIBRARIES = (
    "pypdfium2",
    "rapidocr",
    "onnxruntime",
    "python-docx",
    "python-pptx",
    "openpyxl",
    "lxml",
)


def reader_version() -> str:
    """Changes whenever the code that reads documents, or a library it reads with, changes.

    A digest of the package's own sources: nobody has to remember to raise a number.
    """
    digest = hashlib.sha256()
    folder = Path(__file__).parent
    for source in sorted(folder.rglob("*.py")):
        digest.update(source.relative_to(folder).as_posix().encode() + b"\x00" + source.read_bytes())
    for library in _READING_LIBRARIES:
        with contextlib.suppress(PackageNotFoundError):
            digest.update(f"{library}={version(library)}\n".encode())
    return digest.hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class PageKey:
    """Everything a page's result depends on."""

    file_sha256: str
    page: int
    format: str
    reader: str
    """From ``reader_version``."""
    options: Mapping[str, str]
    """Options that change the result; never a password."""

    @property
    def material(self) -> str:
        fields = [self.file_sha256, self.page, self.format, self.reader, dict(self.options)]
        return json.dumps(fields, sort_keys=True, ensure_ascii=False)


class PageStore:
    """Pages under ``folder``, at most ``max_mb`` of them; what was least recently used goes first.

    Use as a context manager; several processes may share a folder. A store that can't be used (a full or
    read-only disk) says so in the log and holds nothing: reading goes on.
    """

    def __init__(self, folder: Path, max_mb: int) -> None:
        self._cache = BlobCache(folder / "pages.sqlite", max_mb << 20, holds="finished pages")

    def __enter__(self) -> PageStore:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Note which pages were used, then let go of the file. Safe to call twice."""
        self._cache.close()

    def get(self, key: PageKey) -> Page | None:
        """The kept page; None where there is none, or where what is kept does not hold."""
        material = key.material.encode()
        packed = self._cache.get(material)
        if packed is None:
            return None
        page = _unpacked(packed)
        if page is not None and page.number == key.page:
            return page
        self._cache.drop(material)
        return None

    def put(self, key: PageKey, page: Page) -> None:
        """Keep a whole page. Pages that failed are not kept: the next run tries them again."""
        if page.error is None:
            self._cache.put(key.material.encode(), zlib.compress(page.model_dump_json().encode(), 6))


def _unpacked(packed: bytes) -> Page | None:
    try:
        unpacker = zlib.decompressobj()
        text = unpacker.decompress(packed, MAX_PAGE_MESSAGE_BYTES)
        return Page.model_validate_json(text) if unpacker.eof else None
    except (zlib.error, ValidationError):
        return None
