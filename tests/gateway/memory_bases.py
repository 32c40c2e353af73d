"""Bases that live in memory: text files become one passage a line, PDF one a region, found by their words."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from anyio.from_thread import BlockingPortal
from found_passages import WordRetriever

from open_autoglm.config import MEGABYTE, Settings
from open_autoglm.documents.reader import DocumentReader
from open_autoglm.errors import InputMissing, NotFound, UsageError
from open_autoglm.gateway.knowledge.answers import KnowledgeQuestions
from open_autoglm.gateway.knowledge.knowledge import Knowledge
from open_autoglm.gateway.knowledge.page_picture import PictureMaker
from open_autoglm.knowledge.chunk import Chunk, Place, Window
from open_autoglm.knowledge.store.base_store import BaseCounts, FileRecord, StoredChunk
from open_autoglm.serving.service import Service

WATCH_S = 0.05


@dataclass
class MemoryBase:
    """A base and its store in one."""

    folders: list[str] = field(default_factory=list)
    kept: dict[str, tuple[FileRecord, list[Chunk]]] = field(default_factory=dict)
    embedder: None = None
    without_vector: int = 0

    @property
    def store(self) -> MemoryBase:
        return self

    @property
    def retriever(self) -> WordRetriever:
        pairs = [(record, chunk) for record, chunks in self.kept.values() for chunk in chunks]
        return WordRetriever(
            *(
                StoredChunk(number, record, number, chunk)
                for number, (record, chunk) in enumerate(pairs, start=1)
            )
        )

    def counts(self) -> BaseCounts:
        chunks = sum(len(chunks) for _, chunks in self.kept.values())
        failed = sum(record.state == "failed" for record, _ in self.kept.values())
        return BaseCounts(len(self.kept), failed, chunks, chunks, self.without_vector)

    def files(self) -> Sequence[FileRecord]:
        return [record for record, _ in self.kept.values()]

    def remove_files(self, paths: Sequence[str]) -> None:
        for path in paths:
            self.kept.pop(path, None)


@dataclass
class MemoryBases:
    """By owner and name."""

    bases: dict[tuple[str, str], MemoryBase] = field(default_factory=dict)

    def names(self, owner: str) -> Sequence[str]:
        return sorted(name for whose, name in self.bases if whose == owner)

    def owned(self) -> Sequence[tuple[str, str]]:
        return list(self.bases)

    def create(self, owner: str, name: str) -> None:
        if (owner, name) in self.bases or not name.strip() or "/" in name:
            raise UsageError(f"A base can't be named {name!r}.", hint="Use another name.")
        self.bases[owner, name] = MemoryBase()

    def remove(self, owner: str, name: str) -> None:
        del self.bases[owner, name]

    @contextmanager
    def opened(self, owner: str, name: str) -> Iterator[MemoryBase]:
        if (owner, name) not in self.bases:
            raise NotFound(f"There is no base {name!r}.")
        yield self.bases[owner, name]

    def add_folder(self, owner: str, name: str, folder: Path) -> None:
        if not folder.is_dir():
            raise InputMissing(f"There is no folder {folder}.")
        self.bases[owner, name].folders.append(folder.as_posix())

    def look(self, owner: str, name: str, *, stop: Callable[[], bool] = lambda: False) -> None:
        base = self.bases[owner, name]
        for folder in base.folders:
            for path in sorted(Path(folder).glob("[!.]*")):
                there = path.stat()
                known = base.kept.get(path.as_posix())
                if stop() or (known is not None and known[0].modified_ns == there.st_mtime_ns):
                    continue
                self._read(base, path)

    def watch(
        self, owner: str, name: str, *, on_change: Callable[[object], None], stop: Callable[[], bool]
    ) -> None:
        while not stop():
            self.look(owner, name, stop=stop)
            on_change(None)
            time.sleep(WATCH_S)

    def close(self) -> None:
        """Nothing is open."""

    def _read(self, base: MemoryBase, path: Path) -> None:
        there = path.stat()
        pieces = _pieces(path)
        readable = pieces is not None
        record = FileRecord(
            path.as_posix(),
            "0" * 64,
            there.st_size,
            there.st_mtime_ns,
            "text/plain",
            state="read" if readable else "failed",
            reason="" if readable else "Only text and PDF are read here.",
            pages=1,
            chunks=len(pieces or ()),
        )
        chunks = [Chunk(text, "text", (), (place,), (Window(0, len(text)),)) for text, place in pieces or ()]
        base.kept[record.path] = (record, chunks)


def _pieces(path: Path) -> list[tuple[str, Place]] | None:
    """Lines of a text, regions of a PDF; None for what is not read here."""
    if path.suffix == ".txt":
        return [(line, Place(1, None)) for line in path.read_text("utf-8").splitlines()]
    if path.suffix == ".pdf":
        regions = [region for page in DocumentReader().read(path).pages for region in page.regions]
        return [(region.text, Place(region.page, region.box)) for region in regions if region.text.strip()]
    return None


def memory_knowledge(
    bases: MemoryBases, service: Service, portal: BlockingPortal, settings: Settings
) -> Knowledge:
    return Knowledge(
        bases,
        KnowledgeQuestions(service, portal),
        PictureMaker(DocumentReader),
        settings.data_dir,
        settings.max_file_mb * MEGABYTE,
    )
