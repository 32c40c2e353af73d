"""``kb ask``: answers on stdout, all else on stderr, and the exit codes."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from memory_bases import MemoryBases

from open_autoglm.cli import kb_ask as command
from open_autoglm.engine.blocking import BlockingEngine
from open_autoglm.engine.scripted import ScriptedEngine
from open_autoglm.errors import LimitExceeded, NotFound, OutputFailed, UsageError
from open_autoglm.local.placement import Placement
from open_autoglm.local.tiers import ChosenModel
from open_autoglm.serving.request import LOCAL_OWNER

PLACEMENT = Placement(
    threads=1, gpu_layers=0, total_layers=1, context_window=4096, slots=1,
    weights_bytes=1, kv_cache_bytes=1, overhead_bytes=1, device="cpu",
)  # fmt: skip
QUESTION = "员工请假应怎么提交申请？"


class ScriptedRuntime:
    """Stands where the composition root stands."""

    answers = ("员工应提前三天在系统中提交申请。[1]\n年假每年99天。[1]", "年假有几天？", "年假每年10天。[1]")

    def __init__(self, settings) -> None:
        self.settings = settings

    def choose_model(self, asked: str | None = None) -> ChosenModel:
        return ChosenModel(asked=asked or "tiny", name="tiny", path=Path("t.gguf"), reason="tiny: asked for")

    def place(self, chosen: ChosenModel) -> Placement:
        return PLACEMENT

    @contextmanager
    def open_engine(self, chosen: ChosenModel, placement: Placement) -> Iterator[BlockingEngine]:
        with BlockingEngine(ScriptedEngine(list(self.answers), model="tiny")) as engine:
            yield engine


@pytest.fixture(autouse=True)
def base(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> MemoryBases:
    folder = tmp_path / "handbook"
    folder.mkdir()
    (folder / "rules.txt").write_text("员工请假应提前三天在系统中提交申请。\n年假每年10天。\n", "utf-8")
    bases = MemoryBases()
    bases.create(LOCAL_OWNER, "company")
    bases.add_folder(LOCAL_OWNER, "company", folder)
    bases.look(LOCAL_OWNER, "company")
    monkeypatch.setattr(command, "Runtime", ScriptedRuntime)
    monkeypatch.setattr(command, "open_bases", lambda _runtime: bases)
    monkeypatch.chdir(tmp_path)
    return bases


def ask(*arguments: str, said: str | None = None) -> Result:
    return CliRunner().invoke(command.ask_command, ["company", *arguments], input=said, catch_exceptions=True)


def test_the_answer_is_on_stdout_with_its_sources_and_the_rest_on_stderr() -> None:
    result = ask(QUESTION)
    assert result.exit_code == 0
    assert result.stdout == ("员工应提前三天在系统中提交申请。 [1]\n\n[1] handbook/rules.txt, 第 1 页\n")
    assert "Model: tiny: asked for" in result.stderr
    assert "已略去：年假每年99天。" in result.stderr


def test_json_is_the_whole_result() -> None:
    found = json.loads(ask(QUESTION, "--json").stdout)
    assert (found["outcome"], found["model"]["name"]) == ("answered", "tiny")
    assert found["sentences"][0]["citations"][0]["file"] == "handbook/rules.txt"


def test_without_a_model_the_documents_are_quoted() -> None:
    result = ask("年假每年多少天？", "--no-model")
    assert result.stdout.startswith("年假每年10天。 [1]")
    assert "Model" not in result.stderr


def test_what_is_not_there_is_told_with_the_nearest_passages() -> None:
    result = ask("Who won the cup?", "--no-model")
    assert result.exit_code == 0
    assert result.stdout.startswith(
        "Not found in these documents.\n\nThe nearest passages:\n[1] handbook/rules.txt, page 1"
    )
    assert "\n    员工" in result.stdout  # how the passage begins


@pytest.mark.parametrize(("name", "beginning"), [("a.json", "{"), ("a.txt", "员工应提前三天")])
def test_the_answer_is_written_to_a_file_too(tmp_path: Path, name: str, beginning: str) -> None:
    result = ask(QUESTION, "--output", name)
    assert (tmp_path / name).read_text("utf-8").startswith(beginning)
    assert "员工应提前三天" in result.stdout


def test_a_question_may_come_from_a_pipe() -> None:
    assert ask("--no-model", said="年假每年多少天？\n").stdout.startswith("年假每年10天。 [1]")


def test_in_a_terminal_questions_go_on_from_each_other(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = iter(["年假怎么提交申请？", "  ", "那有几天？"])

    def typed(_prompt: str) -> str:
        try:
            return next(lines)
        except StopIteration:
            raise EOFError from None

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr("builtins.input", typed)
    monkeypatch.setattr("sys.stdin", Terminal())
    code = command.ask_command.main(["company"], standalone_mode=False)
    out, err = capsys.readouterr()
    assert code == 0
    assert "年假每年10天。 [1]" in out
    assert "查找的问题：年假有几天？" in err


@pytest.mark.parametrize(
    ("arguments", "said", "error"),
    [
        (("--no-model",), " \n", UsageError),
        (("问" * 3000, "--no-model"), None, LimitExceeded),
        (("--no-model", QUESTION, "--folder", "nowhere"), None, NotFound),
        ((QUESTION, "--output", "missing/a.json"), None, OutputFailed),
    ],
)
def test_bad_input_is_one_sentence(arguments: tuple[str, ...], said: str | None, error: type) -> None:
    assert isinstance(ask(*arguments, said=said).exception, error)


def test_a_base_that_is_not_there_is_told_before_a_model_is_loaded() -> None:
    result = CliRunner().invoke(command.ask_command, ["nobody", QUESTION])
    assert isinstance(result.exception, NotFound)
    assert "Model" not in result.stderr
