"""``keys``: made, listed and revoked from the command line."""

from __future__ import annotations

import json

import pytest

from open_autoglm.cli.root import run


def output(capfd: pytest.CaptureFixture[str]) -> str:
    return capfd.readouterr().out


def test_a_key_is_shown_alone_on_stdout_and_only_once(capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["keys", "add", "laptop"]) == 0
    shown = capfd.readouterr()
    secret = shown.out.strip()
    assert secret.startswith("oag-")
    assert "not shown again" in shown.err
    assert "every caller" in shown.err
    run(["keys", "list"])
    run(["keys", "list", "--json"])
    assert secret not in output(capfd)


def test_limits_and_models_are_listed(capfd: pytest.CaptureFixture[str]) -> None:
    limits = ["--requests-per-minute", "60", "--concurrent", "2", "--model", "a", "--model", "b"]
    assert run(["keys", "add", "phone", *limits]) == 0
    capfd.readouterr()
    assert run(["keys", "list", "--json"]) == 0
    [key] = json.loads(output(capfd))
    assert (key["name"], key["requests_per_minute"], key["concurrent"]) == ("phone", 60, 2)
    assert (key["models"], key["last_used"]) == (["a", "b"], None)
    assert key["created"].endswith("+00:00")
    assert run(["keys", "list"]) == 0
    table = output(capfd)
    assert "phone" in table
    assert "a, b" in table
    assert "never" in table


def test_a_key_is_revoked_by_name_or_id(capfd: pytest.CaptureFixture[str]) -> None:
    run(["keys", "add", "laptop"])
    run(["keys", "add", "phone"])
    assert run(["keys", "revoke", "laptop"]) == 0
    capfd.readouterr()
    run(["keys", "list", "--json"])
    [phone] = json.loads(output(capfd))
    assert run(["keys", "revoke", phone["id"]]) == 0
    assert "No key is left" in capfd.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["revoke", "nobody"], "'nobody'"),
        (["add", " "], "can't be named"),
        (["add", "x", "--concurrent", "0"], "--concurrent"),
    ],
)
def test_what_can_not_be_done_ends_with_2(
    arguments: list[str], says: str, capfd: pytest.CaptureFixture[str]
) -> None:
    assert run(["keys", *arguments]) == 2
    assert says in capfd.readouterr().err


def test_settings_may_stand_before_and_after(
    tmp_path_factory: pytest.TempPathFactory, capfd: pytest.CaptureFixture[str]
) -> None:
    elsewhere = str(tmp_path_factory.mktemp("elsewhere"))
    assert run(["--data-dir", elsewhere, "keys", "add", "laptop"]) == 0
    capfd.readouterr()
    run(["keys", "list", "--json", "--data-dir", elsewhere])
    assert len(json.loads(output(capfd))) == 1
    run(["keys", "list", "--json"])
    assert json.loads(output(capfd)) == []


@pytest.mark.parametrize("command", [["add"], ["list"], ["revoke"]])
def test_every_command_shows_an_example(command: list[str], capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["keys", *command, "--help"]) == 0
    assert f"open-autoglm-cli keys {command[0]}" in output(capfd)
