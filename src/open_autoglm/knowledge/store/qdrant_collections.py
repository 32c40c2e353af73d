"""What is asked of a Qdrant server for one base, in three collections of it.

``…-chunks`` holds chunks with their words as sparse vectors, ``…-windows`` a vector for each window, and
``…-facts`` files and notes. The windows are made with the first vector, whose length they take.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from qdrant_client import models
from qdrant_client.local.qdrant_local import QdrantLocal

from open_autoglm.knowledge.store.qdrant_conditions import of_chunk, of_files, of_paths
from open_autoglm.knowledge.store.qdrant_points import FILED, WORDS, fact_point, point_id
from open_autoglm.knowledge.store.qdrant_server import AT_ONCE, batches, payloads, told

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from qdrant_client import QdrantClient


class QdrantCollections:
    """Raises EngineUnavailable where the server does not answer, OutputFailed where it refuses."""

    @told()
    def __init__(self, client: QdrantClient, name: str) -> None:
        self._client = client
        self._chunks = f"{name}-chunks"
        self._windows = f"{name}-windows"
        self._facts = f"{name}-facts"
        if not client.collection_exists(self._chunks):
            client.create_collection(
                self._chunks,
                vectors_config={},
                sparse_vectors_config={WORDS: models.SparseVectorParams(modifier=models.Modifier.IDF)},
            )
            self._index(
                self._chunks, {**FILED, "version": "keyword", "ordinal": "integer", "missing": "bool"}
            )
        if not client.collection_exists(self._facts):
            client.create_collection(self._facts, vectors_config={})
            self._index(self._facts, {"kind": "keyword", "within": "keyword"})

    @told()
    def drop(self) -> None:
        for collection in (self._chunks, self._windows, self._facts):
            self._client.delete_collection(collection)

    # --- facts

    @told()
    def put_fact(self, kind: str, name: str, payload: dict[str, Any]) -> None:
        self._upsert(self._facts, [fact_point(kind, name, payload)])

    def fact(self, kind: str, name: str) -> dict[str, Any] | None:
        return next(iter(self.facts(kind, [name])), None)

    @told()
    def facts(self, kind: str, names: Sequence[str]) -> list[dict[str, Any]]:
        """Those that are there."""
        ids = [point_id(kind, name) for name in names]
        return [point.payload or {} for point in self._retrieved(self._facts, ids)]

    def files(self, under_folder: str = "") -> Iterator[dict[str, Any]]:
        return (payload for _, payload in payloads(self._client, self._facts, of_files(under_folder)))

    @told()
    def forget_fact(self, kind: str, name: str) -> None:
        self._client.delete(self._facts, [point_id(kind, name)], wait=True)

    @told()
    def forget_files(self, paths: Sequence[str]) -> None:
        """With their chunks and windows."""
        for some in batches(paths):
            self._client.delete(self._facts, [point_id("file", path) for path in some], wait=True)
            self.forget_chunks(some)

    # --- chunks

    @told()
    def put_chunks(self, points: Sequence[models.PointStruct]) -> None:
        self._upsert(self._chunks, points)

    @told()
    def chunks(self, ids: Sequence[int]) -> dict[int, dict[str, Any]]:
        """Payloads of those that are there."""
        return {int(point.id): point.payload or {} for point in self._retrieved(self._chunks, ids)}

    def chunks_where(
        self, condition: models.Filter, at_once: int = AT_ONCE
    ) -> Iterator[tuple[int, dict[str, Any]]]:
        return payloads(self._client, self._chunks, condition, at_once)

    @told()
    def chunks_by_words(
        self, weights: Mapping[int, float], limit: int, condition: models.Filter | None
    ) -> list[tuple[int, float]]:
        found = self._client.query_points(
            self._chunks,
            query=models.SparseVector(indices=list(weights), values=list(weights.values())),
            using=WORDS,
            query_filter=condition,
            limit=limit,
            with_payload=False,
        ).points
        return [(int(point.id), point.score) for point in found]

    @told()
    def refile(self, path: str, filed: dict[str, Any]) -> None:
        """Chunks and windows of a file."""
        for collection in (self._chunks, self._windows) if self.has_windows() else (self._chunks,):
            self._client.set_payload(collection, filed, points=of_paths([path]), wait=True)

    @told()
    def forget_chunks(self, paths: Sequence[str], but_version: str = "") -> None:
        """With all windows of these files."""
        old = models.FilterSelector(filter=of_paths(paths, but_version))
        self._client.delete(self._chunks, old, wait=True)
        if self.has_windows():  # those of the new chunks are not made yet
            own = models.FilterSelector(filter=of_paths(paths))
            self._client.delete(self._windows, own, wait=True)

    @told()
    def number_of_chunks(self) -> int:
        return self._client.count(self._chunks, exact=True).count

    # --- windows

    @told()
    def has_windows(self) -> bool:
        return bool(self._client.collection_exists(self._windows))

    @told()
    def dimensions(self) -> int:
        return int(self._client.get_collection(self._windows).config.params.vectors.size)  # type: ignore[union-attr] # one unnamed vector

    @told()
    def put_windows(self, points: Sequence[models.PointStruct]) -> None:
        """At least one; windows of another length go."""
        self._make_windows(len(points[0].vector))  # type: ignore[arg-type] # a list
        self._upsert(self._windows, points)

    @told()
    def mark_whole(self, chunks: Sequence[int]) -> None:
        """All their windows have a vector now."""
        self._client.set_payload(self._chunks, {"missing": False}, points=list(chunks), wait=True)

    @told()
    def windows(self, ids: Sequence[str]) -> dict[str, NDArray[np.float32]]:
        """Vectors of those that are there."""
        points = self._retrieved(self._windows, ids, vectors=True)
        return {str(point.id): np.array(point.vector, np.float32) for point in points}

    def places(self, chunk: int) -> set[int]:
        """The windows of a chunk that have a vector."""
        if not self.has_windows():
            return set()
        return {own["place"] for _, own in payloads(self._client, self._windows, of_chunk(chunk))}

    @told()
    def chunks_by_window(
        self, vector: NDArray[np.float32], limit: int, condition: models.Filter | None
    ) -> list[tuple[int, float]]:
        """Each with its nearest window."""
        groups = self._client.query_points_groups(
            self._windows,
            group_by="chunk",
            query=[float(number) for number in vector],
            query_filter=condition,
            limit=limit,
            group_size=1,
            with_payload=False,
        ).groups
        return [(int(group.id), group.hits[0].score) for group in groups if group.hits]

    @told()
    def forget_windows(self) -> None:
        self._client.delete_collection(self._windows)
        self._client.set_payload(self._chunks, {"missing": True}, points=models.Filter(), wait=True)

    @told()
    def number_of_windows(self) -> int:
        return self._client.count(self._windows, exact=True).count if self.has_windows() else 0

    # --- any of them

    def _make_windows(self, dimensions: int) -> None:
        if self.has_windows():
            if self.dimensions() == dimensions:
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
        self._index(self._windows, {**FILED, "chunk": "integer"})

    def _index(self, collection: str, fields: Mapping[str, str]) -> None:
        """Without an index a filter reads every payload. The local mode of the client has none."""
        if isinstance(self._client._client, QdrantLocal):
            return
        for field, kind in fields.items():
            self._client.create_payload_index(collection, field, field_schema=models.PayloadSchemaType(kind))

    def _upsert(self, collection: str, points: Sequence[models.PointStruct]) -> None:
        for some in batches(points):
            self._client.upsert(collection, some, wait=True)

    def _retrieved(
        self, collection: str, ids: Sequence[int | str], *, vectors: bool = False
    ) -> Iterator[models.Record]:
        """Points that are there, with their payloads, or with their vectors instead."""
        for some in batches(ids):
            yield from self._client.retrieve(collection, some, with_payload=not vectors, with_vectors=vectors)
