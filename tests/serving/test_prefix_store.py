"""States on disk: listed when they are whole, found by text and owner, dropped when they are damaged."""

from __future__ import annotations

import contextlib
import logging
import os
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from open_autoglm.serving.prefix_store import PrefixStore
from open_autoglm.serving.saved_state import SavedState, StateOrigin

ORIGIN = StateOrigin("digest", "2026.10.1", "f16", 4096)
MEGABYTE = 1 << 20
Opened = Callable[..., PrefixStore]


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Opened]:
    """Opens the one store of the test; closes all of them at its end."""
    with contextlib.ExitStack() as stores:

        def open_store(max_bytes: int = MEGABYTE) -> PrefixStore:
            return stores.enter_context(contextlib.closing(PrefixStore(tmp_path / "states", max_bytes)))

        yield open_store


def keep(
    store: PrefixStore, text: str, owner: str = "anna", size: int = 1000, origin: StateOrigin = ORIGIN
) -> None:
    """As an engine does: the file is written, then listed."""
    file = store.new_file()
    (store.folder / file).write_bytes(os.urandom(size))
    store.keep(file, origin, owner, text, tokens=len(text))


def found(store: PrefixStore, text: str, owner: str = "anna", origin: StateOrigin = ORIGIN) -> SavedState:
    state, _ = store.longest(origin, owner, text)
    assert state is not None
    return state


def files(store: PrefixStore) -> set[str]:
    return {path.name for path in store.folder.glob("*.slot")}


def test_the_state_that_begins_with_most_of_the_text_is_found(opened: Opened) -> None:
    store = opened()
    for text in ("abc one", "abc two", "abc two three", "xyz"):
        keep(store, text)
    assert store.longest(ORIGIN, "anna", "abc two four")[1] == len("abc two ")
    assert found(store, "abc one more").text == "abc one"
    assert store.longest(ORIGIN, "anna", "nothing alike") == (None, 0)


def test_of_two_that_begin_alike_the_smaller_is_read(opened: Opened) -> None:
    store = opened()
    keep(store, "system prompt, a long conversation")
    keep(store, "system prompt, short")
    assert found(store, "system prompt, this one").text == "system prompt, short"


def test_states_are_found_by_the_next_program(opened: Opened) -> None:
    store = opened()
    keep(store, "conversation")
    store.close()
    later = opened()
    state = found(later, "conversation goes on")
    assert later.check(state)
    assert (state.tokens, state.bytes) == (len("conversation"), 1000)


def test_half_a_surrogate_pair_and_a_zero_in_a_prompt_are_no_obstacle(opened: Opened) -> None:
    store = opened()
    keep(store, "half \ud83d and \0")
    store.close()
    assert found(opened(), "half \ud83d and \0").text == "half \ud83d and \0"


@pytest.mark.parametrize(
    "other",
    [
        replace(ORIGIN, model_digest="other"),
        replace(ORIGIN, engine_build="2026.11.0"),
        replace(ORIGIN, kv_cache_type="q8_0"),
        replace(ORIGIN, context_window=8192),
    ],
)
def test_what_computed_a_state_tells_it_apart(opened: Opened, other: StateOrigin) -> None:
    store = opened()
    keep(store, "conversation")
    assert store.longest(other, "anna", "conversation") == (None, 0)
    assert not store.covers(other, "anna", "conversation")


def test_a_state_is_its_owners_alone(opened: Opened) -> None:
    store = opened()
    keep(store, "conversation", owner="anna")
    assert store.longest(ORIGIN, "bert", "conversation") == (None, 0)
    keep(store, "conversation goes on", owner="bert")
    assert found(store, "conversation", "anna").text == "conversation"


def test_a_later_state_of_a_conversation_takes_the_place_of_the_earlier(opened: Opened) -> None:
    store = opened()
    keep(store, "first turn")
    keep(store, "another conversation")
    keep(store, "first turn, second turn")
    assert store.statistics.states == 2
    assert len(files(store)) == 2
    assert opened().statistics.states == 2


def test_a_state_whose_place_was_taken_in_the_meantime_is_no_damage(
    opened: Opened, caplog: pytest.LogCaptureFixture
) -> None:
    store = opened()
    keep(store, "first turn")
    state = found(store, "first turn")
    keep(store, "first turn, second turn")
    assert not store.check(state)
    assert store.statistics.damaged == 0
    assert caplog.text == ""


def test_an_earlier_state_that_comes_late_is_not_kept(opened: Opened) -> None:
    store = opened()
    keep(store, "first turn, second turn")
    keep(store, "first turn")
    assert store.covers(ORIGIN, "anna", "first turn")
    assert store.statistics.states == len(files(store)) == 1


