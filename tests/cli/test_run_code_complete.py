"""``run --task code_complete``: what is refused before a model is loaded, and what is printed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from open_autoglm.cli import root as program
from open_autoglm.cli import run as command
from open_autoglm.engine.blocking import BlockingEngine
from open_autoglm.engine.scripted import ScriptedEngine
from open_autoglm.local.placement import Placement
from open_autoglm.local.tiers import ChosenModel

TEXT = "def add(a, b):\n    return \n\n\ndef 减(a, b):\n    pass\n"
PLACEMENT = Placement(
    threads=1, gpu_layers=0, total_layers=1, context_window=4096, slots=1,
    weights_bytes=1, kv_cache_bytes=1, overhead_bytes=1, device="cpu",
)  # fmt: skip


class ScriptedRuntime:
    """Stands where the composition root stands."""

    answers = ("a + b\n\n\ndef sub(a, b):\n",)

    def __init__(self, settings) -> None:
        self.settings = settings

    def choose_model(self, asked: str | None = None) -> ChosenModel:
        return ChosenModel(
            asked=asked or "tiny", name="tiny", path=Path("tiny.gguf"), reason="tiny: asked for"
        )

    def place(self, chosen: ChosenModel) -> Placement:
        return PLACEMENT

    @contextmanager
    def open_engine(self, chosen: ChosenModel, placement: Placement) -> Iterator[BlockingEngine]:
        with BlockingEngine(ScriptedEngine(self.answers, model="tiny")) as engine:
            yield engine


@pytest.fixture(autouse=True)
def scripted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "Runtime", ScriptedRuntime)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "add.py"
    path.write_text(TEXT, encoding="utf-8")
    return path


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    code = program.run(["--task", "code_complete", *map(str, arguments)])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_the_completion_goes_to_stdout_and_what_was_done_to_stderr(
    source: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = run(capsys, "--input", source, "--line", 2, "--column", 11)
    assert (code, out) == (0, "a + b\n")
    assert "it parses with the text around it" in err
    assert source.read_text(encoding="utf-8") == TEXT


def test_without_a_column_the_line_is_gone_on_with(source: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "--input", source, "--line", 2, "--json")
    result = json.loads(out)
    assert code == 0
    assert (result["column"], result["text"], result["check"]) == (11, "a + b", "parsed")
    assert result["model"]["name"] == "tiny"


def test_a_result_may_go_to_a_file(source: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    output = tmp_path / "completion.json"
    code, out, _ = run(capsys, "--input", source, "--line", 2, "--output", output)
    assert (code, out) == (0, "")
    assert json.loads(output.read_text(encoding="utf-8"))["text"] == "a + b"


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        ((), 2, "No place was given"),
        (("--line", 99), 2, "add.py has 7 lines; there is no line 99"),
        (("--line", 2, "--column", 50), 2, "Line 2 of add.py has 11 characters; there is no column 50"),
        (("--line", 2, "--project", "nowhere"), 3, "Project 'nowhere' is no folder"),
        (("--line", 2, "--pages", "1"), 2, "--pages belongs to document_parse"),
        (("--line", 0), 2, "--line"),
    ],
)
def test_what_makes_no_sense_is_refused_in_one_sentence(
    source: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[object, ...], code: int, message: str
) -> None:
    ended, out, err = run(capsys, "--input", source, *arguments)
    assert (ended, out) == (code, "")
    assert message in err


def test_a_file_outside_the_project_is_refused(
    source: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "other").mkdir()
    code, _, err = run(capsys, "--input", source, "--line", 2, "--project", tmp_path / "other")
    assert code == 2
    assert "does not lie in the project" in err


def test_binary_is_refused(source: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source.write_bytes(b"\0\1\2\3" * 100)
    code, _, err = run(capsys, "--input", source, "--line", 1)
    assert code == 3
    assert "add.py is binary, not source text" in err


def test_one_file_at_a_time(source: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = run(capsys, "--input", source, "--input", source, "--line", 1)
    assert code == 2
    assert "2 inputs were given" in err
