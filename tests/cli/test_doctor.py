"""``doctor``: what this machine has, what is missing, and the command that mends it."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import pytest

from open_autoglm.cli.root import run

DATA = b"GGUF" + struct.pack("<IQQ", 3, 0, 0) + bytes(50_000)


def test_without_a_model_it_ends_with_4_and_the_command(capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["doctor", "--json", "--model-path", "autoglm-base"]) == 4
    report = json.loads(capfd.readouterr().out)
    assert (report["ready"], report["default_model"]) == (False, None)
    first = report["findings"][0]
    assert first["state"] == "missing"
    assert "open-autoglm-cli pull autoglm-base" in first["remedy"]


def test_with_the_model_it_ends_with_0_and_the_plan(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    model = tmp_path / "own.gguf"
    model.write_bytes(DATA)
    assert run(["doctor", "--json", "--model-path", str(model)]) == 0
    report = json.loads(capfd.readouterr().out)
    assert report["ready"] is True
    assert report["default_model"]["path"] == str(model.resolve())
    assert "threads" in report["findings"][0]["text"]
    assert report["hardware"]["physical_cores"] >= 1


def test_a_setting_this_machine_can_not_meet_is_found(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    model = tmp_path / "own.gguf"
    model.write_bytes(DATA)
    assert run(["doctor", "--model-path", str(model), "--device-map", "{tpu: 3}"]) == 4
    assert "gpu: 20" in capfd.readouterr().out


def test_extras_that_are_missing_come_with_their_command(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("open_autoglm.local.diagnosis._is_installed", lambda name: False)
    run(["doctor", "--json"])
    findings = {row["subject"]: row for row in json.loads(capfd.readouterr().out)["findings"]}
    for extra in ("hubs", "traces", "openvino"):
        row = findings[f"extra {extra}"]
        assert (row["state"], row["remedy"]) == ("optional", f"pip install 'open-autoglm-pc[{extra}]'")


@pytest.mark.parametrize(
    ("subject", "name", "work"),
    [
        ("detector", "nanodet-coco-416", "analyse videos"),
        ("embedding model", "multilingual-e5-small-int8", "search knowledge bases by meaning"),
    ],
)
def test_a_helping_model_is_optional_and_comes_with_its_command(
    capfd: pytest.CaptureFixture[str], subject: str, name: str, work: str
) -> None:
    run(["doctor", "--json"])
    findings = {row["subject"]: row for row in json.loads(capfd.readouterr().out)["findings"]}
    row = findings[f"{subject} {name}"]
    assert (row["state"], row["remedy"]) == ("optional", f"open-autoglm-cli pull {name}")
    assert f"needed to {work}" in row["text"]


def test_a_formula_model_is_optional_until_it_is_named(
    capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    states = []
    for folder in (None, tmp_path / "none", tmp_path):
        named = ["--formula-model", str(folder)] if folder else []
        run(["doctor", "--json", *named])
        findings = {row["subject"]: row for row in json.loads(capfd.readouterr().out)["findings"]}
        states.append(findings["formula model"]["state"])
    assert states == ["optional", "missing", "ready"]


def test_a_default_model_of_another_server_is_not_looked_for_here(capfd: pytest.CaptureFixture[str]) -> None:
    flags = ["--model-path", "big", "--upstreams", "{big: {url: http://10.0.0.5:8000/v1}}"]
    assert run(["doctor", "--json", *flags]) == 0
    first = json.loads(capfd.readouterr().out)["findings"][0]
    assert (first["state"], first["remedy"]) == ("ready", "")
    assert "http://10.0.0.5:8000/v1" in first["text"]


def test_a_remedy_that_is_no_command_is_left_as_it_is(capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["doctor", "--json", "--model-path", "zzz"]) == 4
    assert json.loads(capfd.readouterr().out)["findings"][0]["remedy"] == "See `open-autoglm-cli list`."
