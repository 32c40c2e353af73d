"""The same request of the same owner is answered from disk; everything else is a miss."""

from __future__ import annotations

import contextlib
import hashlib
import logging
import sqlite3
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

from open_autoglm.serving.result_cache import ResultCache, ResultCacheStatistics
from open_autoglm.values import StreamEvent, Usage

MEGABYTE = 1 << 20
END = StreamEvent(finish_reason="stop", usage=Usage(10, 5))
ANSWER = (StreamEvent("Yes."), END)


@pytest.fixture
def cache(tmp_path: Path) -> Iterator[ResultCache]:
    cache = ResultCache(tmp_path / "results.sqlite", MEGABYTE)
    yield cache
    cache.close()


def test_an_answer_is_kept_for_the_next_program(tmp_path: Path, cache: ResultCache) -> None:
    cache.put("anna", b"request", ANSWER)
    cache.close()
    with contextlib.closing(ResultCache(tmp_path / "results.sqlite", MEGABYTE)) as later:
        assert later.get("anna", b"request") == ANSWER


def test_another_request_and_another_owner_are_misses(cache: ResultCache) -> None:
    cache.put("anna", b"request", ANSWER)
    assert cache.get("anna", b"another request") is None
    assert cache.get("bert", b"request") is None
    assert cache.get("ann", b"arequest") is None


@pytest.mark.parametrize(
    "events",
    [
        (),
        (StreamEvent("Half an"),),
        (StreamEvent("Half an"), StreamEvent(finish_reason="cancelled", usage=Usage(10, 5))),
    ],
)
def test_an_answer_that_was_broken_off_is_not_kept(
    cache: ResultCache, events: tuple[StreamEvent, ...]
) -> None:
    cache.put("anna", b"request", events)
    assert cache.get("anna", b"request") is None


def test_a_stored_form_of_another_version_is_a_miss_and_goes(tmp_path: Path, cache: ResultCache) -> None:
    cache.put("anna", b"request", ANSWER)
    with contextlib.closing(sqlite3.connect(tmp_path / "results.sqlite")) as database, database:
        database.create_function("sha256", 1, lambda data: hashlib.sha256(data).digest())
        database.execute("update blobs set content = x'5b302c5b5d5d', digest = sha256(x'5b302c5b5d5d')")
    assert cache.get("anna", b"request") is None
    assert cache.statistics.entries == 0


def test_a_damaged_file_is_put_aside_and_begun_anew(
    tmp_path: Path, cache: ResultCache, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "results.sqlite").write_bytes(b"no database, but long enough to be looked at" * 50)
    with caplog.at_level(logging.WARNING):
        assert cache.get("anna", b"request") is None
    cache.put("anna", b"request", ANSWER)
    assert cache.get("anna", b"request") == ANSWER
    assert "put aside" in caplog.text


def test_the_cap_in_bytes_holds(cache: ResultCache) -> None:
    for number in range(60):
        cache.put("anna", b"%d" % number, (StreamEvent("x" * 30_000), END))
    assert cache.statistics.bytes <= MEGABYTE
    assert cache.get("anna", b"0") is None
    assert cache.get("anna", b"59") is not None


def test_without_room_nothing_is_kept(tmp_path: Path) -> None:
    with contextlib.closing(ResultCache(tmp_path / "results.sqlite", 0)) as cache:
        cache.put("anna", b"request", ANSWER)
        assert cache.get("anna", b"request") is None
    assert list(tmp_path.iterdir()) == []


def test_hits_and_misses_are_counted(cache: ResultCache) -> None:
    assert cache.statistics == ResultCacheStatistics(hits=0, misses=0, entries=0, bytes=0)
    cache.get("anna", b"request")
    cache.put("anna", b"request", ANSWER)
    cache.get("anna", b"request")
    statistics = cache.statistics
    assert (statistics.hits, statistics.misses, statistics.entries) == (1, 1, 1)
    assert statistics.bytes > 0


def test_answers_outlive_a_program_that_is_killed(tmp_path: Path) -> None:
    program = """
        import sys
        from pathlib import Path
        from open_autoglm.serving.result_cache import ResultCache
        from open_autoglm.values import StreamEvent, Usage
        cache = ResultCache(Path(sys.argv[1]), 1 << 20)
        number = 0
        while True:
            number += 1
            end = StreamEvent(finish_reason="stop", usage=Usage(1, 1))
            cache.put("anna", b"%d" % number, (StreamEvent("Yes."), end))
            print(number, flush=True)
    """
    path = tmp_path / "results.sqlite"
    writer = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(program), str(path)], stdout=subprocess.PIPE, text=True
    )
    assert writer.stdout is not None
    told = [int(writer.stdout.readline()) for _ in range(20)]
    writer.kill()
    writer.communicate()
    with contextlib.closing(ResultCache(path, MEGABYTE)) as cache:
        assert all(cache.get("anna", b"%d" % number) is not None for number in told)
