"""``eval code``: models side by side, what is kept, what is refused, and the exit codes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar

import pytest

from open_autoglm.cli import eval as command
from open_autoglm.cli.root import run
from open_autoglm.engine.base import Capabilities
from open_autoglm.engine.blocking import BlockingEngine
from open_autoglm.engine.scripted import Script, ScriptedAnswer, ScriptedEngine
from open_autoglm.errors import EngineUnavailable, ModelNotInstalled
from open_autoglm.local.placement import Placement
from open_autoglm.local.tiers import ChosenModel
from open_autoglm.values import ChatRequest

RIGHT = "```python\ndef {name}(n):\n    return 2 * n\n```"
WRONG = "```python\ndef {name}(n):\n    return n ** 2\n```"
PLACEMENT = Placement(
    threads=1, gpu_layers=0, total_layers=1, context_window=4096, slots=1,
    weights_bytes=1, kv_cache_bytes=1, overhead_bytes=1, device="cpu",
)  # fmt: skip


def task(name: str) -> dict[str, object]:
    return {
        "task_id": name,
        "prompt": f'def {name}(n):\n    """Twice n.\n\n    >>> {name}(3)\n    6\n    """\n',
        "entry_point": name,
        "canonical_solution": "    return 2 * n\n",
        "test": "def check(candidate):\n    assert candidate(5) == 10\n",
    }


def mistaken_about_b(request: ChatRequest) -> str:
    """Right at once for ``a``; for ``b`` only when told that it was wrong."""
    text = str(request.messages[0].content)
    name = "a" if "def a(" in text else "b"
    right = name == "a" or len(request.messages) > 1
    return (RIGHT if right else WRONG).format(name=name)


class ScriptedRuntime:
    """Two models: ``good`` is always right, ``small`` mistaken about ``b``; no other is installed."""

    script: Script = staticmethod(mistaken_about_b)
    engines: ClassVar[list[ScriptedEngine]]

    def __init__(self, settings) -> None:
        self.settings = settings

    def choose_model(self, asked: str | None = None) -> ChosenModel:
        if asked not in (None, "small", "good"):
            raise ModelNotInstalled(f"Model {asked!r} is not installed.", hint="Pull it.")
        return ChosenModel(asked or "small", asked or "small", Path("t.gguf"), "it fits")

    def place(self, chosen: ChosenModel) -> Placement:
        return PLACEMENT

    @contextmanager
    def open_engine(self, chosen: ChosenModel, placement: Placement) -> Iterator[BlockingEngine]:
        def good(request: ChatRequest) -> str:
            return RIGHT.format(name="a" if "def a(" in str(request.messages[0].content) else "b")

        with self._opened(good if chosen.name == "good" else self.script) as engine:
            yield engine

    @contextmanager
    def open_upstream(self, name: str) -> Iterator[BlockingEngine]:
        assert self.settings.upstreams[name].context_window
        with self._opened(self.script) as engine:
            yield engine

    @contextmanager
    def _opened(self, script: Script) -> Iterator[BlockingEngine]:
        scripted = ScriptedEngine(script, capabilities=Capabilities(context_window=4096, slots=1))
        self.engines.append(scripted)
        with BlockingEngine(scripted) as engine:
            yield engine


@pytest.fixture(autouse=True)
def runtime(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> type[ScriptedRuntime]:
    class Fresh(ScriptedRuntime):
        engines: ClassVar[list[ScriptedEngine]] = []

    monkeypatch.setattr(command, "Runtime", Fresh)
    monkeypatch.chdir(tmp_path)
    lines = [json.dumps(task(name)) for name in "ab"]
    Path("tasks.jsonl").write_text("\n".join(lines), encoding="utf-8")
    return Fresh


def asked(runtime: type[ScriptedRuntime]) -> int:
    return sum(len(engine.requests) for engine in runtime.engines)


def test_models_and_endpoints_are_scored_side_by_side(capfd: pytest.CaptureFixture[str]) -> None:
    arguments = ["eval", "code", "--tasks", "tasks.jsonl", "--model", "small", "--model", "good", "--json"]
    assert run([*arguments, "--endpoint", "http://127.0.0.1:9/v1=big", "--api-key", "secret"]) == 0
    shown = capfd.readouterr()
    report = json.loads(shown.out)
    assert [(model["name"], model["right"]) for model in report["models"]] == [
        ("small", 1),
        ("good", 2),
        ("http://127.0.0.1:9/v1=big", 1),
    ]
    assert report["whole"]
    assert "secret" not in shown.out + shown.err


def test_verification_asks_again_where_an_example_fails(capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["eval", "code", "--tasks", "tasks.jsonl", "--model", "small", "--verify", "--json"]) == 0
    plain, verified = json.loads(capfd.readouterr().out)["models"]
    assert (plain["right"], verified["right"]) == (1, 2)
    assert verified["name"] == "small, verified"
    assert verified["answers"] == 3
    assert [task["samples"][0]["verified"] for task in verified["tasks"]] == [True, True]


def test_the_table_names_every_figure_and_a_report_every_task(capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["eval", "code", "--tasks", "tasks.jsonl", "--output", "report.md"]) == 0
    out = capfd.readouterr().out
    for name in ("syntax", "logic", "execution", "total", "pass@1"):
        assert name in out
    text = Path("report.md").read_text(encoding="utf-8")
    assert "| b | wrong: hidden test check" in text


@pytest.mark.parametrize("form", ["json", "html"])
def test_a_report_has_the_form_of_its_name(form: str) -> None:
    assert run(["eval", "code", "--tasks", "tasks.jsonl", "--limit", "1", "--output", f"r.{form}"]) == 0
    text = Path(f"r.{form}").read_text(encoding="utf-8")
    assert (json.loads(text)["asked"] == 1) if form == "json" else text.startswith("<!doctype html>")


def test_a_model_that_fails_on_the_way_leaves_what_is_done_and_resume_goes_on(
    runtime: type[ScriptedRuntime], capfd: pytest.CaptureFixture[str]
) -> None:
    def dies_at_b(request: ChatRequest) -> str | ScriptedAnswer:
        if "def b(" in str(request.messages[0].content):
            return ScriptedAnswer(error=EngineUnavailable("The worker died."))
        return RIGHT.format(name="a")

    runtime.script = staticmethod(dies_at_b)
    arguments = ["eval", "code", "--tasks", "tasks.jsonl", "--output", "report.md"]
    assert run(arguments) == 1
    assert "The worker died." in capfd.readouterr().err
    assert "Not whole" in Path("report.md").read_text(encoding="utf-8")
    before = asked(runtime)
    runtime.script = staticmethod(mistaken_about_b)
    assert run([*arguments, "--resume"]) == 0
    assert asked(runtime) - before == 1
    assert "Not whole" not in Path("report.md").read_text(encoding="utf-8")


def test_without_resume_everything_is_asked_anew(runtime: type[ScriptedRuntime]) -> None:
    for _ in range(2):
        assert run(["eval", "code", "--tasks", "tasks.jsonl", "--output", "report.md"]) == 0
    assert asked(runtime) == 4


def test_several_samples_have_pass_at_k(capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["eval", "code", "--tasks", "tasks.jsonl", "--samples", "2", "--json"]) == 0
    (model,) = json.loads(capfd.readouterr().out)["models"]
    assert set(model["pass_at"]) == {"1", "2"}
    assert model["answers"] == 4


@pytest.mark.parametrize(
    ("flags", "code", "says"),
    [
        (["--tasks", "missing.jsonl"], 3, "--tasks"),
        (["--tasks", "tasks.jsonl", "--model", "unheard"], 4, "Pull"),
        (["--tasks", "tasks.jsonl", "--endpoint", "big"], 2, "URL=MODEL"),
        (["--tasks", "tasks.jsonl", "--output", "report.txt"], 2, ".html"),
        (["--tasks", "tasks.jsonl", "--resume"], 2, "--output"),
        (["--tasks", "tasks.jsonl", "--samples", "3", "--temperature", "0"], 2, "--temperature"),
        (["--tasks", "repair", "--verify"], 2, "--verify"),
        (["--tasks", "tasks.jsonl", "--part", "tune"], 2, "--part"),
        ([], 2, "--tasks"),
    ],
)
def test_what_can_not_be_done_is_refused_in_a_sentence(
    flags: list[str], code: int, says: str, capfd: pytest.CaptureFixture[str], runtime: type[ScriptedRuntime]
) -> None:
    assert run(["eval", "code", *flags]) == code
    assert says in capfd.readouterr().err
    assert asked(runtime) == 0


def test_a_shipped_broken_program_is_corrected_and_scored(
    runtime: type[ScriptedRuntime], capfd: pytest.CaptureFixture[str]
) -> None:
    from open_autoglm.evaluation.code_repair_tasks import code_repair_tasks

    first = code_repair_tasks("report")[0]
    runtime.script = staticmethod(lambda _: f"```python\n{first.reference}```")
    assert run(["eval", "code", "--tasks", "repair", "--part", "report", "--limit", "1", "--json"]) == 0
    (model,) = json.loads(capfd.readouterr().out)["models"]
    assert (model["right"], model["total"]) == (1, 1.0)
