"""``eval rag``: figures of searches and answers, what is kept, what is refused, and the exit codes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar

import pytest

from open_autoglm.cli import eval_rag, eval_rag_run
from open_autoglm.cli.interrupt import Interrupt
from open_autoglm.cli.root import run
from open_autoglm.engine.base import Capabilities
from open_autoglm.engine.blocking import BlockingEngine
from open_autoglm.engine.scripted import Script, ScriptedAnswer, ScriptedEngine
from open_autoglm.errors import EngineUnavailable, ModelNotInstalled
from open_autoglm.local.placement import Placement
from open_autoglm.local.tiers import ChosenModel
from open_autoglm.values import ChatRequest

PLACEMENT = Placement(
    threads=1, gpu_layers=0, total_layers=1, context_window=4096, slots=1,
    weights_bytes=1, kv_cache_bytes=1, overhead_bytes=1, device="cpu",
)  # fmt: skip
LEAVE = "员工请假应提前三天向主管申请。"
FIREWALL = "The firewall drops packets that no rule accepts."
QUESTIONS: list[dict[str, Any]] = [
    {"id": "leave", "question": "员工请假要提前几天申请？", "file": "请假.md", "answer": ["三天", "3天"]},
    {"id": "firewall", "question": "Which packets does the firewall drop?", "text": FIREWALL},
    {"id": "cup", "question": "Who won the football cup?", "answerable": False},
]


def says_what_stands_there(request: ChatRequest) -> str:
    text = str(request.messages[-1].content)
    return f"{LEAVE}[1]" if LEAVE in text else f"{FIREWALL}[1]"


class ScriptedRuntime:
    """Stands where the composition root stands, for the model alone."""

    script: Script = staticmethod(says_what_stands_there)
    engines: ClassVar[list[ScriptedEngine]]

    def __init__(self, settings) -> None:
        self.settings = settings

    def choose_model(self, asked: str | None = None) -> ChosenModel:
        if asked not in (None, "tiny"):
            raise ModelNotInstalled(f"Model {asked!r} is not installed.", hint="Pull it.")
        return ChosenModel("tiny", "tiny", Path("t.gguf"), "it fits")

    def place(self, chosen: ChosenModel) -> Placement:
        return PLACEMENT

    @contextmanager
    def open_engine(self, chosen: ChosenModel, placement: Placement) -> Iterator[BlockingEngine]:
        scripted = ScriptedEngine(self.script, capabilities=Capabilities(context_window=4096, slots=1))
        self.engines.append(scripted)
        with BlockingEngine(scripted) as engine:
            yield engine


@pytest.fixture(autouse=True)
def runtime(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> type[ScriptedRuntime]:
    """Two files in a base, without an embedding model, and three questions."""

    class Fresh(ScriptedRuntime):
        engines: ClassVar[list[ScriptedEngine]] = []

    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "请假.md").write_text(f"# 请假\n\n{LEAVE}\n", encoding="utf-8")
    (folder / "firewall.txt").write_text(f"{FIREWALL}\n", encoding="utf-8")
    assert run(["kb", "create", "company"]) == 0
    assert run(["kb", "add", "company", str(folder)]) == 0
    monkeypatch.setattr(eval_rag, "Runtime", Fresh)
    monkeypatch.chdir(tmp_path)
    put(*QUESTIONS)
    capfd.readouterr()
    return Fresh


def put(*questions: dict[str, Any]) -> None:
    lines = [json.dumps(one, ensure_ascii=False) for one in questions]
    Path("q.jsonl").write_text("\n".join(lines), encoding="utf-8")


def evaluate(*flags: str) -> int:
    return run(["eval", "rag", "--kb", "company", "--questions", "q.jsonl", *flags])


def report_of(capfd: pytest.CaptureFixture[str], *flags: str, code: int = 0) -> dict[str, Any]:
    assert evaluate(*flags, "--json") == code
    found: dict[str, Any] = json.loads(capfd.readouterr().out)
    return found


def asked(runtime: type[ScriptedRuntime]) -> int:
    return sum(len(engine.requests) for engine in runtime.engines)


def test_the_search_is_scored_without_a_model(
    runtime: type[ScriptedRuntime], capfd: pytest.CaptureFixture[str]
) -> None:
    report = report_of(capfd, "--k", "5,1")
    assert report["whole"]
    assert report["model"] is None
    assert set(report["measures"]) == {"hit@1", "hit@5", "mrr", "search_not_found", "search_refused"}
    assert report["measures"]["hit@1"] == {"value": 1.0, "low": 0.3424, "high": 1.0, "of": 2}
    assert report["measures"]["search_not_found"]["value"] == 1.0
    assert "words alone" in report["notes"][0]
    assert runtime.engines == []


def test_answers_are_scored_too(runtime: type[ScriptedRuntime], capfd: pytest.CaptureFixture[str]) -> None:
    report = report_of(capfd, "--answers")
    values = {name: (one["value"], one["of"]) for name, one in report["measures"].items()}
    assert values["citation_precision"] == (1.0, 2)
    assert values["known_answer"] == (1.0, 1)
    assert values["not_found"] == (1.0, 1)
    assert values["refused"] == (0.0, 2)
    assert report["model"] == "tiny"
    assert asked(runtime) == 2  # what the search found no answer for is asked of no model


def test_a_wrong_passage_is_shown_with_what_went_wrong(capfd: pytest.CaptureFixture[str]) -> None:
    put({**QUESTIONS[0], "file": "firewall.txt", "answer": "五天"})
    (score,) = report_of(capfd, "--answers")["scores"]
    assert score["problems"] == ["not_retrieved", "cites_other", "lacks_answer"]
    assert score["wrong"][0] == {"file": "documents/请假.md", "page": 1, "text": LEAVE}
    assert score["answer"]["text"] == f"{LEAVE} [1]"


def test_the_same_text_elsewhere_is_found_and_cited_too(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "documents" / "旧请假.md").write_text(f"# 请假\n\n{LEAVE}\n", encoding="utf-8")
    run(["kb", "add", "company"])
    for name in ("旧请假.md", "documents/请假.md"):
        put({**QUESTIONS[0], "file": name})
        capfd.readouterr()
        (score,) = report_of(capfd, "--answers")["scores"]
        assert (score["place"], score["problems"]) == (1, [])


def test_the_table_is_on_stdout_and_the_rest_on_stderr(capfd: pytest.CaptureFixture[str]) -> None:
    assert evaluate("--language", "zh") == 0
    shown = capfd.readouterr()
    assert "hit@10" in shown.out
    assert "不可回答：检索即判定没有答案" in shown.out
    assert "search: 3 of 3 questions, 3 right" in shown.err


@pytest.mark.parametrize(("form", "beginning"), [("md", "# "), ("json", "{"), ("html", "<!doctype html>")])
def test_a_report_has_the_form_of_its_name(form: str, beginning: str) -> None:
    assert evaluate("--limit", "1", "--output", f"r.{form}") == 0
    text = Path(f"r.{form}").read_text(encoding="utf-8")
    assert text.startswith(beginning)
    assert "firewall" not in text
    assert sorted(path.name for path in Path().glob("r.*")) == [f"r.{form}"]


def test_a_model_that_fails_leaves_what_is_done_and_resume_goes_on(
    runtime: type[ScriptedRuntime], capfd: pytest.CaptureFixture[str]
) -> None:
    def dies_at_the_firewall(request: ChatRequest) -> str | ScriptedAnswer:
        said = says_what_stands_there(request)
        return said if LEAVE in said else ScriptedAnswer(error=EngineUnavailable("The worker died."))

    runtime.script = staticmethod(dies_at_the_firewall)
    assert evaluate("--answers", "--output", "r.md") == 1
    assert "The worker died." in capfd.readouterr().err
    assert "Not whole" in Path("r.md").read_text(encoding="utf-8")
    runtime.script = staticmethod(says_what_stands_there)
    before = asked(runtime)
    assert evaluate("--answers", "--output", "r.md", "--resume") == 0
    assert asked(runtime) - before == 1
    assert "Not whole" not in Path("r.md").read_text(encoding="utf-8")
    assert evaluate("--answers", "--output", "r.md") == 0  # without --resume anew
    assert asked(runtime) - before == 3


@pytest.mark.parametrize("answers", [True, False])
def test_ctrl_c_writes_what_is_done(
    answers: bool, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    class StopsAfterOne(eval_rag_run.EvalDisplay):
        def advance(self, *, right: bool) -> None:
            super().advance(right=right)
            if (self._name == "answers") == answers:
                interrupts[-1].stop()

    interrupts: list[Interrupt] = []

    @contextmanager
    def recorded() -> Iterator[Interrupt]:
        interrupts.append(Interrupt())
        yield interrupts[-1]

    monkeypatch.setattr(eval_rag, "interruptible", recorded)
    monkeypatch.setattr(eval_rag_run, "EvalDisplay", StopsAfterOne)
    monkeypatch.setattr(eval_rag_run, "AT_ONCE", 1)
    flags = ["--answers"] if answers else []
    assert evaluate(*flags, "--output", "r.json", "--json") == 130
    shown = capfd.readouterr()
    report = json.loads(shown.out)
    assert ("Go on with --resume." in shown.err) == answers
    assert not report["whole"]
    assert len(report["scores"]) == (3 if answers else 1)
    assert sum("answer" in score for score in report["scores"]) == int(answers)
    assert json.loads(Path("r.json").read_text(encoding="utf-8")) == report


def test_files_that_the_base_does_not_hold_are_named(capfd: pytest.CaptureFixture[str]) -> None:
    put({"question": "员工请假", "files": ["none.pdf", "请假.md"]})
    assert evaluate() == 0
    assert "does not hold files that questions name: none.pdf." in capfd.readouterr().err


@pytest.mark.parametrize("line", ["{", '{"question": "x"}', '{"question": "x", "page": "3"}'])
def test_a_bad_line_is_told_with_its_number(line: str, capfd: pytest.CaptureFixture[str]) -> None:
    Path("q.jsonl").write_text('{"question": "x", "file": "a"}\n' + line, encoding="utf-8")
    assert evaluate() == 3
    assert "q.jsonl, line 2" in capfd.readouterr().err


@pytest.mark.parametrize(
    ("flags", "code", "says"),
    [
        (["--k", "0"], 2, "1,5,10"),
        (["--k", "five"], 2, "1,5,10"),
        (["--output", "r.txt"], 2, ".html"),
        (["--output", "missing/r.md"], 1, "missing"),
        (["--resume"], 2, "--answers"),
        (["--model", "tiny"], 2, "--answers"),
        (["--answers", "--resume"], 2, "--output"),
        (["--answers", "--model", "unheard"], 4, "Pull"),
        (["--questions", "none.jsonl"], 3, "none.jsonl"),
        (["--key", "nobody"], 2, "nobody"),
    ],
)
def test_what_can_not_be_done_is_refused_in_a_sentence(
    flags: list[str], code: int, says: str, capfd: pytest.CaptureFixture[str]
) -> None:
    assert evaluate(*flags) == code
    assert says in capfd.readouterr().err


def test_a_question_that_no_model_is_asked_is_told_before_the_work(
    runtime: type[ScriptedRuntime], capfd: pytest.CaptureFixture[str]
) -> None:
    put({"question": "问" * 3000, "file": "请假.md"})
    assert evaluate("--answers") == 3
    assert "q.jsonl, line 1" in capfd.readouterr().err
    assert runtime.engines == []


def test_a_base_that_is_not_there_is_told_as_by_a_search(capfd: pytest.CaptureFixture[str]) -> None:
    assert evaluate("--kb", "nobody") == run(["kb", "search", "nobody", "x"]) == 2
    first, second = capfd.readouterr().err.splitlines()
    assert first == second
