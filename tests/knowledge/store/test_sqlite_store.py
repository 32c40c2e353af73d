"""What SQLite alone promises: readers beside a writer, whole transactions, a full disk, common words."""

from __future__ import annotations

import sqlite3
import threading
import time
from pathlib import Path

import pytest
from base_samples import LetterEmbedder, chunk, embed_all, record

from open_autoglm.errors import DamagedInput, OutputFailed
from open_autoglm.knowledge.store import posting_search
from open_autoglm.knowledge.store.sqlite_store import FILE_NAME, SqliteStore
from open_autoglm.knowledge.terms import terms


def test_readers_go_on_while_a_large_file_is_written(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path)
    store.put_file(record("/a.md"), [chunk("The firewall.")])
    large = [chunk(f"第{number}段讲的是防火墙的配置。" * 10) for number in range(1_500)]
    writer = threading.Thread(target=store.put_file, args=(record("/large.md"), large))
    writer.start()
    waited: list[float] = []
    while writer.is_alive():
        started = time.monotonic()
        assert store.by_words(terms("firewall"), 5)
        waited.append(time.monotonic() - started)
    writer.join()
    assert len(waited) > 3
    assert max(waited) < 2.0
    assert store.counts().chunks == 1_501
    store.close()


def test_a_second_store_on_the_same_folder_sees_and_writes_too(tmp_path: Path) -> None:
    first, second = SqliteStore(tmp_path), SqliteStore(tmp_path)
    first.put_file(record("/a.md"), [chunk("One.")])
    second.put_file(record("/b.md"), [chunk("Two.")])
    assert first.counts() == second.counts()
    assert first.counts().files == 2
    first.close()
    second.close()


def test_a_full_disk_is_said_and_the_base_stays_whole(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path)
    store.put_file(record("/a.md"), [chunk("The firewall.")])
    with store._connections.writing() as database:
        pages = database.execute("pragma page_count").fetchone()[0]
        database.execute(f"pragma max_page_count = {pages + 5}")
    with pytest.raises(OutputFailed, match="full"):
        store.put_file(record("/b.md"), [chunk(f"Much text, part {n}. " * 20) for n in range(500)])
    assert [one.path for one in store.files()] == ["/a.md"]
    assert store.by_words(terms("firewall"), 5)
    assert store.by_words(terms("much"), 5) == []
    with store.reading() as database:
        assert database.execute("pragma integrity_check").fetchone()[0] == "ok"
    store.close()


def test_what_is_no_base_is_told_and_not_touched(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_bytes(b"this is no base" * 1000)
    with pytest.raises(DamagedInput, match="damaged"):
        SqliteStore(tmp_path)
    assert (tmp_path / FILE_NAME).read_bytes().startswith(b"this is no base")


def test_a_closed_store_says_so(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path)
    store.close()
    with pytest.raises(OutputFailed, match="closed"):
        store.counts()


def test_postings_and_vectors_stay_right_through_many_changes(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path)
    for turn in range(4):
        for number in range(10):
            texts = [f"Turn {turn} of file {number}, part {part}: 配置{turn}号。" for part in range(3)]
            store.put_file(record(f"/{number}.md"), [chunk(text) for text in texts])
        embed_all(store, LetterEmbedder())
        store.remove_files([f"/{turn}.md"])
    store.close()
    with sqlite3.connect(tmp_path / FILE_NAME) as database:
        database.execute("insert into postings (postings) values ('integrity-check')")
        assert database.execute("pragma integrity_check").fetchone()[0] == "ok"
        assert database.execute("pragma foreign_key_check").fetchall() == []
        for table in ("embedding", "vectors"):
            assert database.execute(f"select count(*) from {table}").fetchone()[0] == 27
        indexed = database.execute("select count(*) from postings where postings match 'turn'").fetchone()[0]
        assert indexed == 27
    database.close()


def test_the_rarest_words_of_a_question_decide_in_a_large_base(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(posting_search, "SMALL_BASE", 10)
    monkeypatch.setattr(posting_search, "MAX_POSTINGS", 30)
    store = SqliteStore(tmp_path)
    for number in range(50):
        store.put_file(record(f"/{number}.md"), [chunk(f"common words everywhere, name{number}")])
    found = store.by_words(["common", "words", "everywhere", "name7", "unknown"], 10)
    assert [one.file.path for one in store.chunks([found[0][0]])] == ["/7.md"]
    assert len(store.by_words(["common", "words"], 60)) == 50
    store.close()


def test_a_question_of_100_000_characters_is_answered_soon(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path)
    for number in range(20):
        store.put_file(record(f"/{number}.md"), [chunk(f"第{number}条规定了员工请假的流程。")])
    started = time.monotonic()
    assert store.by_words(terms("员工请假流程规定" * 12_500), 5)
    assert time.monotonic() - started < 5.0
    store.close()
