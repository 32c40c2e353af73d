"""One base on a Qdrant server that several machines may use, in three collections of it.

``…-chunks`` holds chunks with their words as sparse vectors, ``…-windows`` a vector for each window, and
``…-facts`` files and notes. Qdrant has no transactions over several points: a file is replaced by putting the
new chunks, then its record, then removing the old chunks, so that a cut leaves old chunks, never a hole; the
next put removes them.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from open_autoglm.errors import EngineUnavailable, ExtraMissing, OutputFailed
from open_autoglm.knowledge.chunk import Chunk
from open_autoglm.knowledge.store.base_store import (
    BaseCounts,
    FileRecord,
    Filters,
    StoredChunk,
    WindowToEmbed,
)
from open_autoglm.knowledge.store.qdrant_points import (
    chunk_payload,
    chunk_point_id,
    document_weights,
    file_of,
    file_payload,
    filed,
    path_key,
    path_of,
    point_id,
    question_weights,
    stored_chunk,
    window_point_id,
)
from open_autoglm.knowledge.store.sqlite_schema import storable
from open_autoglm.knowledge.terms import terms as terms_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from qdrant_client import QdrantClient

WORDS = "words"
AT_ONCE = 256
"""Points in one request."""
TIMEOUT_S = 30
INDEXED = {"path": "keyword", "within": "keyword", "media_type": "keyword", "modified_ns": "integer"}


def server_client(url: str) -> QdrantClient:
    """Raises ExtraMissing. Nothing is asked of the server yet."""
    try:
        from qdrant_client import QdrantClient
    except ImportError as error:
        raise ExtraMissing(
            "A knowledge base on a Qdrant server needs the package qdrant-client.",
            hint='Install it with: pip install "open-autoglm-pc[qdrant]"',
        ) from error
    return QdrantClient(url=url, timeout=TIMEOUT_S, check_compatibility=False)


def local_client(folder: Path) -> QdrantClient:
    """Qdrant's own code in this process, for tests: one process, and no index."""
    from qdrant_client import QdrantClient

    return QdrantClient(path=str(folder))


