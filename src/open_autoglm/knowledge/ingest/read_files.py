"""Files are read side by side; each becomes a record and its chunks, whether it could be read or not."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from open_autoglm.documents.formats import EXTENSIONS, media_type
from open_autoglm.documents.model import Document
from open_autoglm.documents.reader import DocumentReader, ReadSeries
from open_autoglm.errors import Cancelled, EncryptedInput, MissingPiece, OpenAutoGLMError, OutputFailed
from open_autoglm.knowledge.chunk import Chunk
from open_autoglm.knowledge.ingest.folder_walk import FoundFile
from open_autoglm.knowledge.store.base_store import FileRecord
from open_autoglm.local.disk import sha256_of

WAIT_STEP_S = 0.1

MakeChunks = Callable[[Document], Sequence[Chunk]]
ReaderFor = Callable[[int], DocumentReader]
"""A reader that uses so many cores."""


@dataclass(frozen=True, slots=True)
class ReadFile:
    record: FileRecord
    chunks: tuple[Chunk, ...]


def read_files(
    files: Sequence[FoundFile],
    reader_for: ReaderFor,
    make_chunks: MakeChunks,
    *,
    cores: int,
    stop: Callable[[], bool],
) -> Iterator[ReadFile]:
    """In the order they are finished. Raises Cancelled, and what is no fault of a file: OutputFailed,
    MissingPiece.

    Many files are read side by side, one core each; a few share the cores among them.
    """
    if not files:
        return
    readers = min(cores, len(files))
    pool = _Readers(files, reader_for(max(1, cores // readers)), make_chunks, readers, stop)
    try:
        yield from pool.finished()
    finally:
        pool.end()


class _Readers:
    """Threads that take files one after another; no more is finished than is taken away soon."""

    def __init__(
        self,
        files: Sequence[FoundFile],
        reader: DocumentReader,
        make_chunks: MakeChunks,
        threads: int,
        stop: Callable[[], bool],
    ) -> None:
        self._count = len(files)
        self._waiting: queue.SimpleQueue[FoundFile] = queue.SimpleQueue()
        for file in files:
            self._waiting.put(file)
        self._done: queue.Queue[ReadFile | BaseException] = queue.Queue(maxsize=2 * threads)
        self._ended = threading.Event()
        self._stop = stop
        self._reader = reader
        self._make_chunks = make_chunks
        self._threads = [
            threading.Thread(target=self._run, name=f"ingest {number}", daemon=True)
            for number in range(threads)
        ]
        for thread in self._threads:
            thread.start()

    def finished(self) -> Iterator[ReadFile]:
        for _ in range(self._count):
            yield self._next()

    def end(self) -> None:
        self._ended.set()
        for thread in self._threads:
            thread.join()

    def _next(self) -> ReadFile:
        while True:
            try:
                # A wait without a limit can't be interrupted by Ctrl-C on Windows.
                outcome = self._done.get(timeout=WAIT_STEP_S)
            except queue.Empty:
                continue
            if isinstance(outcome, BaseException):
                raise outcome
            return outcome

    def _stopped(self) -> bool:
        return self._ended.is_set() or self._stop()

    def _run(self) -> None:
        with self._reader.series() as series:
            while not self._ended.is_set():
                try:
                    file = self._waiting.get_nowait()
                except queue.Empty:
                    return
                outcome: ReadFile | BaseException
                try:
                    outcome = read_one(file, series, self._make_chunks, self._stopped)
                except Exception as error:  # noqa: BLE001 - handed to the thread that asked
                    outcome = error
                self._hand_over(outcome)

    def _hand_over(self, outcome: ReadFile | BaseException) -> None:
        while not self._ended.is_set():
            try:
                self._done.put(outcome, timeout=WAIT_STEP_S)
                return
            except queue.Full:
                continue


def read_one(
    file: FoundFile, series: ReadSeries, make_chunks: MakeChunks, stop: Callable[[], bool]
) -> ReadFile:
    """Its size and time are those from before: what changes meanwhile is read again the next time."""
    path = Path(file.path)
    record = FileRecord(
        path=file.path,
        sha256="",
        size=file.size,
        modified_ns=file.modified_ns,
        media_type=media_type(EXTENSIONS[path.suffix.lower()]),
    )
    if stop():
        raise Cancelled(f"Reading {path.name} was stopped.", hint="Run it again to continue.")
    try:
        document = series.read(path, cancelled=stop)
    except (Cancelled, OutputFailed, MissingPiece):
        raise
    except EncryptedInput as error:  # here is nobody to give a password
        error = EncryptedInput(error.message, hint="Put a copy without a password into the folder.")
        return ReadFile(_failed(record, error), ())
    except OpenAutoGLMError as error:
        return ReadFile(_failed(record, error), ())
    chunks = tuple(make_chunks(document))
    failed = [page for page in document.pages if page.error is not None]
    whole = replace(
        record,
        sha256=document.source.sha256,
        media_type=document.source.media_type,
        pages=document.source.page_count,
        chunks=len(chunks),
        reason=_reason(document, len(chunks)),
    )
    if failed and len(failed) == len(document.pages):
        return ReadFile(replace(whole, state="failed", chunks=0, reason=str(failed[0].error)), ())
    return ReadFile(whole, chunks)


def _failed(record: FileRecord, error: OpenAutoGLMError) -> FileRecord:
    """With its digest where it can be read at all: then it is tried again only when it changes."""
    digest = ""
    if error.status not in (404, 413):  # unreadable, or too large to be worth it
        try:
            digest = sha256_of(Path(record.path))
        except OSError:
            digest = ""
    return replace(record, sha256=digest, state="failed", reason=str(error))


def _reason(document: Document, chunks: int) -> str:
    failed = [page for page in document.pages if page.error is not None]
    if failed:
        return (
            f"{len(failed)} of {len(document.pages)} pages could not be read; "
            f"page {failed[0].number}: {failed[0].error}"
        )
    return "" if chunks else "It holds no text."
