"""Files, chunks, words and vectors as Qdrant's points hold them.

Paths are percent-encoded, because JSON has no place for names in no encoding. Words are sparse vectors: each
holds BM25's share of the document (k1 1.2, b 0.75, a usual length of 400 terms), and the server multiplies by
the rarity of the word (modifier IDF).
"""

from __future__ import annotations

import hashlib
import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import quote, unquote

import numpy as np
from qdrant_client import models

from open_autoglm.documents.model import Box
from open_autoglm.knowledge.chunk import Chunk, ChunkKind, Place, Window
from open_autoglm.knowledge.store.base_store import FileRecord, FileState, StoredChunk
from open_autoglm.knowledge.store.sqlite_schema import storable
from open_autoglm.knowledge.terms import terms as terms_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

WORDS = "words"
FILED = {"path": "keyword", "within": "keyword", "media_type": "keyword", "modified_ns": "integer"}
"""What filters ask for, on every point that belongs to a file, and the kinds of their indexes."""
K1 = 1.2
B = 0.75
USUAL_TERMS = 400
_ID_BITS = 52
"""Ids pass through JSON of browsers, which hold whole numbers up to 2 to the 53rd."""


def path_key(path: str) -> str:
    return quote(path, safe="/", errors="surrogatepass")


def path_of(key: str) -> str:
    return unquote(key, errors="surrogatepass")


def point_id(kind: str, name: str) -> str:
    """Of a file, a note or a base: the same for the same name."""
    digest = hashlib.sha256(f"{kind}\n{name}".encode("utf-8", "surrogatepass")).digest()
    return str(uuid.UUID(bytes=digest[:16]))


def chunk_point_id(version: str, ordinal: int) -> int:
    digest = hashlib.sha256(f"{version}\n{ordinal}".encode()).digest()
    return int.from_bytes(digest[:8], "big") >> (64 - _ID_BITS)


def window_point_id(chunk: int, place: int) -> str:
    return str(uuid.UUID(int=(chunk << 64) | place))


def filed(file: FileRecord) -> dict[str, Any]:
    """``FILED`` of a file."""
    folders = [path_key(str(folder)) for folder in PurePosixPath(file.path).parents]
    return {
        "path": path_key(file.path),
        "within": [path_key(file.path), *folders],
        "media_type": file.media_type,
        "modified_ns": file.modified_ns,
    }


def file_payload(file: FileRecord, windows: int) -> dict[str, Any]:
    return {
        **filed(file),
        "kind": "file",
        "sha256": file.sha256,
        "size": file.size,
        "state": file.state,
        "reason": storable(file.reason),
        "pages": file.pages,
        "chunks": file.chunks,
        "windows": windows,
    }


def file_of(payload: Mapping[str, Any]) -> FileRecord:
    return FileRecord(
        path=path_of(payload["path"]),
        sha256=payload["sha256"],
        size=payload["size"],
        modified_ns=payload["modified_ns"],
        media_type=payload["media_type"],
        state=cast(FileState, payload["state"]),
        reason=payload["reason"],
        pages=payload["pages"],
        chunks=payload["chunks"],
    )


def fact_point(kind: str, name: str, payload: dict[str, Any]) -> models.PointStruct:
    return models.PointStruct(id=point_id(kind, name), vector={}, payload=payload)


def chunk_point(file: FileRecord, version: str, ordinal: int, chunk: Chunk) -> models.PointStruct:
    weights = _document_weights([term for text in (*chunk.headings, chunk.text) for term in terms_of(text)])
    words = models.SparseVector(indices=list(weights), values=list(weights.values()))
    return models.PointStruct(
        id=chunk_point_id(version, ordinal),
        vector={WORDS: words},
        payload=_chunk_payload(file, version, ordinal, chunk),
    )


def window_point(
    chunk: int, place: int, vector: NDArray[np.float32], chunk_payload: Mapping[str, Any]
) -> models.PointStruct:
    return models.PointStruct(
        id=window_point_id(chunk, place),
        vector=_with_direction(vector),
        payload={**{key: chunk_payload[key] for key in FILED}, "chunk": chunk, "place": place},
    )


def stored_chunk(chunk_id: int, payload: Mapping[str, Any], file: FileRecord) -> StoredChunk:
    chunk = Chunk(
        text=payload["text"],
        kind=cast(ChunkKind, payload["chunk_kind"]),
        headings=tuple(payload["headings"]),
        places=tuple(_place(values) for values in payload["places"]),
        windows=tuple(Window(start, end) for start, end in payload["windows"]),
    )
    return StoredChunk(chunk_id, file, payload["ordinal"], chunk)


def question_weights(terms: Sequence[str]) -> dict[int, float]:
    return dict.fromkeys(map(_number, terms), 1.0)


def _chunk_payload(file: FileRecord, version: str, ordinal: int, chunk: Chunk) -> dict[str, Any]:
    return {
        **filed(file),
        "version": version,
        "ordinal": ordinal,
        "text": storable(chunk.text),
        "chunk_kind": chunk.kind,
        "headings": [storable(heading) for heading in chunk.headings],
        "places": [
            [place.page]
            if place.box is None
            else [place.page, place.box.x0, place.box.y0, place.box.x1, place.box.y1]
            for place in chunk.places
        ],
        "windows": [[window.start, window.end] for window in chunk.windows],
        "missing": True,
    }


def _document_weights(terms: Sequence[str]) -> dict[int, float]:
    """By the number of the term; terms that share one are added up."""
    weights: Counter[int] = Counter()
    usual = K1 * (1 - B + B * len(terms) / USUAL_TERMS)
    for term, count in Counter(terms).items():
        weights[_number(term)] += count * (K1 + 1) / (count + usual)  # type: ignore[assignment] # floats
    return dict(weights)


def _number(term: str) -> int:
    return int.from_bytes(hashlib.blake2b(term.encode("utf-8", "replace"), digest_size=4).digest(), "big")


def _with_direction(vector: NDArray[np.float32]) -> list[float]:
    """A vector of zeros has no cosine; away from everything is the nearest to it that has one."""
    plain = np.nan_to_num(vector, nan=0.0, posinf=0.0, neginf=0.0)
    return [float(number) for number in (plain if plain.any() else np.full(len(vector), -1.0))]


def _place(values: Sequence[float]) -> Place:
    if len(values) == 1:
        return Place(int(values[0]), None)
    page, x0, y0, x1, y1 = values
    return Place(int(page), Box(x0=x0, y0=y0, x1=x1, y1=y1))
