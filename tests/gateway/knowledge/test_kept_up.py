"""Bases follow their folders while the server runs, and let go of them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from memory_bases import MemoryBases

from open_autoglm.errors import OutputFailed
from open_autoglm.gateway.knowledge.kept_up import Following, Looking

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
