"""The way to a Qdrant server: its clients, the size of a request, and its errors as those of this program."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from open_autoglm.errors import EngineUnavailable, ExtraMissing, OutputFailed

if TYPE_CHECKING:
    from qdrant_client import QdrantClient, models

AT_ONCE = 256
"""Points in one request."""
TIMEOUT_S = 30

T = TypeVar("T")


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


@contextmanager
def told() -> Iterator[None]:
    """What the client raises, as errors of this program; around a block, or as ``@told()``."""
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


def batches(items: Sequence[T]) -> Iterator[list[T]]:
    """``AT_ONCE`` at a time."""
    for start in range(0, len(items), AT_ONCE):
        yield list(items[start : start + AT_ONCE])


def payloads(
    client: QdrantClient, collection: str, condition: models.Filter | None = None, at_once: int = AT_ONCE
) -> Iterator[tuple[Any, dict[str, Any]]]:
    """Ids and payloads of all points of a collection that the condition holds for."""
    place: Any = None
    while True:
        with told():
            points, place = client.scroll(collection, scroll_filter=condition, limit=at_once, offset=place)
        yield from ((point.id, point.payload or {}) for point in points)
        if place is None:
            return
