"""What files of a base are called to people, and which file a name means."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from open_autoglm.errors import NotFound
from open_autoglm.gateway.knowledge.shown_names import ShownNames
from open_autoglm.knowledge.store.base_store import FileRecord
from open_autoglm.knowledge.store.sqlite_store import SqliteStore

NAMES = ShownNames(["/home/li/handbook", "/home/li/handbook/old", "/data/uploads"])
ODD = "/home/li/handbook/na\udcb2me/a.txt"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    with closing(SqliteStore(tmp_path)) as opened:
        opened.put_file(FileRecord(ODD, "0" * 64, 1, 1, "text/plain"), [])
        yield opened


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/home/li/handbook/leave.md", "handbook/leave.md"),
        ("/home/li/handbook/old/leave.md", "old/leave.md"),
        ("/data/uploads/请假.md", "请假.md"),
        ("/elsewhere/leave.md", "leave.md"),
        (ODD, r"handbook/na\xb2me/a.txt"),
        ("/elsewhere/na\udcb2me", r"na\xb2me"),
    ],
)
def test_a_file_has_the_name_of_its_folder_and_can_be_written(path: str, shown: str) -> None:
    assert NAMES.of(path) == shown
    shown.encode("utf-8")


@pytest.mark.parametrize("shown", [r"handbook/na\xb2me/a.txt", r"handbook/na\xb2me"])
def test_a_name_that_was_shown_means_the_file_or_folder(shown: str, store: SqliteStore) -> None:
    filters = NAMES.filters(shown, store)
    assert filters is not None
    assert ODD.startswith(str(filters.folder))


def test_no_name_means_everything_and_an_unknown_one_is_refused(store: SqliteStore) -> None:
    assert NAMES.filters("", store) is None
    with pytest.raises(NotFound, match="'nothing/here'"):
        NAMES.filters("nothing/here", store)
