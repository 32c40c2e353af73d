"""The index of a project: what is listed, found, taken in again after a change, and left out."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from open_autoglm.code.repository.files import IndexLimits, project_files, project_of
from open_autoglm.code.repository.index import RepositoryIndex
from open_autoglm.code.repository.indexes import RepositoryIndexes
from open_autoglm.code.repository.words import words_of

FILES = {
    "web/fetch.py": "def fetch_page(address, timeout=10):\n    return open_connection(address, timeout)\n",
    "web/parse.py": "class PageParser:\n    def feed(self, text):\n        return text\n",
    "store/table.js": "export class Table { insert(row) { return row } }\n",
    "notes.md": "def fetch_page\n",
    "node_modules/left/pad.js": "function leftPad() {}\n",
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    for name, text in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def index(project: Path) -> RepositoryIndex:
    index = RepositoryIndex(project)
    index.refresh()
    return index


def paths(index: RepositoryIndex, name: str) -> list[str]:
    return [place.path for place in index.defining(name)]


def touch(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
    later = time.time() + 10
    os.utime(path, (later, later))


def test_definitions_are_found_by_name(index: RepositoryIndex) -> None:
    assert paths(index, "fetch_page") == ["web/fetch.py"]
    (feed,) = index.defining("feed")
    assert (feed.definition.container, feed.definition.first_line) == ("PageParser", 2)
    assert paths(index, "insert") == ["store/table.js"]


def test_what_others_wrote_and_what_is_no_code_is_left_out(index: RepositoryIndex) -> None:
    assert paths(index, "leftPad") == []
    assert index.state.files == 3
    assert index.state.complete


def test_only_what_has_changed_is_read_again(project: Path, index: RepositoryIndex) -> None:
    touch(project / "web/fetch.py", "def load_page():\n    pass\n")
    (project / "web/parse.py").unlink()
    index.refresh()
    assert paths(index, "load_page") == ["web/fetch.py"]
    assert paths(index, "fetch_page") == paths(index, "PageParser") == []


def test_a_file_that_is_no_text_is_counted_as_left_out(project: Path, index: RepositoryIndex) -> None:
    (project / "web/blob.py").write_bytes(b"\0\1\2\0" * 50)
    index.refresh()
    assert index.state.left_out == 1
    assert index.state.complete


def test_limits_are_kept_and_told(project: Path) -> None:
    index = RepositoryIndex(project, IndexLimits(max_files=2))
    index.refresh(near="web/fetch.py")
    assert index.state.files == 2
    assert index.state.left_out == 1
    assert paths(index, "fetch_page"), "the files next to the open one come first"


def test_a_refresh_that_runs_out_of_time_goes_on_next_time(project: Path) -> None:
    index = RepositoryIndex(project)
    assert not index.refresh(time_budget_s=-1)
    assert not index.state.complete
    assert index.refresh()
    assert index.state.files == 3


def test_similar_code_is_found_by_its_rarer_words(index: RepositoryIndex) -> None:
    words = words_of("connection = open_connection(address)")
    ((path, chunk),) = index.similar(words, language="python", without="", limit=1)
    assert path == "web/fetch.py"
    assert (chunk.first_line, chunk.last_line) == (1, 3)
    assert index.similar(words, language="javascript", without="", limit=1) == ()
    assert index.similar(words, language="python", without="web/fetch.py", limit=1) == ()


def test_recent_files_are_those_saved_or_edited_last(project: Path, index: RepositoryIndex) -> None:
    touch(project / "web/parse.py", "x = 1\n")
    index.refresh()
    assert index.recent(1, within_s=60, without="") == ("web/parse.py",)
    assert index.recent(1, within_s=60, without="web/parse.py") != ("web/parse.py",)
    for name in ("store/table.js", "web/fetch.py"):
        index.edited(name)
    assert "web/fetch.py" in index.recent(2, within_s=60, without="")


@pytest.mark.skipif(shutil.which("git") is None, reason="needs git")
def test_git_says_which_files_belong_to_the_project(project: Path) -> None:
    for command in (["init", "-q"], ["add", "web"]):
        subprocess.run(["git", "-C", str(project), *command], check=True)
    (project / ".gitignore").write_text("store/\nnode_modules/\n", encoding="utf-8")
    (project / "new.py").write_text("x = 1\n", encoding="utf-8")
    listed = [file.path for file in project_files(project, IndexLimits()).files]
    assert listed == ["new.py", "web/fetch.py", "web/parse.py"]


@pytest.mark.skipif(not hasattr(os, "symlink"), reason="needs links")
def test_a_link_out_of_the_project_is_not_followed(project: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.py").write_text("key = 1\n", encoding="utf-8")
    try:
        (project / "link.py").symlink_to(tmp_path / "secret.py")
    except OSError:
        pytest.skip("links need a right here")
    assert "link.py" not in [file.path for file in project_files(project, IndexLimits()).files]


def test_a_project_begins_where_its_tools_say(project: Path) -> None:
    (project / "pyproject.toml").touch()
    assert project_of(project / "web" / "fetch.py") == project.resolve()


def test_indexes_are_made_in_the_background_and_end_with_their_block(project: Path) -> None:
    with RepositoryIndexes() as indexes:
        index = indexes.index_of(project)
        assert indexes.index_of(project) is index
        end = time.monotonic() + 10
        while not index.state.complete and time.monotonic() < end:
            time.sleep(0.005)
        assert paths(index, "fetch_page")


def test_names_are_words_in_any_script_whole_and_in_parts() -> None:
    assert words_of("readPageTitle = 标题长度_max; self.x") == {
        *("readpagetitle", "read", "page", "title"),
        *("标题长度_max", "标题长度", "max"),
    }
