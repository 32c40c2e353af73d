"""A temporary copy of a project: what comes along, what stays, and where it ends."""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path

import pytest

from open_autoglm.code.sandbox.copied_project import copied_project
from open_autoglm.code.sandbox.limits import CopyLimits
from open_autoglm.errors import InputMissing, LimitExceeded

posix_only = pytest.mark.skipif(sys.platform == "win32", reason="links and sockets of POSIX")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    project = tmp_path / "项目 one"
    for name in ("a.py", "package/b.py", ".git/config", "venv/lib.py", "node_modules/x.js", "env/pyvenv.cfg"):
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_text(name)
    return project


def names(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir()}


def test_sources_come_along_and_history_and_environments_stay(project: Path) -> None:
    with copied_project(project) as copy:
        assert names(copy) == {"a.py", "package/b.py"}
        assert copy.name == project.name
        assert (copy / "package/b.py").read_text() == "package/b.py"


def test_the_copy_goes_with_the_block_and_the_original_stays(project: Path) -> None:
    with copied_project(project) as copy:
        (copy / "a.py").write_text("changed")
        (copy / "new.py").write_text("new")
    assert not copy.exists()
    assert (project / "a.py").read_text() == "a.py"


def test_one_file_gets_a_folder_of_its_own(project: Path) -> None:
    with copied_project(project / "a.py") as copy:
        assert names(copy) == {"a.py"}


@posix_only
def test_links_that_lead_outside_stay(project: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    (project / "out").symlink_to("../secret")
    (project / "far").symlink_to(tmp_path / "secret")
    (project / "inside").symlink_to("package/b.py")
    (project / "nowhere").symlink_to("missing")
    with copied_project(project) as copy:
        assert names(copy) == {"a.py", "package/b.py", "inside", "nowhere"}
        assert (copy / "inside").read_text() == "package/b.py"


@posix_only
def test_a_link_to_its_own_folder_is_no_endless_copy(project: Path) -> None:
    (project / "package" / "again").symlink_to("..")
    with copied_project(project) as copy:
        assert (copy / "package" / "again").is_symlink()


@posix_only
def test_sockets_and_pipes_stay(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project)  # the path of a socket is short
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("socket")
        os.mkfifo("pipe")
        with copied_project(project) as copy:
            assert names(copy) == {"a.py", "package/b.py"}


@pytest.mark.parametrize(
    ("limits", "message"),
    [
        (CopyLimits(max_files=1), "holds more than 1 files"),
        (CopyLimits(max_bytes=3), "holds more than 0 MB"),
    ],
)
def test_a_project_that_is_too_large_is_refused(project: Path, limits: CopyLimits, message: str) -> None:
    with pytest.raises(LimitExceeded, match=message), copied_project(project, limits):
        pass


def test_what_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputMissing, match=r"There is nothing at .*gone"), copied_project(tmp_path / "gone"):
        pass