class QdrantStore:
    """Fulfils BaseStore. Raises EngineUnavailable where the server does not answer, OutputFailed where it
    refuses. ``close`` leaves ``client`` open where ``owns_client`` is false."""

    def __init__(self, client: QdrantClient, name: str, *, owns_client: bool = True) -> None:
        self._client = client
        self._owns_client = owns_client
        self._chunks = f"{name}-chunks"
        self._windows = f"{name}-windows"
        self._facts = f"{name}-facts"
        with told():
            self._make_collections()

    def close(self) -> None:
        """Safe to call twice."""
        if self._owns_client:
            self._client.close()

    def drop(self) -> None:
        """Removes the base from the server."""
        with told():
            for collection in (self._chunks, self._windows, self._facts):
                self._client.delete_collection(collection)

    # --- written

    def put_file(self, file: FileRecord, chunks: Sequence[Chunk]) -> None:
        version = secrets.token_hex(16)
        with told():
            known = self._vectors_by_text(file.path)
            self._upsert(
                self._chunks,
                [self._chunk_point(file, version, place, one) for place, one in enumerate(chunks)],
            )
            windows = sum(len(chunk.windows) for chunk in chunks)
            self._put_fact("file", file.path, file_payload(replace(file, chunks=len(chunks)), windows))
            self._forget_chunks([file.path], but=version)
            self._written()
        self.put_vectors(
            {
                (chunk_point_id(version, ordinal), place): known[said]
                for ordinal, chunk in enumerate(chunks)
                for place, window in enumerate(chunk.windows)
                if (said := storable(chunk.text[window.start : window.end])) in known
            }
        )

    def rename_file(self, old: str, new: str, modified_ns: int) -> None:
        record = self.file(old)
        if record is None:
            return
        with told():
            if new != old:
                self._forget([new])
            renamed = replace(record, path=new, modified_ns=modified_ns)
            [fact] = self._client.retrieve(self._facts, [point_id("file", old)])
            self._put_fact("file", new, file_payload(renamed, (fact.payload or {})["windows"]))
            for collection in self._collections_of_chunks():
                self._client.set_payload(collection, filed(renamed), points=_paths([old]), wait=True)
            if new != old:
                self._client.delete(self._facts, [point_id("file", old)], wait=True)
            self._written()

    def remove_files(self, paths: Sequence[str]) -> None:
        with told():
            self._forget(paths)
            self._written()

    def put_vectors(self, vectors: Mapping[tuple[int, int], NDArray[np.float32]]) -> None:
        from qdrant_client import models

        if not vectors:
            return
        with told():
            there = self._payloads(sorted({chunk for chunk, _ in vectors}))
            points = [
                models.PointStruct(
                    id=window_point_id(chunk, place),
                    vector=_with_direction(vector),
                    payload={**_filed(there[chunk]), "chunk": chunk, "place": place},
                )
                for (chunk, place), vector in vectors.items()
                if chunk in there and 0 <= place < len(there[chunk]["windows"])
            ]
            if points:
                self._make_windows(len(points[0].vector))  # type: ignore[arg-type] # a list, as made above
                self._upsert(self._windows, points)
            whole = [
                chunk
                for chunk, payload in there.items()
                if len(self._places(chunk)) == len(payload["windows"])
            ]
            if whole:
                self._client.set_payload(self._chunks, {"missing": False}, points=[*whole], wait=True)
            self._written()

    def forget_vectors(self) -> None:
        from qdrant_client import models

        with told():
            self._client.delete_collection(self._windows)
            self._client.set_payload(self._chunks, {"missing": True}, points=models.Filter(), wait=True)
            self._written()

    def put_note(self, key: str, value: str) -> None:
        with told():
            self._put_fact("note", key, {"kind": "note", "value": value})
            self._written()

    # --- read

    def note(self, key: str) -> str | None:
        with told():
            found = self._client.retrieve(self._facts, [point_id("note", key)])
        return str((found[0].payload or {})["value"]) if found else None

    def counts(self) -> BaseCounts:
        files = failed = windows = 0
        with told():
            for payload in self._scrolled(self._facts, _kind("file")):
                files += 1
                failed += payload["state"] == "failed"
                windows += payload["windows"]
            chunks = self._client.count(self._chunks, exact=True).count
            embedded = self._client.count(self._windows, exact=True).count if self._has_windows() else 0
        return BaseCounts(files, failed, chunks, windows, max(0, windows - embedded))

    def files(self, under_folder: str = "") -> Sequence[FileRecord]:
        from qdrant_client import models

        condition = _kind("file")
        if under_folder:
            condition.must.append(_within(under_folder))
        with told():
            records = [
                file_of(payload)
                for payload in self._scrolled(self._facts, models.Filter(must=condition.must))
            ]
        return sorted(records, key=lambda record: record.path.encode("utf-8", "surrogatepass"))

    def file(self, path: str) -> FileRecord | None:
        with told():
            found = self._client.retrieve(self._facts, [point_id("file", path)])
        return file_of(found[0].payload or {}) if found else None

    def to_embed(self, limit: int) -> Sequence[WindowToEmbed]:
        from qdrant_client import models

        missing = models.Filter(
            must=[models.FieldCondition(key="missing", match=models.MatchValue(value=True))]
        )
        found: list[WindowToEmbed] = []
        with told():
            points, _ = self._client.scroll(self._chunks, scroll_filter=missing, limit=limit)
            for point in points:
                payload = point.payload or {}
                there = self._places(int(point.id))
                found.extend(
                    WindowToEmbed(int(point.id), place, payload["text"][start:end])
                    for place, (start, end) in enumerate(payload["windows"])
                    if place not in there
                )
        return found[:limit]

    def revision(self) -> int:
        with told():
            found = self._client.retrieve(self._facts, [point_id("revision", "")])
        return int((found[0].payload or {})["value"]) if found else 0

    # --- found

    def by_words(
        self, terms: Sequence[str], limit: int, filters: Filters | None = None
    ) -> Sequence[tuple[int, float]]:
        from qdrant_client import models

        if not terms or limit < 1:
            return []
        weights = question_weights(terms)
        with told():
            found = self._client.query_points(
                self._chunks,
                query=models.SparseVector(indices=list(weights), values=list(weights.values())),
                using=WORDS,
                query_filter=_condition(filters),
                limit=limit,
                with_payload=False,
            ).points
        scored = [(int(point.id), point.score) for point in found if point.score > 0]
        return sorted(scored, key=lambda one: (-one[1], one[0]))

    def by_meaning(
        self, vector: NDArray[np.float32], limit: int, filters: Filters | None = None
    ) -> Sequence[tuple[int, float]]:
        if limit < 1:
            return []
        with told():
            if not self._has_windows() or self._dimensions() != len(vector):
                return []
            groups = self._client.query_points_groups(
                self._windows,
                group_by="chunk",
                query=[float(number) for number in vector],
                query_filter=_condition(filters),
                limit=limit,
                group_size=1,
                with_payload=False,
            ).groups
        scored = [(int(group.id), group.hits[0].score) for group in groups if group.hits]
        return sorted(scored, key=lambda one: (-one[1], one[0]))

    def vectors(self, chunk_ids: Sequence[int]) -> Mapping[int, NDArray[np.float32]]:
        import numpy as np

        with told():
            there = {} if not self._has_windows() else self._payloads(chunk_ids)
            wanted = {
                chunk: [window_point_id(chunk, place) for place in range(len(payload["windows"]))]
                for chunk, payload in there.items()
                if not payload["missing"]
            }
            found = self._window_vectors([one for own in wanted.values() for one in own])
        return {
            chunk: np.array([found[one] for one in own], np.float32)
            for chunk, own in wanted.items()
            if all(one in found for one in own)
        }

    def chunks(self, chunk_ids: Sequence[int]) -> Sequence[StoredChunk]:
        with told():
            return self._stored(chunk_ids)

    def neighbours(self, chunk_id: int, before: int, after: int) -> Sequence[StoredChunk]:
        from qdrant_client import models

        with told():
            own = self._payloads([chunk_id]).get(chunk_id)
            if own is None:
                return []
            ordinal = own["ordinal"]
            near = models.Filter(
                must=[
                    models.FieldCondition(key="version", match=models.MatchValue(value=own["version"])),
                    models.FieldCondition(
                        key="ordinal", range=models.Range(gte=ordinal - before, lte=ordinal + after)
                    ),
                ]
            )
            points, _ = self._client.scroll(
                self._chunks, scroll_filter=near, limit=before + after + 1, with_payload=False
            )
            found = self._stored([int(point.id) for point in points if point.id != chunk_id])
        return sorted(found, key=lambda stored: stored.ordinal)

    # --- the server

    def _make_collections(self) -> None:
        from qdrant_client import models

        if not self._client.collection_exists(self._chunks):
            self._client.create_collection(
                self._chunks,
                vectors_config={},
                sparse_vectors_config={WORDS: models.SparseVectorParams(modifier=models.Modifier.IDF)},
            )
            self._index(
                self._chunks, {**INDEXED, "version": "keyword", "ordinal": "integer", "missing": "bool"}
            )
        if not self._client.collection_exists(self._facts):
            self._client.create_collection(self._facts, vectors_config={})
            self._index(self._facts, {"kind": "keyword", "within": "keyword"})

    def _make_windows(self, dimensions: int) -> None:
        from qdrant_client import models

        if self._has_windows():
            if self._dimensions() == dimensions:
                return
            self._client.delete_collection(self._windows)
        self._client.create_collection(
            self._windows,
            vectors_config=models.VectorParams(
                size=dimensions, distance=models.Distance.COSINE, on_disk=True
            ),
            quantization_config=models.ScalarQuantization(
                scalar=models.ScalarQuantizationConfig(type=models.ScalarType.INT8, always_ram=True)
            ),
        )
        self._index(self._windows, {**INDEXED, "chunk": "integer"})

    def _index(self, collection: str, fields: Mapping[str, str]) -> None:
        """Without an index a filter reads every payload. The local mode of the client has none."""
        from qdrant_client import models
        from qdrant_client.local.qdrant_local import QdrantLocal

        if isinstance(self._client._client, QdrantLocal):
            return
        for field, kind in fields.items():
            self._client.create_payload_index(collection, field, field_schema=models.PayloadSchemaType(kind))

    def _has_windows(self) -> bool:
        return bool(self._client.collection_exists(self._windows))

    def _dimensions(self) -> int:
        return int(self._client.get_collection(self._windows).config.params.vectors.size)  # type: ignore[union-attr] # one unnamed vector

    def _vectors_by_text(self, path: str) -> dict[str, NDArray[np.float32]]:
        """Of all windows of a file that have a vector, by what they say."""
        import numpy as np

        if not self._has_windows():
            return {}
        said = {
            window_point_id(int(point.id), place): point.payload["text"][start:end]
            for point in self._points(self._chunks, _paths([path]))
            for place, (start, end) in enumerate(point.payload["windows"])
        }
        vectors = self._window_vectors(list(said))
        return {said[one]: np.array(vector, np.float32) for one, vector in vectors.items()}

    def _window_vectors(self, ids: Sequence[str]) -> dict[str, Any]:
        """By the id of their point; without those that are not there."""
        found: dict[str, Any] = {}
        for start in range(0, len(ids), AT_ONCE):
            points = self._client.retrieve(
                self._windows, list(ids[start : start + AT_ONCE]), with_payload=False, with_vectors=True
            )
            found.update((str(point.id), point.vector) for point in points)
        return found

    def _collections_of_chunks(self) -> list[str]:
        return [self._chunks, self._windows] if self._has_windows() else [self._chunks]

    def _chunk_point(self, file: FileRecord, version: str, ordinal: int, chunk: Chunk) -> Any:
        from qdrant_client import models

        posted = [term for text in (*chunk.headings, chunk.text) for term in terms_of(text)]
        weights = document_weights(posted)
        words = models.SparseVector(indices=list(weights), values=list(weights.values()))
        return models.PointStruct(
            id=chunk_point_id(version, ordinal),
            vector={WORDS: words},
            payload=chunk_payload(file, version, ordinal, chunk),
        )

    def _put_fact(self, kind: str, name: str, payload: dict[str, Any]) -> None:
        from qdrant_client import models

        self._upsert(self._facts, [models.PointStruct(id=point_id(kind, name), vector={}, payload=payload)])

    def _upsert(self, collection: str, points: Sequence[Any]) -> None:
        for start in range(0, len(points), AT_ONCE):
            self._client.upsert(collection, list(points[start : start + AT_ONCE]), wait=True)

    def _forget(self, paths: Sequence[str]) -> None:
        for start in range(0, len(paths), AT_ONCE):
            some = paths[start : start + AT_ONCE]
            self._client.delete(self._facts, [point_id("file", path) for path in some], wait=True)
            self._forget_chunks(some)

    def _forget_chunks(self, paths: Sequence[str], but: str = "") -> None:
        from qdrant_client import models

        if not paths:
            return
        old = _paths(paths)
        if but:
            old.must_not = [models.FieldCondition(key="version", match=models.MatchValue(value=but))]
        self._client.delete(self._chunks, models.FilterSelector(filter=old), wait=True)
        if self._has_windows():  # those of the new chunks are not made yet
            self._client.delete(self._windows, models.FilterSelector(filter=_paths(paths)), wait=True)

    def _written(self) -> None:
        self._put_fact(
            "revision", "", {"kind": "revision", "value": max(time.time_ns(), self.revision() + 1)}
        )

    def _payloads(self, chunk_ids: Sequence[int]) -> dict[int, dict[str, Any]]:
        found: dict[int, dict[str, Any]] = {}
        for start in range(0, len(chunk_ids), AT_ONCE):
            points = self._client.retrieve(self._chunks, list(chunk_ids[start : start + AT_ONCE]))
            found.update((int(point.id), point.payload or {}) for point in points)
        return found

    def _stored(self, chunk_ids: Sequence[int]) -> list[StoredChunk]:
        payloads = self._payloads(chunk_ids)
        keys = sorted({payload["path"] for payload in payloads.values()})
        files: dict[str, FileRecord] = {}
        for start in range(0, len(keys), AT_ONCE):
            some = [point_id("file", path_of(key)) for key in keys[start : start + AT_ONCE]]
            for fact in self._client.retrieve(self._facts, some):
                payload = fact.payload or {}
                files[payload["path"]] = file_of(payload)
        return [
            stored_chunk(chunk, payloads[chunk], files[payloads[chunk]["path"]])
            for chunk in chunk_ids
            if chunk in payloads and payloads[chunk]["path"] in files
        ]

    def _places(self, chunk: int) -> set[int]:
        """The windows of a chunk that have a vector."""
        from qdrant_client import models

        if not self._has_windows():
            return set()
        own = models.Filter(must=[models.FieldCondition(key="chunk", match=models.MatchValue(value=chunk))])
        return {payload["place"] for payload in self._scrolled(self._windows, own)}

    def _scrolled(self, collection: str, condition: Any) -> Iterator[dict[str, Any]]:
        for point in self._points(collection, condition):
            yield point.payload or {}

    def _points(self, collection: str, condition: Any) -> Iterator[Any]:
        """With their payloads."""
        place: Any = None
        while True:
            points, place = self._client.scroll(
                collection, scroll_filter=condition, limit=AT_ONCE, offset=place
            )
            yield from points
            if place is None:
                return


