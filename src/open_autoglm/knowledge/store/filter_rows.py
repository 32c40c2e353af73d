"""Filters as a condition of SQL on the table ``files``."""

from __future__ import annotations

from typing import Any

from open_autoglm.knowledge.store.base_store import Filters
from open_autoglm.knowledge.store.sqlite_schema import path_bytes


def condition(filters: Filters | None) -> tuple[str, list[Any]]:
    """An expression over ``files.…`` and its values; empty where everything is looked through."""
    if filters is None or filters == Filters():
        return "", []
    parts: list[str] = []
    values: list[Any] = []
    if filters.folder:
        inside, own = under(filters.folder)
        parts.append(inside)
        values.extend(own)
    if filters.media_types:
        parts.append(f"files.media_type in ({','.join('?' * len(filters.media_types))})")
        values.extend(filters.media_types)
    if filters.modified_from_ns is not None:
        parts.append("files.modified_ns >= ?")
        values.append(filters.modified_from_ns)
    if filters.modified_to_ns is not None:
        parts.append("files.modified_ns < ?")
        values.append(filters.modified_to_ns)
    return " and ".join(parts), values


def under(folder: str) -> tuple[str, list[Any]]:
    """What is ``folder`` itself or lies in it: a range of paths, since ``0`` comes right after ``/``."""
    plain = path_bytes(folder.rstrip("/"))
    return "(files.path = ? or (files.path > ? and files.path < ?))", [plain, plain + b"/", plain + b"0"]
