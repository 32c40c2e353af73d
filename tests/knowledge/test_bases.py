"""Bases belong to an owner, remember what embedded them, and go whole into one file and back."""

from __future__ import annotations

import shutil
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from base_samples import LetterEmbedder, chunks_of

from open_autoglm.documents.reader import DocumentReader, ReaderOptions
from open_autoglm.errors import (
    Cancelled,
    DamagedInput,
    EngineUnavailable,
    InputMissing,
    ModelNotInstalled,
    NotFound,
    OutputFailed,
    UsageError,
)
from open_autoglm.knowledge.bases import Bases, BaseTools
from open_autoglm.knowledge.embedding.embedder import Embedder
from open_autoglm.knowledge.hit import Found, Retriever
from open_autoglm.knowledge.store.base_store import BaseStore, Filters
from open_autoglm.knowledge.terms import terms
from open_autoglm.local.file_lock import exclusive_lock


class PlainRetriever:
    """Knows only what it was made with."""

    def __init__(self, store: BaseStore, embedder: Embedder | None) -> None:
        self.store = store
        self.embedder = embedder

    def search(self, question: str, limit: int = 8, filters: Filters | None = None) -> Found:
        return Found((), answerable=False)

    def search_many(
        self, questions: Sequence[str], limit: int = 8, filters: Filters | None = None
    ) -> list[Found]:
        return [self.search(question) for question in questions]


def tools(open_embedder: Callable[[], Embedder] = LetterEmbedder) -> BaseTools:
    def make_retriever(store: BaseStore, embedder: Embedder | None) -> Retriever:
        return PlainRetriever(store, embedder)

    def reader_for(cores: int) -> DocumentReader:
        return DocumentReader(ReaderOptions(cores=cores))

    return BaseTools(reader_for, chunks_of, open_embedder, make_retriever)


def _qdrant(tmp_path: Path) -> Bases:
    pytest.importorskip("qdrant_client", reason="the extra qdrant is not installed")
    from open_autoglm.knowledge.base_places import QdrantPlace
    from open_autoglm.knowledge.store.qdrant_server import local_client

    return Bases(tmp_path / "data", tools(), QdrantPlace(local_client(tmp_path / "qdrant")))


@pytest.fixture
def bases(tmp_path: Path) -> Iterator[Bases]:
    bases = Bases(tmp_path / "data", tools())
    yield bases
    bases.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "leave.md").write_text("# 请假\n\n员工请假应提前三天申请。\n", encoding="utf-8")
    (folder / "firewall.txt").write_text("The firewall is configured with nft.\n")
    return folder


def filled(bases: Bases, folder: Path, owner: str = "ada", name: str = "公司") -> None:
    bases.create(owner, name)
    bases.add_folder(owner, name, folder)
    bases.look(owner, name)


def found(bases: Bases, question: str, owner: str = "ada", name: str = "公司") -> int:
    with bases.opened(owner, name) as base:
        return len(base.store.by_words(terms(question), 10))


def test_bases_are_made_listed_and_removed_by_their_owner_alone(bases: Bases, folder: Path) -> None:
    filled(bases, folder)
    bases.create("bob", "公司")
    assert bases.names("ada") == bases.names("bob") == ["公司"]
    assert sorted(bases.owned()) == [("ada", "公司"), ("bob", "公司")]
    assert found(bases, "firewall") == 1
    assert found(bases, "firewall", "bob") == 0
    bases.remove("bob", "公司")
    assert found(bases, "firewall") == 1
    bases.remove("ada", "公司")
    assert bases.names("ada") == []
    assert (folder / "leave.md").exists()


def test_another_owner_is_told_the_same_as_of_a_base_that_never_was(bases: Bases, folder: Path) -> None:
    filled(bases, folder)
    told: list[tuple[str, str | None]] = []
    for owner, name in (("bob", "公司"), ("bob", "nothing")):
        for ask in (
            lambda: bases.remove(owner, name),  # noqa: B023 - called at once
            lambda: bases.look(owner, name),  # noqa: B023
            lambda: bases.add_folder(owner, name, folder),  # noqa: B023
            lambda: bases.backup(owner, name, folder / "x"),  # noqa: B023
            lambda: bases.opened(owner, name).__enter__(),  # noqa: B023
        ):
            with pytest.raises(NotFound) as error:
                ask()
            told.append((error.value.message.replace(name, "X"), error.value.hint))
    assert len(set(told)) == 1


@pytest.mark.parametrize(
    "name", ["", " ", ".", "../x", "a/b", "a\\b", "-x", "x" * 101, "a\nb", "a\udcff", "C:"]
)
def test_what_is_no_name_is_refused(bases: Bases, name: str) -> None:
    with pytest.raises(UsageError, match="can't be named"):
        bases.create("ada", name)


