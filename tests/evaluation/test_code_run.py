"""Tasks are answered and scored in their order, several at once, until somebody stops it."""

from __future__ import annotations

import threading

import pytest

from open_autoglm.code.sandbox.sandbox import Sandbox
from open_autoglm.code.writing.example import Example
from open_autoglm.engine.blocking import BlockingEngine
from open_autoglm.engine.scripted import ScriptedEngine
from open_autoglm.errors import EngineUnavailable
from open_autoglm.evaluation.answer_file import AnswerFile
from open_autoglm.evaluation.code_report import CodeReport, ModelScore, as_json
from open_autoglm.evaluation.code_report_text import to_html, to_markdown
from open_autoglm.evaluation.code_run import Solved, plain_answers, program_of, score_tasks
from open_autoglm.evaluation.code_tasks import CodeTask, CodeTest
from open_autoglm.stop_signal import StopSignal

SANDBOX = Sandbox()
RIGHT = "def f(x):\n    return 2 * x\n"
WRONG = "def f(x):\n    return '<b>|`' * x\n"


def task(name: str) -> CodeTask:
    return CodeTask(
        name,
        "def f(x):\n",
        (CodeTest("one", "assert f(1) == 2"),),
        entry_point="f",
        examples=(Example("f(1)", "2"),),
    )


def solved(program: str) -> Solved:
    return Solved(program, 1, 10, 5, 0.5)


def test_tasks_come_in_their_order_and_run_beside_each_other() -> None:
    both_run = threading.Barrier(2, timeout=20)

    def solve(task: CodeTask, _: int) -> Solved:
        both_run.wait()
        return solved(RIGHT if task.id == "b" else WRONG)

    scores = list(score_tasks([task("a"), task("b")], solve, SANDBOX, at_once=2))
    assert [(score.task.id, score.right) for score in scores] == [("a", 0), ("b", 1)]


def test_after_stop_no_task_is_begun() -> None:
    stop = StopSignal()
    begun: list[str] = []

    def solve(task: CodeTask, _: int) -> Solved:
        begun.append(task.id)
        return solved(RIGHT)

    scores = score_tasks([task(name) for name in "abcdef"], solve, SANDBOX, stop=stop)
    assert next(scores).task.id == "a"
    stop.stop()
    assert list(scores) == []
    assert len(begun) < 6


def test_a_failure_of_the_model_is_raised_after_the_tasks_before_it() -> None:
    def solve(task: CodeTask, _: int) -> Solved:
        if task.id == "b":
            raise EngineUnavailable("The worker died.")
        return solved(RIGHT)

    scores = score_tasks([task("a"), task("b")], solve, SANDBOX)
    assert next(scores).right == 1
    with pytest.raises(EngineUnavailable):
        next(scores)


def test_plain_answers_are_greedy_and_samples_have_seeds() -> None:
    engine = ScriptedEngine([f"```python\n{RIGHT}```"] * 3)
    with BlockingEngine(engine) as model:
        assert plain_answers(AnswerFile(None), "m", model)(task("a"), 0).program == RIGHT
        sampled = plain_answers(AnswerFile(None), "m", model, 0.8)
        for number in range(2):
            sampled(task("a"), number)
    assert [request.sampling.temperature for request in engine.requests] == [0, 0.8, 0.8]
    assert len({request.sampling.seed for request in engine.requests}) == 3


def test_a_whole_file_is_taken_from_its_block() -> None:
    whole = CodeTask("file", "Write a file.", (CodeTest("one", "x"),))
    assert program_of(whole, "Here:\n```python\nx = 1\n```\n") == "x = 1\n"


@pytest.fixture(scope="module")
def report() -> CodeReport:
    def solve(task: CodeTask, number: int) -> Solved:
        return solved(RIGHT if task.id == "a" or number == 0 else WRONG)

    tasks = [task("a"), task("b")]
    twice = ModelScore("two | samples", tuple(score_tasks(tasks, solve, SANDBOX, samples=2)))
    cut = ModelScore("cut", tuple(score_tasks(tasks[:1], solve, SANDBOX)))
    return CodeReport("tasks.jsonl", 2, (twice, cut), "Run with no network.")


def test_figures_of_a_report(report: CodeReport) -> None:
    twice, cut = report.models
    assert (twice.right, twice.samples, twice.answers, twice.completion_tokens) == (2, 2, 4, 20)
    assert twice.syntax == 1.0
    assert twice.total == pytest.approx(0.3 + 0.5 * 0.75 + 0.2 * 0.75)
    assert {k: rate.value for k, rate in twice.pass_rates.items()} == {1: 0.75, 2: 1.0}
    assert set(cut.pass_rates) == {1}
    assert not report.whole


def test_the_json_has_every_sample_with_its_failing_case(report: CodeReport) -> None:
    told = as_json(report)["models"][0]
    assert told["pass_at"]["1"]["value"] == 0.75
    (_, second) = told["tasks"]
    assert [sample["right"] for sample in second["samples"]] == [True, False]
    assert "assert f(1) == 2" in second["samples"][1]["failing"]
    assert second["samples"][1]["total"] == pytest.approx(0.3)


def test_the_report_says_in_both_languages_what_is_missing_and_forges_no_table(report: CodeReport) -> None:
    english, chinese = to_markdown(report), to_markdown(report, "zh")
    assert "two \\| samples" in english
    assert "Not whole" in english
    assert "not answered" in english
    assert "结果不完整" in chinese
    rows = [line for line in english.splitlines() if line.startswith("| ")]
    assert {line.replace("\\|", "").count("|") for line in rows[3:]} == {4}


def test_the_html_stands_alone_and_shows_code_as_text(report: CodeReport) -> None:
    page = to_html(report)
    assert "default-src 'none'" in page
    assert "<b>" not in page
    assert "http" not in page.replace("http-equiv", "")
    assert 'lang="zh-Hans"' in to_html(report, "zh")
