"""Whatever keeps a base does it in the same way: SQLite, and Qdrant by its client's local mode."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from base_samples import LetterEmbedder, chunk, embed_all, record

from open_autoglm.knowledge.store.base_store import BaseStore, Filters
from open_autoglm.knowledge.store.sqlite_store import SqliteStore
from open_autoglm.knowledge.terms import terms

LEAVE = "员工请假应提前三天在系统中提交申请，由部门经理审批。"
FIREWALL = "The firewall is configured with nft; its rules are loaded at boot."
LOGS = "Logs are kept for thirty days and then deleted."

MakeStore = Callable[[], BaseStore]


def _sqlite(folder: Path) -> BaseStore:
    return SqliteStore(folder / "sqlite")


def _qdrant(folder: Path) -> BaseStore:
    pytest.importorskip("qdrant_client", reason="the extra qdrant is not installed")
    from open_autoglm.knowledge.store.qdrant_server import local_client
    from open_autoglm.knowledge.store.qdrant_store import QdrantStore

    return QdrantStore(local_client(folder / "qdrant"), "base")


@pytest.fixture(params=[_sqlite, _qdrant], ids=["sqlite", "qdrant"])
def open_store(request: pytest.FixtureRequest, tmp_path: Path) -> MakeStore:
    return lambda: request.param(tmp_path)


@pytest.fixture
def store(open_store: MakeStore) -> Iterator[BaseStore]:
    store = open_store()
    yield store
    store.close()


@pytest.fixture
def filled(store: BaseStore) -> BaseStore:
    store.put_file(record("/docs/zh/handbook.md", modified_ns=100), [chunk(LEAVE, ("员工手册", "请假"))])
    store.put_file(
        record("/docs/en/manual.pdf", "application/pdf", 200), [chunk(FIREWALL, page=3), chunk(LOGS, page=4)]
    )
    return store


def texts(store: BaseStore, found: object) -> list[str]:
    ids = [chunk_id for chunk_id, _ in found]  # type: ignore[attr-defined]
    return [stored.chunk.text for stored in store.chunks(ids)]


def words(store: BaseStore, question: str, filters: Filters | None = None) -> list[str]:
    return texts(store, store.by_words(terms(question), 10, filters))


def test_what_was_put_comes_back_as_it_was(filled: BaseStore) -> None:
    [(chunk_id, _)] = filled.by_words(terms("firewall"), 5)
    [found] = filled.chunks([chunk_id])
    assert found.chunk == chunk(FIREWALL, page=3)
    assert (found.ordinal, found.file.path, found.file.chunks) == (0, "/docs/en/manual.pdf", 2)
    [(chunk_id, score)] = filled.by_words(terms("请假"), 5)
    assert filled.chunks([chunk_id])[0].chunk.headings == ("员工手册", "请假")
    assert score > 0


def test_words_of_chinese_english_and_headings_are_found(filled: BaseStore) -> None:
    assert words(filled, "请假流程") == [LEAVE]
    assert words(filled, "handled by the FIREWALL")[0] == FIREWALL
    assert words(filled, "员工手册") == [LEAVE]
    assert filled.by_words([], 5) == []
    assert filled.by_words(['"', "*", "a\x00b", "OR", "(", "^x", "-y", "c++"], 5) == []


def test_the_better_chunk_comes_first(filled: BaseStore) -> None:
    found = filled.by_words(terms("thirty days of logs, loaded"), 5)
    assert texts(filled, found) == [LOGS, FIREWALL]
    assert found[0][1] > found[1][1] > 0


def test_meaning_is_found_by_the_nearest_window(filled: BaseStore) -> None:
    embedder = LetterEmbedder()
    long = "x" * 100 + "审批由部门经理在系统中完成。"
    filled.put_file(record("/docs/long.md"), [chunk(long)])
    embed_all(filled, embedder)
    [query] = embedder.embed_queries([long[100:]])
    found = filled.by_meaning(query, 2)
    assert texts(filled, found)[0] == long
    assert found[0][1] == pytest.approx(1.0, abs=0.01)
    assert len({chunk_id for chunk_id, _ in found}) == 2
    [windows] = filled.vectors([found[0][0]]).values()
    assert windows.shape == (2, embedder.dimensions)
    assert float(windows[1] @ query) == pytest.approx(found[0][1], abs=0.01)


def test_vectors_follow_and_are_counted(filled: BaseStore) -> None:
    counts = filled.counts()
    assert (counts.files, counts.failed, counts.chunks) == (2, 0, 3)
    assert counts.windows == counts.without_vector == 3
    [query] = LetterEmbedder().embed_queries([LOGS])
    assert filled.by_meaning(query, 5) == []
    waiting = filled.to_embed(2)
    assert len(waiting) == 2
    filled.put_vectors({(one.chunk_id, one.window): query for one in waiting})
    assert filled.counts().without_vector == 1
    assert len(filled.to_embed(10)) == 1
    embed_all(filled, LetterEmbedder())
    assert filled.counts().without_vector == 0
    assert filled.to_embed(10) == []
    filled.forget_vectors()
    assert filled.counts().without_vector == 3
    assert filled.by_meaning(query, 5) == []


def test_vectors_of_chunks_that_are_gone_are_dropped(filled: BaseStore) -> None:
    waiting = filled.to_embed(10)
    filled.remove_files(["/docs/en/manual.pdf"])
    vectors = LetterEmbedder().embed_passages([one.text for one in waiting])
    filled.put_vectors(
        {(one.chunk_id, one.window): vector for one, vector in zip(waiting, vectors, strict=True)}
    )
    filled.put_vectors({(waiting[0].chunk_id, 99): vectors[0], (1 << 50, 0): vectors[0]})
    counts = filled.counts()
    assert (counts.windows, counts.without_vector) == (1, 0)
    assert texts(filled, filled.by_meaning(vectors[0], 10)) == [LEAVE]


def test_putting_a_file_again_replaces_it_with_all_that_was_found_of_it(filled: BaseStore) -> None:
    embed_all(filled, LetterEmbedder())
    [query] = LetterEmbedder().embed_queries([FIREWALL])
    filled.put_file(record("/docs/en/manual.pdf", "application/pdf", 300), [chunk("Rules are gone.")])
    assert words(filled, "firewall nft logs") == []
    assert words(filled, "rules gone") == ["Rules are gone."]
    assert FIREWALL not in texts(filled, filled.by_meaning(query, 10))
    assert filled.counts().chunks == 2
    assert filled.counts().without_vector == 1


def test_windows_that_say_the_same_keep_their_vectors(filled: BaseStore) -> None:
    embedder = LetterEmbedder()
    path, head, odd = "/docs/long.md", "x" * 100, "Odd \udcff letters."
    filled.put_file(record(path), [chunk(head + LOGS), chunk(odd)])
    embed_all(filled, embedder)
    filled.put_file(record(path), [chunk("A new beginning."), chunk(head + FIREWALL), chunk(odd)])
    assert filled.counts().without_vector == 2
    assert {one.text for one in filled.to_embed(10)} == {"A new beginning.", FIREWALL}
    embed_all(filled, embedder)
    for said, whole in ((head, head + FIREWALL), (FIREWALL, head + FIREWALL), (LEAVE, LEAVE)):
        [query] = embedder.embed_queries([said])
        [(nearest, cosine), *_] = filled.by_meaning(query, 5)
        assert filled.chunks([nearest])[0].chunk.text in (whole, FIREWALL)
        assert cosine == pytest.approx(1.0, abs=0.01)
    filled.put_file(record(path), [])
    filled.put_file(record("/docs/other.md"), [chunk(odd)])
    assert filled.counts().without_vector == 1


def test_removed_files_are_gone_with_all_they_held(filled: BaseStore) -> None:
    embed_all(filled, LetterEmbedder())
    [stored] = filled.by_words(terms("logs"), 5)
    filled.remove_files(["/docs/en/manual.pdf", "/never/there.txt"])
    assert words(filled, "firewall logs") == []
    assert filled.file("/docs/en/manual.pdf") is None
    assert filled.chunks([stored[0]]) == []
    assert filled.vectors([stored[0]]) == {}
    assert filled.counts().files == 1


def test_a_renamed_file_keeps_its_chunks(filled: BaseStore) -> None:
    before = filled.by_words(terms("firewall"), 5)
    filled.rename_file("/docs/en/manual.pdf", "/docs/old/manual.pdf", 250)
    assert filled.by_words(terms("firewall"), 5) == before
    [found] = filled.chunks([before[0][0]])
    assert (found.file.path, found.file.modified_ns) == ("/docs/old/manual.pdf", 250)
    assert [one.path for one in filled.files()] == ["/docs/old/manual.pdf", "/docs/zh/handbook.md"]


def test_a_failed_file_is_kept_with_its_reason(filled: BaseStore) -> None:
    failed = replace(record("/docs/locked.pdf"), state="failed", reason="It needs a password.", sha256="")
    filled.put_file(failed, [])
    assert filled.file("/docs/locked.pdf") == failed
    assert filled.counts().failed == 1
    assert filled.counts().files == 3


def test_filters_hold_for_words_and_meaning(filled: BaseStore) -> None:
    embed_all(filled, LetterEmbedder())
    filled.put_file(record("/docs/enough.txt", modified_ns=300), [chunk("The firewall again, loaded.")])
    embed_all(filled, LetterEmbedder())
    [query] = LetterEmbedder().embed_queries([FIREWALL])
    for filters, expected in (
        (Filters(folder="/docs/en"), {FIREWALL, LOGS}),
        (Filters(folder="/docs/en/"), {FIREWALL, LOGS}),
        (Filters(folder="/docs/en/manual.pdf"), {FIREWALL, LOGS}),
        (Filters(folder="/docs/e"), set()),
        (Filters(media_types=("application/pdf",)), {FIREWALL, LOGS}),
        (Filters(modified_from_ns=100, modified_to_ns=200), {LEAVE}),
        (
            Filters(folder="/docs", media_types=("text/plain",), modified_from_ns=150),
            {"The firewall again, loaded."},
        ),
        (Filters(), {LEAVE, FIREWALL, LOGS, "The firewall again, loaded."}),
    ):
        assert set(texts(filled, filled.by_meaning(query, 10, filters))) == expected, filters
        assert set(words(filled, "请假 firewall logs", filters)) == expected, filters


def test_neighbours_are_of_the_same_file_in_order(store: BaseStore) -> None:
    store.put_file(record("/a.md"), [chunk(f"Part number {number}.") for number in range(6)])
    store.put_file(record("/b.md"), [chunk("Another file.")])
    ids = {
        stored.ordinal: stored.id for stored in store.chunks([one for one, _ in store.by_words(["part"], 10)])
    }
    around = store.neighbours(ids[2], 1, 2)
    assert [one.ordinal for one in around] == [1, 3, 4]
    assert store.neighbours(1 << 50, 1, 1) == []
    assert [one.ordinal for one in store.chunks([ids[4], 1 << 50, ids[0]])] == [4, 0]


def test_files_are_listed_by_path_and_by_folder(filled: BaseStore) -> None:
    assert [one.path for one in filled.files()] == ["/docs/en/manual.pdf", "/docs/zh/handbook.md"]
    assert [one.path for one in filled.files("/docs/zh")] == ["/docs/zh/handbook.md"]
    assert [one.path for one in filled.files("/docs/zh/handbook.md")] == ["/docs/zh/handbook.md"]
    assert filled.files("/docs/z") == []


def test_notes_and_the_revision(filled: BaseStore) -> None:
    assert filled.note("embedder") is None
    before = filled.revision()
    filled.put_note("embedder", "letters@1")
    filled.put_note("embedder", "letters@2")
    assert filled.note("embedder") == "letters@2"
    assert filled.revision() > before
    assert filled.revision() == filled.revision()


def test_names_in_no_encoding_and_text_with_lone_surrogates_are_held(store: BaseStore) -> None:
    path = "/docs/odd\udcff\udc80.txt"
    store.put_file(record(path), [chunk("A lone \udcff sign in 文本.", ("head\ud800ing",))])
    assert store.file(path) is not None
    assert [one.path for one in store.files("/docs")] == [path]
    assert len(words(store, "lone sign")) == 1
    store.remove_files([path])
    assert store.counts().chunks == 0


def test_all_of_it_is_there_when_it_is_opened_again(open_store: MakeStore) -> None:
    first = open_store()
    first.put_file(record("/a.md"), [chunk(LEAVE)])
    embed_all(first, LetterEmbedder())
    first.put_note("folders", "[]")
    revision = first.revision()
    first.close()
    first.close()
    again = open_store()
    [query] = LetterEmbedder().embed_queries([LEAVE])
    assert texts(again, again.by_meaning(query, 1)) == words(again, "请假") == [LEAVE]
    assert (again.note("folders"), again.revision()) == ("[]", revision)
    again.close()


def test_vectors_of_zeros_or_no_numbers_hurt_nothing(store: BaseStore) -> None:
    store.put_file(record("/a.md"), [chunk(LEAVE), chunk(LOGS)])
    zeros = np.zeros(32, np.float32)
    [logs_vector] = LetterEmbedder().embed_passages([LOGS])
    waiting = {window.text: (window.chunk_id, window.window) for window in store.to_embed(2)}
    store.put_vectors({waiting[LEAVE]: zeros, waiting[LOGS]: logs_vector})
    [query] = LetterEmbedder().embed_queries([LOGS])
    assert texts(store, store.by_meaning(query, 1)) == [LOGS]
