"""The root command: short forms, exit codes, one sentence for every failure."""

from __future__ import annotations

import json
from pathlib import Path

import click
import pytest

from open_autoglm.cli import root as program
from open_autoglm.errors import InputMissing


@pytest.fixture
def captured(monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    """Replace ``run`` by a command that notes what it was called with."""
    seen: dict[str, object] = {}

    @click.command("run")
    @click.option("--task")
    @click.option("--input")
    def run_command(**kwargs: object) -> None:
        seen.update(kwargs)

    monkeypatch.setattr(program.RootGroup, "get_command", lambda self, ctx, name: run_command)
    return seen


def test_a_task_without_a_subcommand_is_run(captured: dict[str, object]) -> None:
    assert program.run(["--task", "document_parse", "--input", "list"]) == 0
    assert captured == {"task": "document_parse", "input": "list"}


def test_flags_may_stand_before_the_subcommand(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "a.yaml"
    file.write_text("local_api_port: 9000\n", encoding="utf-8")
    assert program.run(["--config", str(file), "config", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["local_api_port"] == {"value": 9000, "source": str(file)}


def test_an_own_error_is_one_sentence_and_its_exit_code(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    @click.command("run")
    def failing() -> None:
        raise InputMissing("No file a.pdf.", hint="Check the name.")

    monkeypatch.setattr(program.RootGroup, "get_command", lambda self, ctx, name: failing)
    assert program.run(["run"]) == 3
    assert capsys.readouterr().err == "error: No file a.pdf. Check the name.\n"


def test_an_unexpected_error_is_a_sentence_not_a_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    @click.command("run")
    def broken() -> None:
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr(program.RootGroup, "get_command", lambda self, ctx, name: broken)
    assert program.run(["run"]) == 1
    message = capsys.readouterr().err
    assert "Unexpected ZeroDivisionError" in message
    assert "Traceback" not in message


def test_control_c_is_exit_130(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    @click.command("run")
    def stopped() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(program.RootGroup, "get_command", lambda self, ctx, name: stopped)
    assert program.run(["run"]) == 130
    assert "Traceback" not in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["--no-such-flag"], ["nonsense"]])
def test_wrong_usage_is_exit_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert program.run(arguments) == 2
    assert "Error" in capsys.readouterr().err


def test_a_wrong_setting_is_exit_2_and_names_the_flag(capsys: pytest.CaptureFixture[str]) -> None:
    assert program.run(["config", "--local-api-port", "70000"]) == 2
    assert "local_api_port" in capsys.readouterr().err
