"""``kb``: bases are made, filled, looked at, backed up and removed from the command line."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from open_autoglm.cli.kb import COMMANDS, kb_command
from open_autoglm.cli.root import run


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "请假.md").write_text("# 请假\n\n员工请假应提前三天申请。\n", encoding="utf-8")
    (folder / "firewall.txt").write_text("The firewall is configured with nft.\n")
    return folder


def status(capfd: pytest.CaptureFixture[str], name: str = "公司") -> dict[str, object]:
    capfd.readouterr()
    assert run(["kb", "status", name, "--json"]) == 0
    facts: dict[str, object] = json.loads(capfd.readouterr().out)
    return facts


def test_a_base_is_made_filled_and_shown(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["kb", "create", "公司"]) == 0
    assert run(["kb", "add", "公司", str(folder)]) == 0
    shown = capfd.readouterr()
    assert shown.out.startswith("2 files read, 0 renamed, 0 removed, 0 unchanged;")
    assert "reading, 2 of 2 files" in shown.err
    assert "open-autoglm-cli pull" in shown.err  # the embedding model is not here
    facts = status(capfd)
    assert (facts["files"], facts["failed"], facts["embedder"]) == (2, 0, None)
    assert facts["folders"] == [{"path": folder.as_posix(), "missing": None}]
    assert run(["kb", "list"]) == 0
    assert "公司" in capfd.readouterr().out
    assert run(["kb", "add", "公司", "--json"]) == 0
    assert json.loads(capfd.readouterr().out)["unchanged"] == 2
    assert run(["kb", "status"]) == 0
    assert "firewall" not in capfd.readouterr().out


def test_what_failed_is_listed_and_makes_the_result_no_success(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (folder / "broken.pdf").write_text("no PDF\n")
    run(["kb", "create", "公司"])
    assert run(["kb", "add", "公司", str(folder)]) == 1
    shown = capfd.readouterr()
    assert "2 files read" in shown.out
    assert "broken.pdf" in shown.err
    assert "1 file of base '公司' could not be read" in shown.err
    assert run(["kb", "status", "公司"]) == 0
    assert "broken.pdf" in capfd.readouterr().out


def test_folders_and_bases_are_removed_and_files_stay(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    run(["kb", "create", "公司"])
    run(["kb", "add", "公司", str(folder)])
    assert run(["kb", "remove", "公司", str(folder)]) == 0
    assert status(capfd)["files"] == 0
    assert run(["kb", "remove", "公司"]) == 0
    assert run(["kb", "status", "公司"]) == 2
    assert "no knowledge base" in capfd.readouterr().err
    assert (folder / "firewall.txt").exists()


def test_a_backup_is_restored_under_another_name(
    folder: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    run(["kb", "create", "公司"])
    run(["kb", "add", "公司", str(folder)])
    assert run(["kb", "backup", "公司", str(tmp_path / "a.kb")]) == 0
    assert run(["kb", "restore", "again", str(tmp_path / "a.kb")]) == 0
    assert status(capfd, "again")["files"] == 2
    (tmp_path / "a.kb").write_bytes(b"x")
    assert run(["kb", "restore", "third", str(tmp_path / "a.kb")]) == 3
    assert "is no backup" in capfd.readouterr().err


def test_the_bases_of_a_key_are_its_own(capfd: pytest.CaptureFixture[str]) -> None:
    run(["keys", "add", "laptop"])
    assert run(["kb", "create", "private", "--key", "laptop"]) == 0
    capfd.readouterr()
    assert run(["kb", "list", "--json"]) == 0
    assert json.loads(capfd.readouterr().out) == []
    assert run(["kb", "list", "--json", "--key", "laptop"]) == 0
    assert [base["name"] for base in json.loads(capfd.readouterr().out)] == ["private"]
    assert run(["kb", "list", "--key", "nobody"]) == 2


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["create", "a/b"], 2, "can't be named"),
        (["add", "none", "."], 2, "no knowledge base"),
        (["backup", "none", "x.kb"], 2, "no knowledge base"),
        (["restore", "new", "/no/such/file"], 3, "no file"),
        (["backup", "none", "/no/such/folder/x"], 1, "does not exist"),
    ],
)
def test_mistakes_are_told_in_a_sentence(
    arguments: list[str], code: int, says: str, capfd: pytest.CaptureFixture[str]
) -> None:
    assert run(["kb", *arguments]) == code
    assert says in capfd.readouterr().err


def test_a_folder_that_is_not_there_is_told(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    run(["kb", "create", "x"])
    assert run(["kb", "add", "x", str(tmp_path / "nothing")]) == 3
    assert "does not exist" in capfd.readouterr().err


def test_every_command_has_help_with_an_example() -> None:
    for name in COMMANDS:
        command = kb_command.commands.get(name) or kb_command.get_command(None, name)  # type: ignore[attr-defined, arg-type]
        assert command is not None
        assert f"open-autoglm-cli kb {name}" in (command.help or "")


@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C is sent in another way there")
def test_watching_follows_until_ctrl_c(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    run(["kb", "create", "公司"])
    process = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "from open_autoglm.cli import main; main()",
            "kb",
            "add",
            "公司",
            str(folder),
            "--watch",
        ],
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    assert process.stderr is not None
    lines: list[str] = []
    reading = threading.Thread(target=lambda: lines.extend(iter(process.stderr.readline, "")))  # type: ignore[union-attr]
    reading.start()
    try:
        _until(lambda: any("Following" in line for line in lines))
        time.sleep(0.5)
        (folder / "new.txt").write_text("Added while it is followed.\n")
        _until(lambda: any("1 read" in line for line in lines))
    finally:
        process.send_signal(signal.SIGINT)
        code = process.wait(30)
        reading.join()
        process.stderr.close()
    assert code == 130
    assert "Following was stopped" in lines[-1]
    assert status(capfd)["files"] == 3


def _until(condition: object) -> None:
    end = time.monotonic() + 60
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < end
        time.sleep(0.05)