def test_a_name_is_taken_once_and_in_any_unicode_form(bases: Bases) -> None:
    bases.create("ada", "café 手册")
    with pytest.raises(UsageError, match="already"):
        bases.create("ada", "cafe\u0301 手册")
    with bases.opened("ada", "cafe\u0301 手册"):
        pass
    assert bases.names("ada") == ["café 手册"]


def test_folders_that_cannot_be_read_or_hold_the_bases_are_refused(
    bases: Bases, folder: Path, tmp_path: Path
) -> None:
    bases.create("ada", "x")
    for wrong, says in (
        (tmp_path / "nothing", "does not exist"),
        (folder / "leave.md", "is a file"),
    ):
        with pytest.raises(InputMissing, match=says):
            bases.add_folder("ada", "x", wrong)
    with pytest.raises(UsageError, match="holds the bases"):
        bases.add_folder("ada", "x", tmp_path)


def test_a_folder_is_taken_off_with_what_was_read_of_it(bases: Bases, folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "a.txt").write_text("Alpha.\n")
    filled(bases, folder)
    bases.add_folder("ada", "公司", other)
    bases.look("ada", "公司")
    assert bases.remove_folders("ada", "公司", [folder]) == 2
    assert (found(bases, "firewall"), found(bases, "alpha")) == (0, 1)
    with pytest.raises(NotFound, match="no folder of base"):
        bases.remove_folders("ada", "公司", [folder])


def test_a_base_is_searched_with_the_model_it_was_made_with(
    tmp_path: Path, bases: Bases, folder: Path
) -> None:
    filled(bases, folder)
    with bases.opened("ada", "公司") as base:
        assert base.embedder is not None
        retriever = base.retriever
        assert isinstance(retriever, PlainRetriever)
        assert retriever.embedder is base.embedder
        assert base.retriever is retriever
        assert base.folders == (folder.as_posix(),)
    others = Bases(tmp_path / "data", tools(lambda: LetterEmbedder("others@2")))
    with others.opened("ada", "公司") as base:
        assert base.embedder is None
    with pytest.raises(UsageError, match="letters@1"):
        others.look("ada", "公司")
    assert others.look("ada", "公司", embed_anew=True).vectors == 3
    with others.opened("ada", "公司") as base:
        assert base.embedder is not None
    others.close()


def test_without_a_model_words_are_found_and_it_is_told(tmp_path: Path, folder: Path) -> None:
    def missing() -> Embedder:
        raise ModelNotInstalled("The model is not here.", hint="Pull it.")

    bases = Bases(tmp_path / "data", tools(missing))
    bases.create("ada", "公司")
    bases.add_folder("ada", "公司", folder)
    notes: list[str] = []
    bases.look("ada", "公司", on_note=notes.append)
    assert found(bases, "请假") > 0
    assert notes == ["Words are found, meaning is not: The model is not here. Pull it."]
    with pytest.raises(ModelNotInstalled):
        bases.look("ada", "公司", embed_anew=True)
    bases.close()


def test_a_second_reader_of_a_base_waits_says_so_and_can_be_stopped(
    bases: Bases, folder: Path, tmp_path: Path
) -> None:
    filled(bases, folder)
    [lock] = (tmp_path / "data" / "knowledge").glob("*/ingest.lock")
    notes: list[str] = []
    done = threading.Event()
    with exclusive_lock(lock, lambda _: None):
        with pytest.raises(Cancelled):
            bases.look("ada", "公司", on_note=notes.append, stop=lambda: bool(notes))
        waiting = threading.Thread(target=lambda: (bases.look("ada", "公司"), done.set()))
        waiting.start()
        assert not done.wait(0.5)
    waiting.join()
    assert done.is_set()
    assert "waiting for it" in notes[0]


def test_two_programs_share_the_bases(tmp_path: Path, bases: Bases, folder: Path) -> None:
    filled(bases, folder)
    other = Bases(tmp_path / "data", tools())
    assert found(other, "firewall") == 1
    (folder / "more.txt").write_text("Another firewall.\n")
    other.look("ada", "公司")
    assert found(bases, "firewall") == 2
    other.remove("ada", "公司")
    with pytest.raises(NotFound):
        found(bases, "firewall")
    other.close()


def test_many_bases_are_not_all_kept_open(bases: Bases) -> None:
    for number in range(20):
        bases.create("ada", f"base {number}")
        assert found(bases, "x", name=f"base {number}") == 0
    assert len(bases._open) <= 8


def test_a_backup_is_a_base_again_with_all_it_held(bases: Bases, folder: Path, tmp_path: Path) -> None:
    filled(bases, folder)
    target = tmp_path / "公司.backup"
    assert bases.backup("ada", "公司", target) == target.stat().st_size
    bases.remove("ada", "公司")
    bases.restore("ada", "restored", target)
    assert found(bases, "firewall", name="restored") == 1
    with bases.opened("ada", "restored") as base:
        assert base.store.counts().without_vector == 0
        assert base.folders == (folder.as_posix(),)
    assert bases.look("ada", "restored").unchanged == 2
    with pytest.raises(UsageError, match="already"):
        bases.restore("ada", "restored", target)
    left = {path.name for path in (tmp_path / "data" / "knowledge").iterdir() if path.is_dir()}
    assert len(left) == 1


