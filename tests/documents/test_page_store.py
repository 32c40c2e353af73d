"""Finished pages survive the program, and only what still holds is given back."""

from __future__ import annotations

import contextlib
import logging
import sqlite3
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from open_autoglm.documents.model import Page, ReadBy, Region, RegionType
from open_autoglm.documents.page_store import PageKey, PageStore, reader_version

Opened = Callable[[PageStore], PageStore]

KEY = PageKey(file_sha256="ab" * 32, page=1, format="pdf", reader="1", options={})


@pytest.fixture
def opened() -> Iterator[Opened]:
    """Closes every store at the end of the test."""
    with contextlib.ExitStack() as stores:
        yield stores.enter_context


def page(number: int = 1, text: str = "words", error: str | None = None) -> Page:
    region = Region(
        id="p1r1",
        page=number,
        box=None,
        type=RegionType.PARAGRAPH,
        text=text,
        confidence=1.0,
        read_by=ReadBy.MARKUP,
    )
    return Page(number=number, width=100, height=200, regions=(region,), error=error)


def edit(folder: Path, statement: str, *values: object) -> None:
    with contextlib.closing(sqlite3.connect(folder / "pages.sqlite")) as database, database:
        database.execute(statement, values)


def test_what_was_put_is_given_back_also_to_the_next_program(tmp_path: Path, opened: Opened) -> None:
    opened(PageStore(tmp_path, 10)).put(KEY, page())
    assert opened(PageStore(tmp_path, 10)).get(KEY) == page()


@pytest.mark.parametrize(
    "other",
    [
        replace(KEY, file_sha256="cd" * 32),
        replace(KEY, page=2),
        replace(KEY, format="text"),
        replace(KEY, reader="2"),
        replace(KEY, options={"ocr": "openvino"}),
    ],
)
def test_everything_a_result_depends_on_tells_pages_apart(
    tmp_path: Path, opened: Opened, other: PageKey
) -> None:
    store = opened(PageStore(tmp_path, 10))
    store.put(KEY, page())
    assert store.get(other) is None


def test_a_failed_page_is_not_kept(tmp_path: Path, opened: Opened) -> None:
    store = opened(PageStore(tmp_path, 10))
    store.put(KEY, page(error="took too long"))
    assert store.get(KEY) is None


def test_without_room_nothing_is_written(tmp_path: Path, opened: Opened) -> None:
    store = opened(PageStore(tmp_path / "cache", 0))
    store.put(KEY, page())
    assert store.get(KEY) is None
    assert not (tmp_path / "cache").exists()


@pytest.mark.parametrize(
    "damage",
    [
        "update blobs set material = x'616e6f74686572'",
        "update blobs set content = x'00ff00ff'",
        "update blobs set content = substr(content, 1, 20)",
    ],
)
def test_a_row_that_does_not_hold_is_dropped(tmp_path: Path, opened: Opened, damage: str) -> None:
    store = opened(PageStore(tmp_path, 10))
    store.put(KEY, page())
    edit(tmp_path, damage)
    assert store.get(KEY) is None
    store.put(KEY, page())
    assert store.get(KEY) == page()


def test_a_file_that_is_no_database_is_put_aside(
    tmp_path: Path, opened: Opened, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "pages.sqlite").write_bytes(b"not a database, but long enough to be looked at" * 50)
    store = opened(PageStore(tmp_path, 10))
    with caplog.at_level(logging.WARNING):
        store.put(KEY, page())
    assert store.get(KEY) == page()
    assert "put aside" in caplog.text


def test_a_database_damaged_inside_is_put_aside_and_begun_anew(tmp_path: Path, opened: Opened) -> None:
    store = PageStore(tmp_path, 10)
    for number in range(1, 200):
        store.put(replace(KEY, page=number), page(number))
    store.close()
    path = tmp_path / "pages.sqlite"
    data = bytearray(path.read_bytes())
    data[4096:] = b"\xa5" * (len(data) - 4096)
    path.write_bytes(data)
    damaged = opened(PageStore(tmp_path, 10))
    damaged.put(KEY, page())
    anew = opened(PageStore(tmp_path, 10))
    anew.put(KEY, page())
    assert anew.get(KEY) == page()


def test_a_folder_that_cannot_be_used_only_costs_the_cache(
    tmp_path: Path, opened: Opened, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").touch()
    store = opened(PageStore(tmp_path / "file" / "folder", 10))
    with caplog.at_level(logging.WARNING):
        store.put(KEY, page())
    assert store.get(KEY) is None
    assert "can't be kept" in caplog.text


def test_the_least_recently_used_page_goes_first(tmp_path: Path, opened: Opened) -> None:
    """Pages of about 190 KB that do not compress, in a store of one megabyte."""
    import random

    store = opened(PageStore(tmp_path, 1))
    letters = random.Random(7)
    for number in range(1, 5):
        text = "".join(chr(letters.randrange(0x4E00, 0x9FFF)) for _ in range(70_000))
        store.put(replace(KEY, page=number), page(number, text))
    assert store.get(KEY) is not None  # used again: now the youngest
    for number in range(5, 9):
        text = "".join(chr(letters.randrange(0x4E00, 0x9FFF)) for _ in range(70_000))
        store.put(replace(KEY, page=number), page(number, text))
        assert store.get(KEY) is not None
    assert store.get(replace(KEY, page=2)) is None
    assert store.get(replace(KEY, page=8)) is not None
    assert (tmp_path / "pages.sqlite").stat().st_size < 1.3 * (1 << 20)


def test_a_program_killed_while_writing_leaves_a_store_that_works(tmp_path: Path, opened: Opened) -> None:
    program = """
        import sys
        from pathlib import Path
        from open_autoglm.documents.model import Page
        from open_autoglm.documents.page_store import PageKey, PageStore
        store = PageStore(Path(sys.argv[1]), 50)
        number = 0
        while True:
            number += 1
            store.put(PageKey("ab" * 32, number, "pdf", "1", {}), Page(number=number, width=1, height=1))
            print(number, flush=True)
    """
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(program), str(tmp_path)], stdout=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    told = []
    for writer in writers:
        assert writer.stdout is not None
        for _ in range(20):
            told.append(int(writer.stdout.readline()))
    for writer in writers:
        writer.kill()
        writer.communicate()
    store = opened(PageStore(tmp_path, 50))
    assert all(store.get(replace(KEY, page=number)) is not None for number in told)
    with contextlib.closing(sqlite3.connect(tmp_path / "pages.sqlite")) as database:
        assert database.execute("pragma integrity_check").fetchone() == ("ok",)


def test_the_reader_version_is_stable_within_one_installation() -> None:
    assert reader_version() == reader_version()
    assert len(reader_version()) == 16
