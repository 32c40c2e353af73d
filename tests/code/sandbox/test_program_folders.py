"""What a program brings into the sandbox: its installation, and never somebody's home."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from open_autoglm.code.sandbox.interpreter import program_folders

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="paths and links of POSIX")


def program(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    return path


def test_our_own_interpreter_brings_its_environment_and_what_it_was_made_from() -> None:
    assert set(program_folders(Path(sys.executable))) == {Path(sys.prefix), Path(sys.base_prefix)}


def test_an_environment_brings_the_installation_below_it(tmp_path: Path) -> None:
    real = program(tmp_path / "python-3.12" / "bin" / "python3.12")
    environment = tmp_path / "project" / "env"
    (environment / "bin").mkdir(parents=True)
    (environment / "pyvenv.cfg").write_text(f"home = {real.parent}\nversion = 3.12\n")
    (environment / "bin" / "python").symlink_to(real)
    assert set(program_folders(environment / "bin" / "python")) == {environment, tmp_path / "python-3.12"}


def test_another_program_brings_the_folder_above_bin(tmp_path: Path) -> None:
    java = program(tmp_path / "jdk" / "bin" / "java")
    assert program_folders(java) == (tmp_path / "jdk",)


def test_a_program_in_the_home_folder_comes_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    assert program_folders(program(tmp_path / "bin" / "tool")) == (tmp_path / "bin" / "tool",)
