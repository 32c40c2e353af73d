"""Reads any file into a Document: detects, opens in a worker, reads pages, keeps finished ones."""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Literal

import psutil

from open_autoglm.documents.formats import DRAWN, MARKED_UP, detect_format, media_type
from open_autoglm.documents.layout.structure import settle
from open_autoglm.documents.limits import ReadLimits
from open_autoglm.documents.model import Document, Page, Source
from open_autoglm.documents.page_selection import ALL_PAGES, PageSelection
from open_autoglm.documents.page_store import PageKey, PageStore, reader_version
from open_autoglm.documents.recognition import Recognition
from open_autoglm.documents.workers.messages import OpenFile, sendable
from open_autoglm.documents.workers.openers import OPENER
from open_autoglm.documents.workers.page_pool import PagePool, PoolOptions
from open_autoglm.errors import Cancelled, InputMissing, LimitExceeded, OpenAutoGLMError

PICTURE_DPI = 100.0

_log = logging.getLogger(__name__)

ReadStage = Literal["open", "read", "structure"]


@dataclass(frozen=True, slots=True)
class ReadProgress:
    """Where reading stands.

    ``open``: the file is checked and opened; ``read``: one event at the start and one after every page;
    ``structure``: all pages are read, the document is put together.
    """

    stage: ReadStage
    done: int = 0
    """Pages finished, whole or failed, also those kept from an earlier run."""
    total: int = 0
    """Pages to read; 0 while that is unknown."""
    page: int | None = None
    """The page just finished."""
    kept: int = 0
    """Pages taken from an earlier run."""
    seconds_left: float | None = None
    """Estimated from the pages read in this run; None before the first."""


@dataclass(frozen=True, slots=True)
class ReaderOptions:
    """How files are read, the same for every file."""

    limits: ReadLimits = field(default_factory=ReadLimits)
    workers: int | None = None
    """Worker processes at most; None: one for each core."""
    cores: int | None = None
    """Physical cores that all workers together may use; None: all of them."""
    store_folder: Path | None = None
    """Where finished pages are kept for the next run; None: nowhere."""
    store_mb: int = 512
    recognition: Recognition = field(default_factory=Recognition)
    opener: str = OPENER
    """``module:function`` that opens a file inside the worker."""


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """What is asked of one file."""

    password: str | None = None
    pages: PageSelection = ALL_PAGES


def _ignore(progress: ReadProgress) -> None:
    del progress


def _never() -> bool:
    return False


class DocumentReader:
    """Reads files. Holds no open file and no process between two calls; safe to use from any thread."""

    def __init__(self, options: ReaderOptions | None = None) -> None:
        self._options = options or ReaderOptions()

    def series(self) -> ReadSeries:
        """For many files one after another, in one thread."""
        return ReadSeries(self)

    def read(
        self,
        path: Path,
        options: ReadOptions | None = None,
        *,
        on_progress: Callable[[ReadProgress], None] = _ignore,
        cancelled: Callable[[], bool] = _never,
        series: ReadSeries | None = None,
    ) -> Document:
        """The whole document; pages that failed stand in their place with their error.

        Raises InputMissing, UnsupportedFormat, DamagedInput, EncryptedInput, LimitExceeded where the file
        as a whole can't be read, UsageError for pages it does not have, and Cancelled within 2 s after
        ``cancelled()`` turns true. Pages finished by then are kept for the next run.
        """
        options = options or ReadOptions()

        def check() -> None:
            if cancelled():
                raise Cancelled(f"Reading {path.name} was stopped.", hint="Run it again to continue.")

        on_progress(ReadProgress("open"))
        limits = self._options.limits
        format_ = detect_format(path, limits.max_file_mb)
        digest, size = _digest(path, check)
        request = OpenFile(
            path=sendable(path),
            format=format_,
            password=options.password,
            recognition=self._options.recognition,
        )
        with self._pool(request, path.name, check, series) as pool:
            opened = pool.open()
            numbers = options.pages.numbers(opened.page_count, path.name)
            if len(numbers) > limits.max_pages:
                raise LimitExceeded(
                    f"{path.name} has {opened.page_count:,} pages and {len(numbers):,} are to be read; "
                    f"the limit is {limits.max_pages:,}.",
                    hint="Raise it with --max-pages, or choose pages with --pages.",
                )
            # Reading text once more takes less than to keep it.
            kept = series is None or format_ not in MARKED_UP
            keys = self._keys(digest, request, numbers) if kept else {}
            # Without keys nothing is looked up or kept, and the store's folder is not touched.
            with PageStore(self._options.store_folder or Path(), self._options.store_mb) as store:
                pages = _read_pages(pool, numbers, store, keys, on_progress)
        on_progress(ReadProgress("structure", len(numbers), len(numbers)))
        source = Source(
            name=path.name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace"),
            sha256=digest,
            media_type=media_type(format_),
            size_bytes=size,
            page_count=opened.page_count,
        )
        # Files that state their own structure keep it.
        pages = settle(pages) if format_ in DRAWN else pages
        return Document(
            source=source, title=opened.title, author=opened.author, pages=pages, warnings=opened.warnings
        )

    @contextmanager
    def pictures(
        self, path: Path, document: Document, *, password: str | None = None, dpi: float = PICTURE_DPI
    ) -> Iterator[Callable[[int], bytes | None]]:
        """A function from page number to a JPEG of that page, upright as it was read.

        It gives None for formats whose pages are not drawn and for pages that can't be, which is logged.
        """
        rotations = {page.number: page.rotation for page in document.pages}
        request = OpenFile(
            path=sendable(path),
            format=detect_format(path, self._options.limits.max_file_mb),
            password=password,
        )

        def draw(number: int) -> bytes | None:
            try:
                return pool.draw(number, rotations[number], dpi)
            except OpenAutoGLMError as error:
                _log.warning("page %d of %s can't be drawn: %s", number, path.name, error)
                return None

        with PagePool(request, path.name, self.pool_options(), lambda: None) as pool:
            yield draw

    def _pool(
        self, request: OpenFile, name: str, check: Callable[[], None], series: ReadSeries | None
    ) -> AbstractContextManager[PagePool]:
        if series is not None and request.format in MARKED_UP:
            return series.pool(request, name, check)
        return PagePool(request, name, self.pool_options(), check)

    def pool_options(self) -> PoolOptions:
        """What workers may take."""
        limits = self._options.limits
        cores = self._options.cores or psutil.cpu_count(logical=False) or 1
        return PoolOptions(
            opener=self._options.opener,
            workers=self._options.workers or cores,
            cores=cores,
            time_limit_s=limits.page_timeout_s,
            memory_bytes=limits.worker_memory_mb << 20,
        )

    def _keys(self, digest: str, request: OpenFile, numbers: tuple[int, ...]) -> dict[int, PageKey]:
        """The keys under which pages are kept; none where nothing is to be kept.

        Pages that needed a password are not kept: their text would lie on the disk for anyone to read.
        """
        if self._options.store_folder is None or request.password is not None:
            return {}
        version, options = reader_version(), self._options.recognition.as_options()
        return {number: PageKey(digest, number, request.format, version, options) for number in numbers}


