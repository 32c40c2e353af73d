"""``pull``, ``list``, ``show``, ``rm`` as a person types them."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import struct
import subprocess
import sys
import time
from pathlib import Path

import pytest

from open_autoglm import runtime
from open_autoglm.cli.root import COMMANDS, root, run
from open_autoglm.local.catalog import Catalog

DATA = b"GGUF" + struct.pack("<IQQ", 3, 0, 0) + bytes(50_000)


@pytest.fixture
def catalog(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Catalog:
    """Two small models that lie beside the test, and a tier of both."""
    rows = []
    for name, needs_gpu in (("seeing", True), ("plain", False)):
        (tmp_path / f"{name}.gguf").write_bytes(DATA)
        file = {
            "name": f"{name}.gguf",
            "role": "weights",
            "size": len(DATA),
            "sha256": hashlib.sha256(DATA).hexdigest(),
            "sources": [{"kind": "path", "path": str(tmp_path / f"{name}.gguf")}],
        }
        rows.append(
            {
                "name": name,
                "title": name,
                "family": "test",
                "publisher": "nobody",
                "licence": "Apache-2.0",
                "languages": ["en"],
                "capabilities": ["chat"],
                "context_length": 4096,
                "memory_bytes": 10**15 if needs_gpu else 1_000_000,
                "needs_gpu": needs_gpu,
                "files": [file],
            }
        )
    tier = {"name": "best", "title": "best", "models": ["seeing", "plain"]}
    small = Catalog.model_validate({"models": rows, "tiers": [tier]})
    monkeypatch.setattr(runtime, "load_catalog", lambda: small)
    return small


def test_pulling_a_tier_says_what_was_passed_over_and_where_the_model_is(
    catalog: Catalog, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert run(["pull", "best"]) == 0
    out, err = capfd.readouterr()
    place = tmp_path / "data" / "models" / "plain" / "plain.gguf"
    assert f"plain: {place}" in out
    assert hashlib.sha256(DATA).hexdigest() in out
    assert "seeing: passed over: needs a graphics card" in err
    assert "installed: plain" in err


def test_pulling_without_a_name_pulls_the_model_of_the_settings(
    catalog: Catalog, capfd: pytest.CaptureFixture[str]
) -> None:
    assert run(["pull", "--model-path", "plain", "--json"]) == 0
    assert json.loads(capfd.readouterr().out)["name"] == "plain"


def test_an_unknown_name_ends_with_4_and_the_nearest_name(
    catalog: Catalog, capfd: pytest.CaptureFixture[str]
) -> None:
    assert run(["pull", "plian"]) == 4
    assert "Did you mean plain?" in capfd.readouterr().err


def test_a_file_that_is_here_is_not_pulled(
    catalog: Catalog, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert run(["pull", str(tmp_path / "plain.gguf")]) == 2
    assert "already on this machine" in capfd.readouterr().err


def test_offline_ends_with_4_and_offers_the_disk(catalog: Catalog, capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["pull", "plain", "--offline", "true"]) == 4
    assert "--from" in capfd.readouterr().err


def test_from_takes_a_carried_folder_offline(catalog: Catalog, tmp_path: Path) -> None:
    assert run(["pull", "plain", "--offline", "true", "--from", str(tmp_path)]) == 0


def test_the_list_shows_models_states_and_what_a_tier_means(
    catalog: Catalog, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    run(["pull", "plain"])
    capfd.readouterr()
    assert run(["list", "--json"]) == 0
    listed = json.loads(capfd.readouterr().out)
    assert [(row["name"], row["state"]) for row in listed["models"]] == [
        ("seeing", "not installed"),
        ("plain", "installed"),
    ]
    (tier,) = listed["tiers"]
    assert (tier["name"], tier["model"]) == ("best", "plain")
    assert "seeing needs a graphics card" in tier["reason"]
    monkeypatch.setenv("COLUMNS", "200")
    assert run(["list"]) == 0
    assert "best: plain (1 MB; seeing needs" in capfd.readouterr().out


def test_a_detector_is_listed_and_shown_as_one(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    assert run(["list"]) == 0
    (line,) = [one for one in capfd.readouterr().out.splitlines() if one.startswith("nanodet")]
    assert "detector, for videos" in line
    assert run(["show", "nanodet-coco-416", "--json"]) == 0
    facts = json.loads(capfd.readouterr().out)
    assert facts["capabilities"] == ["detect"]
    assert "context_length" not in facts
    assert facts["files"][0]["sources"] == ["npm registry (@vladmandic/human 1.4.1)"]


def test_an_embedder_is_listed_as_one(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    assert run(["list"]) == 0
    (line,) = [one for one in capfd.readouterr().out.splitlines() if one.startswith("multilingual-e5")]
    assert "for knowledge bases" in line


def test_show_gives_every_fact_and_verify_finds_a_flipped_byte(
    catalog: Catalog, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    run(["pull", "plain"])
    capfd.readouterr()
    assert run(["show", "best", "--verify", "--json"]) == 0
    facts = json.loads(capfd.readouterr().out)
    assert (facts["name"], facts["licence"], facts["verified"]) == ("plain", "Apache-2.0", True)
    assert facts["installed"][0]["path"].endswith("plain.gguf")
    file = tmp_path / "data" / "models" / "plain" / "plain.gguf"
    stat = file.stat()
    file.write_bytes(DATA[:-1] + b"\x01")
    os.utime(file, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert run(["show", "plain", "--verify"]) == 4
    assert "damaged" in capfd.readouterr().err
    assert run(["pull", "plain"]) == 0
    assert file.read_bytes() == DATA


def test_show_of_a_file_reads_its_head(
    catalog: Catalog, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert run(["show", str(tmp_path / "plain.gguf"), "--json"]) == 0
    assert json.loads(capfd.readouterr().out)["size"] == len(DATA)


def test_rm_frees_the_model_and_refuses_a_tier(catalog: Catalog, capfd: pytest.CaptureFixture[str]) -> None:
    run(["pull", "plain"])
    assert run(["rm", "best"]) == 2
    assert run(["rm", "plain"]) == 0
    assert "freed" in capfd.readouterr().err
    assert run(["rm", "plain"]) == 4


OWN_COMMANDS = [name for name, place in COMMANDS.items() if ".models:" in place or ".doctor:" in place]


@pytest.mark.parametrize("name", OWN_COMMANDS)
def test_every_model_command_has_help_and_an_example(name: str) -> None:
    command = root.get_command(root.make_context("x", [name], resilient_parsing=True), name)
    assert command is not None
    assert f"open-autoglm-cli {name}" in (command.help or "")


STOPPED_PULL = """
import sys, time
from open_autoglm.local import sources
from open_autoglm.local.catalog import PathSource

def slow_copy(source, request):
    request.report(1, 100, "")
    print("under way", flush=True)
    time.sleep(60)

sources._copy = slow_copy
from pathlib import Path
from open_autoglm.cli import root
sys.exit(root.run(["pull", "smollm2-135m-instruct", "--from", sys.argv[1]]))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX")
def test_ctrl_c_stops_within_two_seconds_and_ends_with_130(tmp_path: Path) -> None:
    command = [sys.executable, "-c", STOPPED_PULL, str(tmp_path)]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert child.stdout is not None
    assert child.stdout.readline().strip() == "under way"
    started = time.monotonic()
    child.send_signal(signal.SIGINT)
    _, err = child.communicate(timeout=20)
    assert (child.returncode, time.monotonic() - started < 2) == (130, True)
    assert err.rstrip().endswith("Stopped.")
