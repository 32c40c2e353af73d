"""What people wrote: schema steps run once, transactions are whole, damage is never silent."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from open_autoglm.database import Database
from open_autoglm.errors import DamagedInput, OutputFailed


def _first(database: sqlite3.Connection) -> None:
    database.execute("create table notes (text text not null)")


def _second(database: sqlite3.Connection) -> None:
    database.execute("alter table notes add column author text not null default ''")


def _texts(file: Database) -> list[str]:
    with file.reading() as database:
        return [row["text"] for row in database.execute("select text from notes order by rowid")]


def test_schema_steps_run_once_and_in_order(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "notes.sqlite"
    Database(path, (_first,)).close()
    file = Database(path, (_first, _second))
    with file.transaction() as database:
        database.execute("insert into notes (text, author) values ('a', 'Ada')")
    file.close()
    again = Database(path, (_first, _second))
    assert _texts(again) == ["a"]
    again.close()


def test_a_file_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "notes.sqlite"
    Database(path, (_first, _second)).close()
    with pytest.raises(OutputFailed, match="newer version"):
        Database(path, (_first,))


def test_a_failed_transaction_leaves_nothing(tmp_path: Path) -> None:
    file = Database(tmp_path / "notes.sqlite", (_first,))
    with pytest.raises(ZeroDivisionError), file.transaction() as database:
        database.execute("insert into notes values ('a')")
        raise ZeroDivisionError
    assert _texts(file) == []
    file.close()


def test_a_commit_that_fails_is_not_in_the_way_of_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("open_autoglm.database.BUSY_S", 0.05)
    file = Database(tmp_path / "notes.sqlite", (_first,))
    reader = sqlite3.connect(file.path, isolation_level=None)
    reader.execute("begin")
    reader.execute("select * from notes").fetchall()  # while it reads, nobody can commit
    with pytest.raises(OutputFailed, match="locked"), file.transaction() as database:
        database.execute("insert into notes values ('a')")
    reader.close()
    with file.transaction() as database:
        database.execute("insert into notes values ('b')")
    assert _texts(file) == ["b"]
    file.close()


def test_threads_and_second_connections_wait_for_each_other(tmp_path: Path) -> None:
    path = tmp_path / "notes.sqlite"
    files = [Database(path, (_first,)) for _ in range(2)]

    def write(file: Database, name: str) -> None:
        for number in range(20):
            with file.transaction() as database:
                database.execute("insert into notes values (?)", (f"{name}{number}",))

    threads = [threading.Thread(target=write, args=(files[n % 2], f"t{n}-")) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(_texts(files[0])) == 80
    for file in files:
        file.close()


def test_what_people_wrote_is_not_touched_when_it_is_damaged(tmp_path: Path) -> None:
    path = tmp_path / "notes.sqlite"
    path.write_bytes(b"this is no database" * 100)
    with pytest.raises(DamagedInput, match="damaged"):
        Database(path, (_first,))
    assert path.read_bytes().startswith(b"this is no database")


def test_a_closed_file_says_so(tmp_path: Path) -> None:
    file = Database(tmp_path / "notes.sqlite", (_first,))
    file.close()
    file.close()
    with pytest.raises(OutputFailed, match="closed"), file.transaction():
        pass


def test_a_second_connection_of_the_process_keeps_the_locks_of_the_first(tmp_path: Path) -> None:
    path = tmp_path / "notes.sqlite"
    first = Database(path, (_first,))
    with first.transaction() as database:
        database.execute("insert into notes values ('a')")
        Database(path, (_first,)).close()
        script = f"import sqlite3; sqlite3.connect({str(path)!r}, timeout=0).execute('begin immediate')"
        other = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
        assert "locked" in other.stderr
    first.close()


def test_a_file_is_opened_beside_whoever_reads_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("open_autoglm.database.BUSY_S", 0.05)
    path = tmp_path / "notes.sqlite"
    Database(path, (_first,)).close()
    reader = sqlite3.connect(path, isolation_level=None)
    reader.execute("begin")
    reader.execute("select * from notes").fetchall()
    assert _texts(Database(path, (_first,))) == []
    reader.close()