class ReadSeries:
    """Reads many files in one thread: a worker that read a text or web page reads the next one too.

    Starting a worker takes half a second, which is most of the time that a short text needs. Files that say
    how pages look, and office files, still get a worker each: their parsers are the ones that a hostile file
    takes over, and what they say of the next file could not be believed. As a context manager it ends its
    worker.
    """

    MAX_FILES = 500
    """Read by one worker, for what its parsers leave behind."""

    def __init__(self, reader: DocumentReader) -> None:
        self._reader = reader
        self._kept: PagePool | None = None
        self._files = 0

    def read(self, path: Path, *, cancelled: Callable[[], bool] = _never) -> Document:
        """As DocumentReader reads it."""
        return self._reader.read(path, cancelled=cancelled, series=self)

    @contextmanager
    def pool(self, request: OpenFile, name: str, check: Callable[[], None]) -> Iterator[PagePool]:
        """Workers that read this file; its worker stays for the next."""
        if self._kept is None or self._files >= self.MAX_FILES:
            self.close()
            self._kept = PagePool(request, name, self._reader.pool_options(), lambda: None)
        else:
            self._kept.turn_to(request, name)
        self._files += 1
        with self._kept.checked_by(check):
            yield self._kept

    def close(self) -> None:
        """Safe to call twice."""
        if self._kept is not None:
            self._kept.close()
        self._kept, self._files = None, 0

    def __enter__(self) -> ReadSeries:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _read_pages(
    pool: PagePool,
    numbers: tuple[int, ...],
    store: PageStore,
    keys: dict[int, PageKey],
    on_progress: Callable[[ReadProgress], None],
) -> tuple[Page, ...]:
    """Kept pages first, then the others as they are finished, each kept at once."""
    pages: dict[int, Page] = {}
    for number, key in keys.items():
        page = store.get(key)
        if page is not None:
            pages[number] = page
    kept, total = len(pages), len(numbers)
    on_progress(ReadProgress("read", kept, total, kept=kept))
    started = time.monotonic()
    for page in pool.read([number for number in numbers if number not in pages]):
        pages[page.number] = page
        if page.number in keys:
            store.put(keys[page.number], page)
        left = (time.monotonic() - started) / (len(pages) - kept) * (total - len(pages))
        on_progress(ReadProgress("read", len(pages), total, page.number, kept, left))
    return tuple(pages[number] for number in numbers)


def _digest(path: Path, check: Callable[[], None]) -> tuple[str, int]:
    """SHA-256 and size in bytes."""
    digest, size = hashlib.sha256(), 0
    try:
        with path.open("rb") as file:
            while block := file.read(1 << 20):
                check()
                digest.update(block)
                size += len(block)
    except OSError as error:
        raise InputMissing(f"{path} can't be read: {error}.", hint="Check the disk.") from error
    return digest.hexdigest(), size
