"""A file whose content can be made again never stands in the way of an answer."""

from __future__ import annotations

import contextlib
import logging
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from open_autoglm.sqlite_file import DisposableFile

SCHEMA = ("create table if not exists words (word text not null)",)


@contextlib.contextmanager
def opened(path: Path, version: int = 1) -> Iterator[DisposableFile]:
    file = DisposableFile(path, SCHEMA, version=version, holds="words")
    try:
        yield file
    finally:
        file.close()


def add(file: DisposableFile, word: str) -> None:
    with file.transaction() as database:
        database.execute("insert into words values (?)", (word,))


def words(file: DisposableFile) -> list[str]:
    with file.transaction() as database:
        return [word for (word,) in database.execute("select word from words")]
    return []


def test_what_was_written_is_there_the_next_time(tmp_path: Path) -> None:
    with opened(tmp_path / "folder" / "words.sqlite") as file:
        add(file, "one")
    with opened(tmp_path / "folder" / "words.sqlite") as file:
        assert words(file) == ["one"]


def test_a_file_of_another_version_is_emptied_whatever_its_tables(tmp_path: Path) -> None:
    path = tmp_path / "words.sqlite"
    with contextlib.closing(sqlite3.connect(path)) as database, database:
        database.execute("create table words (other integer)")
        database.execute("create table more (other integer)")
    with opened(path, version=2) as file:
        add(file, "one")
        assert words(file) == ["one"]
    with contextlib.closing(sqlite3.connect(path)) as database:
        assert database.execute("select name from sqlite_master").fetchall() == [("words",)]


def test_a_failure_inside_a_transaction_changes_nothing_and_is_logged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "words.sqlite"
    with opened(path) as file, caplog.at_level(logging.WARNING):
        add(file, "one")
        with file.transaction() as database:
            database.execute("insert into words values ('two')")
            database.execute("insert into no_such_table values ('three')")
    assert "can't be kept" in caplog.text
    with opened(path) as file:
        assert words(file) == ["one"]


def test_damage_found_while_running_is_put_aside_and_the_next_write_is_kept(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "words.sqlite"
    with opened(path) as file, file.transaction() as database:
        database.executemany("insert into words values (?)", [(f"word {n}",) for n in range(5000)])
    data = bytearray(path.read_bytes())
    data[4096:] = b"\xa5" * (len(data) - 4096)
    path.write_bytes(data)
    with opened(path) as file, caplog.at_level(logging.WARNING):
        assert words(file) == []
        add(file, "anew")
        assert words(file) == ["anew"]
    assert "put aside" in caplog.text
    assert path.with_suffix(".damaged").exists()


def test_where_no_file_can_be_made_everything_is_forgotten_and_said_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").touch()
    with opened(tmp_path / "file" / "words.sqlite") as file, caplog.at_level(logging.WARNING):
        add(file, "one")
        add(file, "two")
        assert words(file) == []
        assert not file.usable
    assert caplog.text.count("can't be kept") == 1


@pytest.mark.skipif(os.name != "posix", reason="the file modes of POSIX")
def test_only_the_user_can_read_it(tmp_path: Path) -> None:
    with opened(tmp_path / "words.sqlite") as file:
        add(file, "one")
    assert (tmp_path / "words.sqlite").stat().st_mode & 0o777 == 0o600
