"""What is asked of Qdrant's points: conditions on the payloads that ``qdrant_points`` gives them."""

from __future__ import annotations

from collections.abc import Sequence

from qdrant_client import models

from open_autoglm.knowledge.store.base_store import Filters
from open_autoglm.knowledge.store.qdrant_points import path_key


def of_files(under_folder: str) -> models.Filter:
    """Their facts; all of them where ``under_folder`` is empty."""
    within = [_within(under_folder)] if under_folder else []
    return models.Filter(must=[_is("kind", "file"), *within])


def of_paths(paths: Sequence[str], but_version: str = "") -> models.Filter:
    keys = [path_key(path) for path in paths]
    return models.Filter(
        must=[models.FieldCondition(key="path", match=models.MatchAny(any=keys))],
        must_not=[_is("version", but_version)] if but_version else None,
    )


def of_chunk(chunk: int) -> models.Filter:
    return models.Filter(must=[_is("chunk", chunk)])


def without_vectors() -> models.Filter:
    return models.Filter(must=[_is("missing", True)])


def between(version: str, first: int, last: int) -> models.Filter:
    """Chunks of one version of a file, by their ordinals."""
    ordinal = models.FieldCondition(key="ordinal", range=models.Range(gte=first, lte=last))
    return models.Filter(must=[_is("version", version), ordinal])


def asked(filters: Filters | None) -> models.Filter | None:
    if filters is None or filters == Filters():
        return None
    must: list[models.Condition] = []
    if filters.folder:
        must.append(_within(filters.folder))
    if filters.media_types:
        any_type = models.MatchAny(any=list(filters.media_types))
        must.append(models.FieldCondition(key="media_type", match=any_type))
    if filters.modified_from_ns is not None or filters.modified_to_ns is not None:
        span = models.Range(gte=filters.modified_from_ns, lt=filters.modified_to_ns)
        must.append(models.FieldCondition(key="modified_ns", range=span))
    return models.Filter(must=must)


def _within(folder: str) -> models.FieldCondition:
    return _is("within", path_key(folder.rstrip("/") or "/"))


def _is(key: str, value: str | int) -> models.FieldCondition:
    return models.FieldCondition(key=key, match=models.MatchValue(value=value))