def test_a_backup_that_cannot_be_written_leaves_nothing(bases: Bases, folder: Path, tmp_path: Path) -> None:
    filled(bases, folder)
    with pytest.raises(OutputFailed, match="backup"):
        bases.backup("ada", "公司", tmp_path / "no" / "such" / "folder.backup")


def _sql(statement: str) -> Callable[[Path], None]:
    def change(path: Path) -> None:
        database = sqlite3.connect(path)
        database.executescript(statement)
        database.close()

    return change


@pytest.mark.parametrize(
    "damage",
    [
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(b"not a base at all" * 1000),
        lambda path: path.write_bytes(path.read_bytes()[:9_000]),
        lambda path: path.write_bytes(b"SQLite format 3\x00" + b"\xff" * 9_000),
        lambda path: path.write_bytes(
            path.read_bytes().replace("员工".encode(), b"\xff\xfe\xfd\xfc\xfb\xfa")
        ),
        _sql("create trigger t after insert on notes begin delete from files; end"),
        _sql("drop table notes; create view notes as select 'folders' as key, '[]' as value"),
        _sql("create table more (x)"),
        _sql("pragma user_version = 99"),
        _sql("update chunks set windows = '[[0, 99999999]]'"),
        _sql("update chunks set windows = 'nonsense'"),
        _sql("update chunks set places = '[]'"),
        _sql("update chunks set places = '[[1, 2]]'"),
        _sql("update vectors set data = x'00' where id = (select min(id) from vectors)"),
        _sql("delete from files"),
        _sql("delete from embedding"),
        _sql("update chunks set kind = x'00', text = 5"),
        _sql("insert or replace into notes values ('folders', '{}')"),
        _sql("insert or replace into notes values ('folders', '[5]')"),
    ],
)
def test_what_is_no_whole_base_is_not_restored(
    bases: Bases, folder: Path, tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    filled(bases, folder)
    target = tmp_path / "a.backup"
    bases.backup("ada", "公司", target)
    damage(target)
    with pytest.raises(DamagedInput, match="is no backup"):
        bases.restore("ada", "again", target)
    assert bases.names("ada") == ["公司"]
    assert not list((tmp_path / "data" / "knowledge").glob("restored-*"))


def test_a_backup_that_is_not_there_is_said(bases: Bases, tmp_path: Path) -> None:
    with pytest.raises(InputMissing, match="no file"):
        bases.restore("ada", "again", tmp_path / "nothing")


def test_what_a_removal_left_behind_is_swept(bases: Bases, folder: Path, tmp_path: Path) -> None:
    filled(bases, folder)
    place = tmp_path / "data" / "knowledge"
    [own] = [path for path in place.iterdir() if path.is_dir()]
    shutil.copytree(own, place / ("0" * 32))
    (place / "notes of somebody").mkdir()
    bases.create("ada", "another")
    assert own.exists()
    assert not (place / ("0" * 32)).exists()
    assert (place / "notes of somebody").exists()


def test_on_a_qdrant_server_they_are_kept_the_same_way(tmp_path: Path, folder: Path) -> None:
    bases = _qdrant(tmp_path)
    filled(bases, folder)
    bases.create("bob", "公司")
    with pytest.raises(UsageError, match="already"):
        bases.create("ada", "公司")
    assert found(bases, "firewall") == 1
    assert sorted(bases.owned()) == [("ada", "公司"), ("bob", "公司")]
    assert found(bases, "firewall", "bob") == 0
    (folder / "firewall.txt").unlink()
    assert bases.look("ada", "公司").removed == 1
    assert found(bases, "firewall") == 0
    with pytest.raises(UsageError, match="Qdrant"):
        bases.backup("ada", "公司", tmp_path / "x")
    with pytest.raises(UsageError, match="Qdrant"):
        bases.restore("ada", "y", tmp_path / "x")
    bases.remove("ada", "公司")
    assert (bases.names("ada"), bases.names("bob")) == ([], ["公司"])
    with pytest.raises(NotFound):
        found(bases, "firewall")
    bases.close()


def test_a_qdrant_server_that_does_not_answer_is_said(tmp_path: Path) -> None:
    pytest.importorskip("qdrant_client", reason="the extra qdrant is not installed")
    from open_autoglm.knowledge.base_places import QdrantPlace
    from open_autoglm.knowledge.store.qdrant_server import server_client

    client = server_client("http://127.0.0.1:9")
    with pytest.raises(EngineUnavailable, match="does not answer"):
        QdrantPlace(client)
    client.close()
