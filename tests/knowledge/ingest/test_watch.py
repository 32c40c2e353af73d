"""Folders are followed: an edit, a rename, a deletion is in the base within two seconds."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from base_samples import LetterEmbedder, chunks_of
from numpy.typing import NDArray

from open_autoglm.documents.reader import DocumentReader, ReaderOptions
from open_autoglm.errors import EngineUnavailable
from open_autoglm.knowledge.ingest.base_folders import put_folders
from open_autoglm.knowledge.ingest.ingest import Ingest, IngestTools
from open_autoglm.knowledge.ingest.progress import IngestResult
from open_autoglm.knowledge.ingest.watch import Watch
from open_autoglm.knowledge.store.sqlite_store import SqliteStore
from open_autoglm.knowledge.terms import terms

SOON_S = 2.0
PATIENCE_S = 30.0


class FailingEmbedder(LetterEmbedder):
    """Fails while it is told to."""

    fails = False

    def embed_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        if self.fails:
            raise EngineUnavailable("The embedding model does not answer.")
        return super().embed_passages(texts)


class Followed:
    """A base whose folder is followed in a thread."""

    def __init__(self, tmp_path: Path) -> None:
        self.folder = tmp_path / "documents"
        self.folder.mkdir()
        self.store = SqliteStore(tmp_path / "base")
        put_folders(self.store, [self.folder.as_posix()])
        self.notes: list[str] = []
        self.changes: list[IngestResult] = []
        self.failed: list[BaseException] = []
        self._stop = threading.Event()
        self.embedder = FailingEmbedder()
        tools = IngestTools(
            lambda cores: DocumentReader(ReaderOptions(cores=cores)), chunks_of, self.embedder
        )
        self._watch = Watch(
            self.store,
            Ingest(self.store, tools, stop=self._stop.is_set),
            stop=self._stop.is_set,
            on_change=self.changes.append,
            on_note=self.notes.append,
        )
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        try:
            self._watch.run()
        except BaseException as error:  # noqa: BLE001 - shown by the test that waits
            self.failed.append(error)

    def close(self) -> None:
        self._stop.set()
        self._thread.join(PATIENCE_S)
        assert not self._thread.is_alive()
        self.store.close()

    def found(self, question: str) -> list[str]:
        ids = [chunk_id for chunk_id, _ in self.store.by_words(terms(question), 20)]
        return sorted({Path(stored.file.path).name for stored in self.store.chunks(ids)})

    def until(self, condition: Callable[[], bool]) -> float:
        """Seconds until it held."""
        started = time.monotonic()
        while not condition():
            assert not self.failed, self.failed
            assert time.monotonic() - started < PATIENCE_S
            time.sleep(0.02)
        return time.monotonic() - started


@pytest.fixture
def followed(tmp_path: Path) -> Iterator[Followed]:
    followed = Followed(tmp_path)
    (followed.folder / "first.txt").write_text("The first one.\n")
    followed.until(lambda: followed.found("first") == ["first.txt"])
    yield followed
    followed.close()


def test_edits_renames_and_deletions_are_found_within_two_seconds(followed: Followed) -> None:
    path = followed.folder / "first.txt"
    path.write_text("It was edited: 防火墙配置。\n", encoding="utf-8")
    edited = followed.until(lambda: followed.found("防火墙") == ["first.txt"] and not followed.found("one"))
    (followed.folder / "new.md").write_text("# Added\n\nLater.\n")
    added = followed.until(lambda: followed.found("later") == ["new.md"])
    path.rename(followed.folder / "second.txt")
    renamed = followed.until(lambda: followed.found("防火墙") == ["second.txt"])
    (followed.folder / "second.txt").unlink()
    deleted = followed.until(lambda: followed.found("防火墙") == [])
    assert max(edited, added, renamed, deleted) < SOON_S
    followed.until(lambda: followed.changes[-1].removed == 1)  # told after it can be found
    followed.until(lambda: followed.store.counts().without_vector == 0)


def test_a_folder_moved_in_or_out_is_followed_as_a_whole(followed: Followed, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    (outside / "deep").mkdir(parents=True)
    (outside / "deep" / "a.txt").write_text("Alpha came along.\n")
    outside.rename(followed.folder / "inside")
    followed.until(lambda: followed.found("alpha") == ["a.txt"])
    (followed.folder / "inside" / "deep" / "a.txt").write_text("Beta instead.\n")
    followed.until(lambda: followed.found("beta") == ["a.txt"])
    (followed.folder / "inside").rename(tmp_path / "gone")
    followed.until(lambda: followed.found("beta") == [])


def test_a_folder_that_vanishes_is_told_kept_and_followed_again(followed: Followed, tmp_path: Path) -> None:
    followed.folder.rename(tmp_path / "away")
    followed.until(lambda: any("is not there" in note for note in followed.notes))
    assert followed.found("first") == ["first.txt"]
    (tmp_path / "away").rename(followed.folder)
    followed.until(lambda: any("is back" in note for note in followed.notes))
    (followed.folder / "more.txt").write_text("More of it.\n")
    followed.until(lambda: followed.found("more") == ["more.txt"])


def test_a_folder_that_is_added_meanwhile_is_followed_too(followed: Followed, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "there.txt").write_text("There before.\n")
    put_folders(followed.store, [followed.folder.as_posix(), other.as_posix()])
    followed.until(lambda: followed.found("there before") == ["there.txt"])
    (other / "after.txt").write_text("Written after.\n")
    followed.until(lambda: followed.found("written after")[:1] == ["after.txt"])


def test_a_model_that_fails_ends_no_following(followed: Followed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("open_autoglm.knowledge.ingest.watch.MODEL_AGAIN_S", 0.5)
    followed.until(lambda: followed.store.counts().without_vector == 0)
    followed.embedder.fails = True
    (followed.folder / "new.txt").write_text("Later text.\n")
    followed.until(lambda: any("does not answer" in note for note in followed.notes))
    assert followed.found("later") == ["new.txt"]
    followed.embedder.fails = False
    followed.until(lambda: followed.store.counts().without_vector == 0)
