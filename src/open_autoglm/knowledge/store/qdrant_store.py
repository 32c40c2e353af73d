"""One base on a Qdrant server that several machines may use.

Qdrant has no transactions over several points: a file is replaced by putting the new chunks, then its record,
then removing the old chunks, so that a cut leaves old chunks, never a hole; the next put removes them.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np

from open_autoglm.knowledge.chunk import Chunk
from open_autoglm.knowledge.store.base_store import (
    BaseCounts,
    FileRecord,
    Filters,
    StoredChunk,
    WindowToEmbed,
)
from open_autoglm.knowledge.store.qdrant_collections import QdrantCollections
from open_autoglm.knowledge.store.qdrant_conditions import asked, between, of_paths, without_vectors
from open_autoglm.knowledge.store.qdrant_points import (
    chunk_point,
    chunk_point_id,
    file_of,
    file_payload,
    filed,
    path_of,
    question_weights,
    stored_chunk,
    window_point,
    window_point_id,
)
from open_autoglm.knowledge.store.sqlite_schema import storable

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from qdrant_client import QdrantClient


class QdrantStore:
    """Fulfils BaseStore. Raises EngineUnavailable where the server does not answer, OutputFailed where it
    refuses. ``close`` leaves ``client`` open where ``owns_client`` is false."""

    def __init__(self, client: QdrantClient, name: str, *, owns_client: bool = True) -> None:
        self._client = client
        self._owns_client = owns_client
        self._server = QdrantCollections(client, name)

    def close(self) -> None:
        """Safe to call twice."""
        if self._owns_client:
            self._client.close()

    def drop(self) -> None:
        """Removes the base from the server."""
        self._server.drop()

    # --- written

    def put_file(self, file: FileRecord, chunks: Sequence[Chunk]) -> None:
        version = secrets.token_hex(16)
        known = self._vectors_by_text(file.path)
        self._server.put_chunks(
            [chunk_point(file, version, ordinal, chunk) for ordinal, chunk in enumerate(chunks)]
        )
        windows = sum(len(chunk.windows) for chunk in chunks)
        self._server.put_fact("file", file.path, file_payload(replace(file, chunks=len(chunks)), windows))
        self._server.forget_chunks([file.path], but_version=version)
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
        fact = self._server.fact("file", old)
        if fact is None:
            return
        if new != old:
            self._server.forget_files([new])
        renamed = replace(file_of(fact), path=new, modified_ns=modified_ns)
        self._server.put_fact("file", new, file_payload(renamed, fact["windows"]))
        self._server.refile(old, filed(renamed))
        if new != old:
            self._server.forget_fact("file", old)
        self._written()

    def remove_files(self, paths: Sequence[str]) -> None:
        self._server.forget_files(paths)
        self._written()

    def put_vectors(self, vectors: Mapping[tuple[int, int], NDArray[np.float32]]) -> None:
        if not vectors:
            return
        there = self._server.chunks(sorted({chunk for chunk, _ in vectors}))
        points = [
            window_point(chunk, place, vector, there[chunk])
            for (chunk, place), vector in vectors.items()
            if chunk in there and 0 <= place < len(there[chunk]["windows"])
        ]
        if points:
            self._server.put_windows(points)
        whole = [
            chunk
            for chunk, payload in there.items()
            if len(self._server.places(chunk)) == len(payload["windows"])
        ]
        if whole:
            self._server.mark_whole(whole)
        self._written()

    def forget_vectors(self) -> None:
        self._server.forget_windows()
        self._written()

    def put_note(self, key: str, value: str) -> None:
        self._server.put_fact("note", key, {"kind": "note", "value": value})
        self._written()

    def _written(self) -> None:
        revision = max(time.time_ns(), self.revision() + 1)
        self._server.put_fact("revision", "", {"kind": "revision", "value": revision})

    def _vectors_by_text(self, path: str) -> dict[str, NDArray[np.float32]]:
        """Of all windows of a file that have a vector, by what they say."""
        if not self._server.has_windows():
            return {}
        said = {
            window_point_id(chunk, place): payload["text"][start:end]
            for chunk, payload in self._server.chunks_where(of_paths([path]))
            for place, (start, end) in enumerate(payload["windows"])
        }
        return {said[one]: vector for one, vector in self._server.windows(list(said)).items()}

    # --- read

    def note(self, key: str) -> str | None:
        fact = self._server.fact("note", key)
        return None if fact is None else str(fact["value"])

    def counts(self) -> BaseCounts:
        files = failed = windows = 0
        for payload in self._server.files():
            files += 1
            failed += payload["state"] == "failed"
            windows += payload["windows"]
        without_vector = max(0, windows - self._server.number_of_windows())
        return BaseCounts(files, failed, self._server.number_of_chunks(), windows, without_vector)

    def files(self, under_folder: str = "") -> Sequence[FileRecord]:
        records = map(file_of, self._server.files(under_folder))
        return sorted(records, key=lambda record: record.path.encode("utf-8", "surrogatepass"))

    def file(self, path: str) -> FileRecord | None:
        fact = self._server.fact("file", path)
        return None if fact is None else file_of(fact)

    def to_embed(self, limit: int) -> Sequence[WindowToEmbed]:
        found: list[WindowToEmbed] = []
        for chunk, payload in islice(self._server.chunks_where(without_vectors(), limit), limit):
            there = self._server.places(chunk)
            found.extend(
                WindowToEmbed(chunk, place, payload["text"][start:end])
                for place, (start, end) in enumerate(payload["windows"])
                if place not in there
            )
        return found[:limit]

    def revision(self) -> int:
        fact = self._server.fact("revision", "")
        return 0 if fact is None else int(fact["value"])

    # --- found

    def by_words(
        self, terms: Sequence[str], limit: int, filters: Filters | None = None
    ) -> Sequence[tuple[int, float]]:
        if not terms or limit < 1:
            return []
        found = self._server.chunks_by_words(question_weights(terms), limit, asked(filters))
        return _best_first((chunk, score) for chunk, score in found if score > 0)

    def by_meaning(
        self, vector: NDArray[np.float32], limit: int, filters: Filters | None = None
    ) -> Sequence[tuple[int, float]]:
        if limit < 1 or not self._server.has_windows() or self._server.dimensions() != len(vector):
            return []
        return _best_first(self._server.chunks_by_window(vector, limit, asked(filters)))

    def vectors(self, chunk_ids: Sequence[int]) -> Mapping[int, NDArray[np.float32]]:
        if not self._server.has_windows():
            return {}
        wanted = {
            chunk: [window_point_id(chunk, place) for place in range(len(payload["windows"]))]
            for chunk, payload in self._server.chunks(chunk_ids).items()
            if not payload["missing"]
        }
        found = self._server.windows([one for own in wanted.values() for one in own])
        return {
            chunk: np.array([found[one] for one in own], np.float32)
            for chunk, own in wanted.items()
            if all(one in found for one in own)
        }

    def chunks(self, chunk_ids: Sequence[int]) -> Sequence[StoredChunk]:
        return self._stored(chunk_ids, self._server.chunks(chunk_ids))

    def neighbours(self, chunk_id: int, before: int, after: int) -> Sequence[StoredChunk]:
        own = self._server.chunks([chunk_id]).get(chunk_id)
        if own is None:
            return []
        ordinal = own["ordinal"]
        near = dict(self._server.chunks_where(between(own["version"], ordinal - before, ordinal + after)))
        found = self._stored([one for one in near if one != chunk_id], near)
        return sorted(found, key=lambda stored: stored.ordinal)

    def _stored(self, chunk_ids: Sequence[int], payloads: Mapping[int, dict[str, Any]]) -> list[StoredChunk]:
        """Those with a payload and a file, in the order asked for."""
        paths = sorted({path_of(payload["path"]) for payload in payloads.values()})
        files = {fact["path"]: file_of(fact) for fact in self._server.facts("file", paths)}
        return [
            stored_chunk(chunk, payloads[chunk], files[payloads[chunk]["path"]])
            for chunk in chunk_ids
            if chunk in payloads and payloads[chunk]["path"] in files
        ]


def _best_first(scored: Iterable[tuple[int, float]]) -> list[tuple[int, float]]:
    return sorted(scored, key=lambda one: (-one[1], one[0]))
