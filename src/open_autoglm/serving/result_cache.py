"""Answers of repeatable requests on disk: the same request of the same owner is answered without a model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from open_autoglm.blob_cache import BlobCache
from open_autoglm.serving.stored_events import events_from_json, events_to_json, is_whole
from open_autoglm.values import StreamEvent


@dataclass(frozen=True, slots=True)
class ResultCacheStatistics:
    """Hits and misses since the start; entries and bytes that are kept now."""

    hits: int
    misses: int
    entries: int
    bytes: int


class ResultCache:
    """Answers in the SQLite file ``path``, at most ``max_bytes`` of them; 0: none are kept.

    ``material`` comes from ``request_material``; the cache itself is compared on every hit, so that two
    requests with one digest are still two. Every answer belongs to its owner: no other is ever served
    from it. Both calls take a fraction of a millisecond, so an event loop may make them; any thread may.
    """

    def __init__(self, path: Path, max_bytes: int) -> None:
        # A power cut may cost this cache, and never more: each answer is kept with its own digest.
        self.keeps = max_bytes > 0
        self._blobs = BlobCache(path, max_bytes, holds="answers", synchronous="off")
        self._hits = 0
        self._misses = 0

    def get(self, owner: str, material: bytes) -> tuple[StreamEvent, ...] | None:
        """The events of the kept answer, neighboring pieces joined; None where there is none."""
        owned = _owned(owner, material)
        data = self._blobs.get(owned)
        events = None if data is None else events_from_json(data)
        if events is None:
            self._misses += 1
            if data is not None:
                self._blobs.drop(owned)
            return None
        self._hits += 1
        return events

    def put(self, owner: str, material: bytes, events: Sequence[StreamEvent]) -> None:
        """Keep an answer that came to its own end; any other is not kept."""
        if is_whole(events):
            self._blobs.put(_owned(owner, material), events_to_json(events))

    @property
    def statistics(self) -> ResultCacheStatistics:
        totals = self._blobs.totals()
        return ResultCacheStatistics(self._hits, self._misses, totals.entries, totals.bytes)

    def close(self) -> None:
        """Let go of the file. Safe to call twice."""
        self._blobs.close()


def _owned(owner: str, material: bytes) -> bytes:
    name = owner.encode("utf-8", errors="surrogatepass")
    return len(name).to_bytes(4, "big") + name + material
