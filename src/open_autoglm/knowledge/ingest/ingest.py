"""Brings a base up to date with its folders: words first, vectors after. What is done is never done twice."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path

from open_autoglm.knowledge.embedding.embedder import Embedder
from open_autoglm.knowledge.ingest.base_folders import folders_of, why_vanished
from open_autoglm.knowledge.ingest.embed_windows import embed_windows
from open_autoglm.knowledge.ingest.folder_walk import FoundFile, Walked, is_inside, readable_name, walk
from open_autoglm.knowledge.ingest.plan import Plan, make_plan
from open_autoglm.knowledge.ingest.progress import FailedFile, IngestProgress, IngestResult, OnProgress, Pace
from open_autoglm.knowledge.ingest.read_files import MakeChunks, ReaderFor, read_files
from open_autoglm.knowledge.store.base_store import BaseStore, FileRecord
from open_autoglm.local.disk import sha256_of

REMOVED_AT_ONCE = 200
"""Files forgotten in one transaction, so that nobody waits long for it."""


@dataclass(frozen=True, slots=True)
class IngestTools:
    """What files become chunks and chunks become vectors with."""

    reader_for: ReaderFor
    make_chunks: MakeChunks
    embedder: Embedder | None
    """None: words alone; the vectors are made when there is one."""
    cores: int = 1


def _ignore(progress: IngestProgress) -> None:
    del progress


def _never() -> bool:
    return False


Lock = Callable[[], AbstractContextManager[None]]
"""Held while a base is changed, so that two programs don't read the same files."""


class Ingest:
    """Of one base."""

    def __init__(
        self,
        store: BaseStore,
        tools: IngestTools,
        *,
        on_progress: OnProgress = _ignore,
        stop: Callable[[], bool] = _never,
        lock: Lock = nullcontext,
    ) -> None:
        self._lock = lock
        self._store = store
        self._tools = tools
        self._tell = on_progress
        self._stop = stop
        self._complete_at: int | None = None
        """Revision of the base at which no vector was missing."""

    def run(self, paths: Sequence[str] | None = None, *, vectors: bool = True) -> IngestResult:
        """All folders of the base, or what lies at ``paths`` in them: files and folders, there or gone.

        Each file is kept as soon as it is read. Raises Cancelled, OutputFailed where the disk is full,
        MissingPiece; the base is whole after each of them, and the next run goes on.
        """
        result = IngestResult()
        with self._lock():
            plan = self._plan(paths, result)
            self._keep_known(plan, result)
            self._read(plan, result)
            if vectors:
                result.vectors = self._embed(None)
        result.failed = [
            FailedFile(record.path, record.reason)
            for record in self._known(paths)
            if record.state == "failed"
        ]
        return result

    def embed_some(self, seconds: float) -> int:
        """Vectors that are missing, for about so long; answers how many were made."""
        revision = self._store.revision()
        if self._tools.embedder is None or revision == self._complete_at:
            return 0
        if self._store.counts().without_vector == 0:
            self._complete_at = revision  # counting takes milliseconds, and this is asked ten times a second
            return 0
        with self._lock():
            return self._embed(seconds)

    def _embed(self, seconds: float | None) -> int:
        if self._tools.embedder is None:
            return 0
        return embed_windows(
            self._store, self._tools.embedder, on_progress=self._tell, stop=self._stop, seconds=seconds
        )

    def _plan(self, paths: Sequence[str] | None, result: IngestResult) -> Plan:
        self._tell(IngestProgress("look"))
        folders = folders_of(self._store)
        if paths is not None:
            paths = [path for path in paths if any(is_inside(path, folder) for folder in folders)]
        walked = Walked()
        vanished: list[str] = []
        for folder in folders:
            inside = None if paths is None else [path for path in paths if is_inside(path, folder)]
            if inside == []:
                continue
            why = why_vanished(self._store, folder)
            if why is not None:
                vanished.append(folder)
                result.notes.append(
                    f"The folder {readable_name(folder)} is not there ({why}). What was read of it is kept."
                )
                continue
            for start in [folder] if inside is None else inside:
                walk(folder, self._stop, start, walked)
        if paths is None:
            result.notes += walked.notes
        plan = make_plan(
            self._known(paths),
            walked.files,
            _Digests().of,
            stays=lambda path: any(is_inside(path, place) for place in [*vanished, *walked.unreadable]),
        )
        result.unchanged = plan.unchanged + len(plan.touched)
        self._tell(IngestProgress("look", len(walked.files), len(walked.files)))
        return plan

    def _known(self, paths: Sequence[str] | None) -> list[FileRecord]:
        """What the base holds of what is looked at; of a folder that was taken off the base, everything."""
        if paths is None:
            return list(self._store.files())
        known = {record.path: record for path in paths for record in self._store.files(path)}
        return list(known.values())

    def _keep_known(self, plan: Plan, result: IngestResult) -> None:
        for record, file in [*plan.renamed, *plan.touched]:
            self._store.rename_file(record.path, file.path, file.modified_ns)
        result.renamed = len(plan.renamed)
        for start in range(0, len(plan.removed), REMOVED_AT_ONCE):
            self._store.remove_files(plan.removed[start : start + REMOVED_AT_ONCE])
        result.removed = len(plan.removed)

    def _read(self, plan: Plan, result: IngestResult) -> None:
        total, pace = len(plan.to_read), Pace(len(plan.to_read))
        tools = self._tools
        finished = read_files(
            plan.to_read, tools.reader_for, tools.make_chunks, cores=tools.cores, stop=self._stop
        )
        for done, read in enumerate(finished, start=1):
            self._store.put_file(read.record, read.chunks)
            if read.record.state == "read":
                result.read += 1
                result.chunks += len(read.chunks)
            left = pace.seconds_left(done)
            self._tell(IngestProgress("read", done, total, read.record.path, left))


class _Digests:
    """Of files, each made once."""

    def __init__(self) -> None:
        self._known: dict[str, str | None] = {}

    def of(self, file: FoundFile) -> str | None:
        if file.path not in self._known:
            try:
                self._known[file.path] = sha256_of(Path(file.path))
            except OSError:
                self._known[file.path] = None
        return self._known[file.path]
