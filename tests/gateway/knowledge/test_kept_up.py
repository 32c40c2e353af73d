"""Bases follow their folders while the server runs, and let go of them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from memory_bases import MemoryBases, memory_knowledge

from open_autoglm.config import Settings
from open_autoglm.errors import OutputFailed
from open_autoglm.gateway.knowledge import kept_up
from open_autoglm.gateway.knowledge.kept_up import Following, Looking
from open_autoglm.gateway.knowledge.knowledge import Knowledge

WAIT_S = 10.0


def wait_for(come: Callable[[], bool]) -> None:
    until = time.monotonic() + WAIT_S
    while not come():
        assert time.monotonic() < until
        time.sleep(0.01)


@pytest.fixture
def bases(tmp_path: Path) -> MemoryBases:
    bases = MemoryBases()
    bases.create("me", "manuals")
    (tmp_path / "manuals").mkdir()
    bases.add_folder("me", "manuals", tmp_path / "manuals")
    return bases


def test_what_changes_in_a_followed_folder_is_in_the_base(bases: MemoryBases, tmp_path: Path) -> None:
    with closing(Following(bases)) as following:
        following.follow("me", "manuals")
        following.follow("me", "manuals")
        (tmp_path / "manuals" / "a.txt").write_text("Logs are kept.", "utf-8")
        wait_for(lambda: bases.bases["me", "manuals"].counts().chunks == 1)
        assert sum(thread.name == "follow base" for thread in threading.enumerate()) == 1
        following.forget("me", "manuals")
        (tmp_path / "manuals" / "b.txt").write_text("Not any more.", "utf-8")
        time.sleep(0.2)
        assert bases.bases["me", "manuals"].counts().chunks == 1
    assert not any(thread.name == "follow base" for thread in threading.enumerate())


def test_a_base_that_can_not_be_read_stops_no_other(
    bases: MemoryBases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "manuals" / "a.txt").write_text("Logs are kept.", "utf-8")
    bases.create("me", "full")
    look = bases.look

    def failing(owner: str, name: str, *, stop: Callable[[], bool]) -> None:
        if name == "full":
            raise OutputFailed("The disk is full.", hint="Make room.")
        look(owner, name, stop=stop)

    monkeypatch.setattr(bases, "look", failing)
    with closing(Looking(bases)) as looking:
        looking.look("me", "full")
        looking.look("me", "manuals")
        wait_for(lambda: not looking.is_busy("me", "manuals"))
        assert bases.bases["me", "manuals"].counts().chunks == 1
    assert "The disk is full." in caplog.text


def test_a_base_is_forgotten_only_when_nothing_of_it_is_read(
    bases: MemoryBases, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = threading.Event()

    def slow(_owner: str, _name: str, *, stop: Callable[[], bool]) -> None:
        begun.set()
        while not stop():
            time.sleep(0.01)

    monkeypatch.setattr(bases, "look", slow)
    with closing(Looking(bases)) as looking:
        looking.look("me", "manuals")
        assert begun.wait(WAIT_S)
        looking.forget("me", "manuals")
        assert not looking.is_busy("me", "manuals")


def knowledge_of(bases: MemoryBases, tmp_path: Path) -> Knowledge:
    nobody: Any = None
    return memory_knowledge(bases, nobody, nobody, Settings(data_dir=tmp_path / "data"))


def chunks(bases: MemoryBases, owner: str, name: str) -> int:
    return bases.bases[owner, name].counts().chunks


def test_a_server_that_starts_follows_the_folders_of_every_owner(bases: MemoryBases, tmp_path: Path) -> None:
    bases.create("local", "own")
    (tmp_path / "own").mkdir()
    bases.add_folder("local", "own", tmp_path / "own")
    with closing(knowledge_of(bases, tmp_path)) as knowledge:
        knowledge.take_up()
        for name in ("own", "manuals"):
            (tmp_path / name / "a.txt").write_text("Logs are kept.", "utf-8")
        wait_for(lambda: chunks(bases, "local", "own") == chunks(bases, "me", "manuals") == 1)


def test_what_an_earlier_run_left_is_taken_up(bases: MemoryBases, tmp_path: Path) -> None:
    del bases.bases["me", "manuals"]
    looked: list[str] = []
    with closing(knowledge_of(bases, tmp_path)) as knowledge:
        for name in ("unread", "without vectors", "done"):
            knowledge.create("me", name)
        [uploads] = bases.bases["me", "unread"].folders
    (Path(uploads) / "a.txt").write_text("Logs are kept.", "utf-8")
    bases.bases["me", "without vectors"].without_vector = 1
    look = bases.look

    def noting(owner: str, name: str, *, stop: Callable[[], bool]) -> None:
        look(owner, name, stop=stop)
        looked.append(name)

    bases.look = noting  # type: ignore[method-assign]
    with closing(knowledge_of(bases, tmp_path)) as knowledge:
        knowledge.take_up()
        wait_for(lambda: len(looked) == 2)
        time.sleep(0.1)
    assert sorted(looked) == ["unread", "without vectors"]
    assert chunks(bases, "me", "unread") == 1


def test_those_over_the_bound_are_read_and_told_in_one_line(
    bases: MemoryBases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(kept_up, "MOST_FOLLOWED", 1)
    for name in ("alpha", "beta"):
        bases.create("you", name)
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.txt").write_text("Logs are kept.", "utf-8")
        bases.add_folder("you", name, tmp_path / name)
    with closing(knowledge_of(bases, tmp_path)) as knowledge:
        knowledge.take_up()
        wait_for(lambda: chunks(bases, "you", "alpha") == chunks(bases, "you", "beta") == 1)
        wait_for(lambda: bool(caplog.messages))
    assert caplog.messages == ["2 bases are read now and not followed, since 1 are already: 'alpha', 'beta'"]


def test_a_base_that_can_not_be_opened_stops_no_other(
    bases: MemoryBases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    bases.create("a", "broken")
    opened = bases.opened

    def failing(owner: str, name: str) -> Any:
        if name == "broken":
            raise OutputFailed("The file can't be read.", hint="Check its rights.")
        return opened(owner, name)

    monkeypatch.setattr(bases, "opened", failing)
    with closing(knowledge_of(bases, tmp_path)) as knowledge:
        knowledge.take_up()
        (tmp_path / "manuals" / "a.txt").write_text("Logs are kept.", "utf-8")
        wait_for(lambda: chunks(bases, "me", "manuals") == 1)
    assert "base 'broken' is not followed: The file can't be read." in caplog.text