@contextmanager
def told() -> Iterator[None]:
    """What the client raises, as errors of this program."""
    from qdrant_client.http.exceptions import ResponseHandlingException, UnexpectedResponse

    try:
        yield
    except ResponseHandlingException as error:
        raise EngineUnavailable(
            f"The Qdrant server of the setting store does not answer: {error}.",
            hint="Start it, or correct the setting.",
        ) from error
    except UnexpectedResponse as error:
        raise OutputFailed(
            f"The Qdrant server refused: {error.status_code} {error.reason_phrase}.",
            hint="Its log says why; its disk may be full.",
        ) from error


def _with_direction(vector: NDArray[np.float32]) -> list[float]:
    """A vector of zeros has no cosine; away from everything is the nearest to it that has one."""
    import numpy as np

    plain = np.nan_to_num(vector, nan=0.0, posinf=0.0, neginf=0.0)
    return [float(number) for number in (plain if plain.any() else np.full(len(vector), -1.0))]


def _filed(payload: Mapping[str, Any]) -> dict[str, Any]:
    return {key: payload[key] for key in INDEXED}


def _kind(kind: str) -> Any:
    from qdrant_client import models

    return models.Filter(must=[models.FieldCondition(key="kind", match=models.MatchValue(value=kind))])


def _paths(paths: Sequence[str]) -> Any:
    from qdrant_client import models

    keys = [path_key(path) for path in paths]
    return models.Filter(must=[models.FieldCondition(key="path", match=models.MatchAny(any=keys))])


def _within(folder: str) -> Any:
    from qdrant_client import models

    key = path_key(folder.rstrip("/") or "/")
    return models.FieldCondition(key="within", match=models.MatchValue(value=key))


def _condition(filters: Filters | None) -> Any:
    from qdrant_client import models

    if filters is None or filters == Filters():
        return None
    must: list[Any] = []
    if filters.folder:
        must.append(_within(filters.folder))
    if filters.media_types:
        must.append(
            models.FieldCondition(key="media_type", match=models.MatchAny(any=list(filters.media_types)))
        )
    if filters.modified_from_ns is not None or filters.modified_to_ns is not None:
        span = models.Range(gte=filters.modified_from_ns, lt=filters.modified_to_ns)
        must.append(models.FieldCondition(key="modified_ns", range=span))
    return models.Filter(must=must)
