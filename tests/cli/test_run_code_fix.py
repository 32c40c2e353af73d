"""``run --task code_fix``: what is printed and written, what is refused, and the exit codes."""

from __future__ import annotations

import io
import json
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from open_autoglm.cli import root as program
from open_autoglm.cli import run as command
from open_autoglm.engine.blocking import BlockingEngine
from open_autoglm.engine.scripted import ScriptedEngine
from open_autoglm.errors import ModelNotInstalled
from open_autoglm.local.placement import Placement
from open_autoglm.local.tiers import ChosenModel

BROKEN = "def total(items):\n    return sum(itmes)\n\n\nprint(total([1, 2]))\n"
PLACEMENT = Placement(
    threads=1, gpu_layers=0, total_layers=1, context_window=4096, slots=1,
    weights_bytes=1, kv_cache_bytes=1, overhead_bytes=1, device="cpu",
)  # fmt: skip


class ScriptedRuntime:
    """Stands where the composition root stands."""

    here = True

    def __init__(self, settings) -> None:
        self.settings = settings

    def choose_model(self, asked: str | None = None) -> ChosenModel:
        if not self.here:
            raise ModelNotInstalled("Model 'tiny' is not installed.", hint="Pull it.")
        return ChosenModel(asked=asked or "tiny", name="tiny", path=Path("t.gguf"), reason="tiny: asked for")

    def place(self, chosen: ChosenModel) -> Placement:
        return PLACEMENT

    @contextmanager
    def open_engine(self, chosen: ChosenModel, placement: Placement) -> Iterator[BlockingEngine]:
        with BlockingEngine(ScriptedEngine(["The name was misspelt."], model="tiny")) as engine:
            yield engine


@pytest.fixture(autouse=True)
def runtime(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> type[ScriptedRuntime]:
    class Fresh(ScriptedRuntime):
        pass

    monkeypatch.setattr(command, "Runtime", Fresh)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "main.py").write_text(BROKEN, encoding="utf-8")
    return Fresh


def run(*flags: str) -> int:
    return program.run(["--task", "code_fix", *flags])


def test_the_main_job(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--input", "main.py", "--no-model", "--output", "fix.md", "--write") == 0
    assert "sum(items)" in (tmp_path / "main.py").read_text(encoding="utf-8")
    assert (tmp_path / "main.py.orig").read_text(encoding="utf-8") == BROKEN
    assert "proven" in (tmp_path / "fix.md").read_text(encoding="utf-8")
    said = capsys.readouterr().err
    for words in ("main.py: running it as it is", "Wrote fix.md: repaired (proven), 1 change", "Changed"):
        assert words in said


def test_without_write_no_file_is_touched(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--input", "main.py", "--no-model") == 0
    captured = capsys.readouterr()
    assert "+    return sum(items)" in captured.out
    assert "--write puts the repair into them" in captured.err
    assert [path.name for path in tmp_path.glob("main*")] == ["main.py"]
    assert (tmp_path / "main.py").read_text(encoding="utf-8") == BROKEN


def test_json_and_the_model_s_own_words(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--input", "main.py", "--json") == 0
    result = json.loads(capsys.readouterr().out)
    assert result["repairs"][0]["state"] == "proven"
    assert result["model"]["name"] == "tiny"
    assert result["model_explanation"] == "The name was misspelt."


def test_a_model_that_is_missing_is_done_without_unless_it_was_named(
    runtime: type[ScriptedRuntime], capsys: pytest.CaptureFixture[str]
) -> None:
    runtime.here = False
    assert run("--input", "main.py") == 0
    assert "No language model is asked" in capsys.readouterr().err
    assert run("--input", "main.py", "--model", "tiny") == 4
    assert "--no-model" in capsys.readouterr().err


def test_a_diff_that_git_can_apply(tmp_path: Path) -> None:
    assert run("--input", "main.py", "--no-model", "--output", "fix.patch") == 0
    assert (tmp_path / "fix.patch").read_text(encoding="utf-8").startswith("--- a/main.py\n+++ b/main.py\n")


def test_an_error_from_a_file_or_from_standard_input(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "lib.py").write_text("def text(n):\n    return 'n' + n\n", encoding="utf-8")
    trace = (
        "Traceback (most recent call last):\n  File \"lib.py\", line 2, in text\n    return 'n' + n\n"
        'TypeError: can only concatenate str (not "int") to str\n'
    )
    (tmp_path / "trace.txt").write_text(trace, encoding="utf-8")
    assert run("--input", "lib.py", "--no-model", "--error", "trace.txt", "--write") == 1
    captured = capsys.readouterr()
    assert "suggested" in captured.out
    assert "A suggestion is not written" in captured.err
    assert not (tmp_path / "lib.py.orig").exists()
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(trace.encode())))
    assert run("--input", "lib.py", "--no-model", "--error", "-") == 1
    assert run("--input", "lib.py", "--no-model", "--error", "gone.txt") == 3


def test_nothing_repaired_is_exit_1(tmp_path: Path) -> None:
    (tmp_path / "odd.py").write_text("raise ValueError('on purpose')\n", encoding="utf-8")
    assert run("--input", "odd.py", "--no-model") == 1


def test_no_fault_is_exit_0(tmp_path: Path) -> None:
    (tmp_path / "well.py").write_text("print(1)\n", encoding="utf-8")
    assert run("--input", "well.py", "--no-model", "--write") == 0


def test_a_read_only_file_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "main.py").chmod(stat.S_IRUSR)
    monkeypatch.setattr("open_autoglm.code.repair.write_back.os.access", lambda *_: False)
    assert run("--input", "main.py", "--no-model", "--write") == 1
    assert "read-only" in capsys.readouterr().err
    assert (tmp_path / "main.py").read_text(encoding="utf-8") == BROKEN


@pytest.mark.parametrize(
    ("flags", "code", "said"),
    [
        ((), 2, "No input was given"),
        (("--input", "gone.py"), 3, "does not exist"),
        (("--input", "main.py", "--input", "main.py"), 2, "one file or one folder"),
        (("--input", "main.py", "--output", "fix.exe"), 2, "unknown extension"),
        (("--input", "main.py", "--format", "csv"), 2, "no results as csv"),
        (("--input", "main.py", "--line", "3"), 2, "--line belongs to code_complete"),
        (("--input", "main.py", "--test", ""), 2, "test command is empty"),
    ],
)
def test_what_is_refused(
    flags: tuple[str, ...], code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("--no-model", *flags) == code
    assert said in capsys.readouterr().err
