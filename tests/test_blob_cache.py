"""Bytes are given back for exactly what they were made from, and the cap holds."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from open_autoglm.blob_cache import BlobCache, BlobTotals


@pytest.fixture
def cache(tmp_path: Path) -> Iterator[BlobCache]:
    cache = BlobCache(tmp_path / "blobs.sqlite", 10_000, holds="blobs", synchronous="off")
    yield cache
    cache.close()


def edit(folder: Path, statement: str) -> None:
    with contextlib.closing(sqlite3.connect(folder / "blobs.sqlite")) as database, database:
        database.execute(statement)


def test_content_is_found_by_its_material_alone(cache: BlobCache) -> None:
    cache.put(b"material", b"content")
    assert cache.get(b"material") == b"content"
    assert cache.get(b"other material") is None


@pytest.mark.parametrize(
    "damage",
    [
        "update blobs set material = x'00'",  # as if two materials had one digest
        "update blobs set content = x'00'",
        "update blobs set content = 17",
        "update blobs set digest = x'00'",
    ],
)
def test_a_row_that_does_not_hold_is_a_miss_and_goes(tmp_path: Path, cache: BlobCache, damage: str) -> None:
    cache.put(b"material", b"content")
    edit(tmp_path, damage)
    assert cache.get(b"material") is None
    assert cache.totals() == BlobTotals(0, 0)


def test_putting_again_replaces_and_counts_once(cache: BlobCache) -> None:
    cache.put(b"material", b"content")
    cache.put(b"material", b"other content")
    assert cache.get(b"material") == b"other content"
    assert cache.totals() == BlobTotals(1, len(b"material") + len(b"other content"))


def test_what_was_least_recently_used_goes_first_and_the_cap_holds(cache: BlobCache) -> None:
    for number in range(9):
        cache.put(b"%d" % number, bytes(1000))
    assert cache.get(b"0") is not None  # used again: now the youngest
    for number in range(9, 12):
        cache.put(b"%d" % number, bytes(1000))
        assert cache.totals().bytes <= 10_000
    assert cache.get(b"0") is not None
    assert cache.get(b"1") is None
    assert cache.get(b"11") is not None


def test_use_is_remembered_by_the_next_program(tmp_path: Path, cache: BlobCache) -> None:
    for number in range(9):
        cache.put(b"%d" % number, bytes(1000))
    assert cache.get(b"0") is not None
    cache.close()
    with contextlib.closing(BlobCache(tmp_path / "blobs.sqlite", 10_000, holds="blobs")) as later:
        later.put(b"9", bytes(1000))
        later.put(b"10", bytes(1000))
        assert later.get(b"0") is not None
        assert later.get(b"1") is None


def test_an_entry_that_would_push_out_all_others_is_not_kept(cache: BlobCache) -> None:
    cache.put(b"material", bytes(5000))
    assert cache.get(b"material") is None


def test_a_dropped_entry_is_gone(cache: BlobCache) -> None:
    cache.put(b"material", b"content")
    cache.drop(b"material")
    assert cache.get(b"material") is None


def test_without_room_no_file_is_made(tmp_path: Path) -> None:
    cache = BlobCache(tmp_path / "folder" / "blobs.sqlite", 0, holds="blobs")
    cache.put(b"material", b"content")
    assert cache.get(b"material") is None
    cache.close()
    assert not (tmp_path / "folder").exists()
