"""A base made for a measurement, and how well rankings of its chunks hold the passages that answer."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from open_autoglm.config import load_settings
from open_autoglm.documents.model import Document, Page, ReadBy, Region, RegionType, Source
from open_autoglm.evaluation.rag.retrieval_score import (
    LOOKED_AT,
    first_right,
    hit_rate,
    mean_reciprocal_rank,
)
from open_autoglm.knowledge.chunking.chunk_document import chunk_document
from open_autoglm.knowledge.embedding.embedder import Embedder
from open_autoglm.knowledge.ingest.embed_windows import embed_windows
from open_autoglm.knowledge.retrieval.hybrid import HybridRetriever
from open_autoglm.knowledge.store.base_store import FileRecord, StoredChunk
from open_autoglm.knowledge.store.sqlite_store import SqliteStore
from open_autoglm.runtime import Runtime


@dataclass(frozen=True)
class Asked:
    """A question, and which chunks answer it."""

    question: str
    answers: Callable[[StoredChunk], bool]


@dataclass(frozen=True)
class MeasuredBase:
    store: SqliteStore
    chunks: Sequence[StoredChunk]
    retriever: HybridRetriever


@contextmanager
def opened_embedder() -> Iterator[Embedder]:
    """The model of the settings. Raises ModelNotInstalled."""
    with closing(Runtime(load_settings().values).embedder()) as embedder:
        yield embedder


@contextmanager
def made_base(documents: Mapping[str, Document], embedder: Embedder) -> Iterator[MeasuredBase]:
    """Of documents by path, in a folder that goes with it; with all vectors."""
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder,
        closing(SqliteStore(Path(folder))) as store,
    ):
        for path, document in documents.items():
            store.put_file(_record(path), chunk_document(document))
        embed_windows(store, embedder, on_progress=lambda _: None, stop=lambda: False)
        ids = range(1, store.counts().chunks + 1)  # a new base counts them from 1
        yield MeasuredBase(store, store.chunks(list(ids)), HybridRetriever(store, embedder))


def one_paragraph(text: str, name: str) -> Document:
    region = Region(
        id="p", page=1, box=None, type=RegionType.PARAGRAPH, text=text, confidence=1, read_by=ReadBy.MARKUP
    )
    source = Source(name=name, sha256="0" * 64, media_type="text/plain", size_bytes=len(text), page_count=1)
    return Document(source=source, pages=(Page(number=1, width=1, height=1, regions=(region,)),))


def ranks(asked: Sequence[Asked], rankings: Sequence[Sequence[StoredChunk]]) -> list[int | None]:
    """The place of the first chunk that answers each question, from 1; None where none is among them."""
    return [first_right(found[:LOOKED_AT], one.answers) for one, found in zip(asked, rankings, strict=True)]


def own_rankings(base: MeasuredBase, asked: Sequence[Asked]) -> list[list[StoredChunk]]:
    found = base.retriever.search_many([one.question for one in asked], LOOKED_AT)
    return [[hit.found for hit in one.hits] for one in found]


def figures(found: Sequence[int | None]) -> tuple[str, str, str, str]:
    """Questions, hit@1, hit@5, MRR."""
    values = hit_rate(found, 1), hit_rate(found, 5), mean_reciprocal_rank(found)
    first, five, reciprocal = (f"{estimate.value:.3f}" for estimate in values)
    return f"{len(found):,}", first, five, reciprocal


def _record(path: str) -> FileRecord:
    digest = hashlib.sha256(path.encode()).hexdigest()
    return FileRecord(path, digest, 1, 1, "text/plain", pages=1)
