"""``bench context`` as a person types it."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from open_autoglm.cli.root import run


@pytest.mark.parametrize("turns", ["", "five", "0", "5,-1", "5;20"])
def test_wrong_turns_end_with_2_and_an_example(turns: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["bench", "context", "--turns", turns]) == 2
    assert "5,20,40" in capfd.readouterr().err


def test_without_the_model_it_ends_with_4(capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["bench", "context", "--model", "autoglm-small", "--offline", "true"]) == 4
    assert "pull" in capfd.readouterr().err


@pytest.mark.model
def test_both_cache_types_are_measured_and_the_smaller_one_takes_about_half(
    small_model_path: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "measured.json"
    arguments = ["bench", "context", "--model", str(small_model_path), "--turns", "1,3"]
    assert run([*arguments, "--output", str(output)]) == 0
    shown = capfd.readouterr()
    assert "3 turns" in shown.err
    assert "bytes a token" in shown.out
    report = json.loads(output.read_text(encoding="utf-8"))
    exact, small = report["measured"]
    assert (exact["kv_cache_type"], small["kv_cache_type"]) == ("f16", "q8_0")
    assert [turn["turns"] for turn in exact["turns"]] == [1, 3]
    # 30 layers of 3 heads of 64 values, keys and values, two bytes each; and what is noted of each token.
    assert exact["kv_bytes_per_token"] == pytest.approx(30 * 3 * 64 * 2 * 2, rel=0.01)
    assert small["kv_bytes_per_token"] / exact["kv_bytes_per_token"] == pytest.approx(34 / 64, rel=0.01)
    assert exact["resident_bytes_empty"] > small["resident_bytes_empty"]


@pytest.mark.model
def test_a_named_cache_type_is_measured_alone_and_a_small_window_refused(
    small_model_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    arguments = ["bench", "context", "--model", str(small_model_path), "--kv-cache-type", "q8_0"]
    assert run([*arguments, "--turns", "1", "--json"]) == 0
    (measured,) = json.loads(capfd.readouterr().out)["measured"]
    assert measured["kv_cache_type"] == "q8_0"
    assert run([*arguments, "--turns", "9", "--context-window", "512"]) == 2
    assert "window of 512" in capfd.readouterr().err
    assert run([*arguments, "--turns", "500"]) == 2
    assert "--turns" in capfd.readouterr().err


@pytest.mark.model
@pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX")
def test_control_c_ends_it_with_130(small_model_path: Path) -> None:
    program_call = "import sys; from open_autoglm.cli import main; sys.argv = ['x', *sys.argv[1:]]; main()"
    flags = ["bench", "context", "--model", str(small_model_path), "--turns", "8", "--kv-cache-type", "f16"]
    with subprocess.Popen(
        [sys.executable, "-c", program_call, *flags],
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
        encoding="utf-8",
    ) as child:
        assert child.stderr is not None
        for line in child.stderr:
            if "8 turns" in line:
                break
        child.send_signal(signal.SIGINT)
        rest = child.stderr.read()
        code = child.wait(timeout=30)
    assert code == 130, rest
    assert rest.rstrip().endswith("Stopped.")
    assert "Traceback" not in rest