def test_the_cap_holds_and_what_was_least_recently_used_goes_first(opened: Opened) -> None:
    store = opened(3500)
    for name in "abc":
        keep(store, name * 10)
    assert store.check(found(store, "a" * 10))  # used again: now the youngest
    keep(store, "d" * 10)
    assert store.statistics.bytes <= 3500
    assert store.longest(ORIGIN, "anna", "b" * 10) == (None, 0)
    assert {found(store, name * 10).text[0] for name in "acd"} == set("acd")
    assert len(files(store)) == 3


def test_use_is_remembered_by_the_next_program(opened: Opened) -> None:
    store = opened()
    for name in "abc":
        keep(store, name * 10)
    assert store.check(found(store, "a" * 10))
    store.close()
    later = opened(2000)
    assert later.longest(ORIGIN, "anna", "b" * 10) == (None, 0)
    assert found(later, "a" * 10).text == "a" * 10


def test_a_state_larger_than_all_the_room_is_not_kept_and_not_tried_again(opened: Opened) -> None:
    store = opened(1500)
    keep(store, "short")
    keep(store, "a long conversation", size=2000)
    assert store.longest(ORIGIN, "anna", "a long conversation") == (None, 0)
    assert len(files(store)) == 1
    assert store.has_room(ORIGIN, tokens=5)
    assert not store.has_room(ORIGIN, tokens=50)


@pytest.mark.parametrize("damage", ["missing", "cut", "changed"])
def test_a_file_that_is_not_as_it_was_written_is_dropped_with_a_warning(
    opened: Opened, caplog: pytest.LogCaptureFixture, damage: str
) -> None:
    store = opened()
    keep(store, "conversation")
    state = found(store, "conversation")
    path = store.folder / state.name
    data = bytearray(path.read_bytes())
    data[500] ^= 1
    if damage == "missing":
        path.unlink()
    else:
        path.write_bytes(data[:500] if damage == "cut" else data)
    with caplog.at_level(logging.WARNING):
        assert not store.check(state)
    assert "dropped" in caplog.text
    assert store.longest(ORIGIN, "anna", "conversation") == (None, 0)
    assert files(store) == set()
    assert store.statistics.damaged == 1
    assert opened().statistics.states == 0


def test_a_kill_while_a_state_is_written_or_before_it_is_listed_leaves_nothing_behind(opened: Opened) -> None:
    store = opened()
    keep(store, "conversation")
    (store.folder / store.new_file()).write_bytes(b"half")
    (store.folder / "state-0123.slot").write_bytes(b"whole, but not listed")
    store.close()
    later = opened()
    assert files(later) == {found(later, "conversation").name}


def test_files_that_disappeared_are_noticed_at_the_start(
    opened: Opened, caplog: pytest.LogCaptureFixture
) -> None:
    store = opened()
    keep(store, "conversation")
    (store.folder / found(store, "conversation").name).unlink()
    store.close()
    with caplog.at_level(logging.WARNING):
        assert opened().statistics.states == 0
    assert "gone or cut" in caplog.text


def test_a_damaged_index_costs_the_states_and_nothing_else(
    opened: Opened, caplog: pytest.LogCaptureFixture
) -> None:
    store = opened()
    keep(store, "conversation")
    store.close()
    (store.folder / "states.sqlite").write_bytes(b"no database, but long enough to be looked at" * 50)
    with caplog.at_level(logging.WARNING):
        later = opened()
    assert "put aside" in caplog.text
    assert files(later) == set()
    keep(later, "conversation")
    assert opened().statistics.states == 1


def test_a_state_that_was_never_written_is_an_error_and_is_not_listed(opened: Opened) -> None:
    store = opened()
    with pytest.raises(FileNotFoundError):
        store.keep(store.new_file(), ORIGIN, "anna", "conversation", tokens=12)
    assert store.statistics.states == 0


@pytest.mark.skipif(os.name != "posix", reason="the file modes of POSIX")
def test_only_the_user_can_read_what_is_kept(opened: Opened) -> None:
    store = opened()
    keep(store, "conversation")
    assert store.folder.stat().st_mode & 0o777 == 0o700
    assert (store.folder / found(store, "conversation").name).stat().st_mode & 0o777 == 0o600


def test_without_room_what_is_there_is_removed_and_no_folder_is_made(tmp_path: Path, opened: Opened) -> None:
    opened(0)
    assert not (tmp_path / "states").exists()
    keep(opened(), "conversation")
    store = opened(0)
    assert not store.enabled
    assert files(store) == set()


def test_every_row_of_the_index_has_its_file(opened: Opened) -> None:
    store = opened(5000)
    for number in range(20):
        keep(store, f"conversation {number}", size=700 + number)
    with contextlib.closing(sqlite3.connect(store.folder / "states.sqlite")) as database:
        listed = {name for (name,) in database.execute("select name from states")}
    assert listed == files(store)
