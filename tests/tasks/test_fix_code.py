"""Repairing a file or a project: what is run, what is claimed, and what stands in the result."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from open_autoglm.code.repair.repairer import RepairLimits
from open_autoglm.code.repair.search import SearchLimits
from open_autoglm.code.trial.workbench import Bounds
from open_autoglm.engine.blocking import BlockingEngine
from open_autoglm.engine.scripted import ScriptedAnswer, ScriptedEngine, default_capabilities
from open_autoglm.errors import (
    Cancelled,
    EngineTimeout,
    ExtraMissing,
    InputMissing,
    LimitExceeded,
    UnsupportedFormat,
    UsageError,
)
from open_autoglm.stop_signal import StopSignal
from open_autoglm.tasks.document_result import ModelUsed
from open_autoglm.tasks.fix_code import FixOptions, FixProgress, FixRequest, fix_code
from open_autoglm.tasks.fix_output.write import write_fix_result
from open_autoglm.tasks.fix_result import FixedCode

QUICK = FixOptions(
    repair=RepairLimits(search=SearchLimits(candidates=120, after_first=5), model_edits=2, model_fillings=1),
    bounds=Bounds(run_s=30, test_s=2),
)
PAGES = "def pages(total, size):\n    return total // size\n"
TESTS = (
    "import unittest\nfrom pages import pages\n\n\nclass Pages(unittest.TestCase):\n"
    "    def test_up(self):\n        self.assertEqual(pages(11, 5), 3)\n\n"
    "    def test_even(self):\n        self.assertEqual(pages(10, 5), 2)\n"
)
UNITTEST = "python -m unittest test_pages"
USED = ModelUsed(asked="tiny", name="tiny", reason="asked for", engine="scripted")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "shop"
    folder.mkdir()
    (folder / "pages.py").write_text(PAGES, encoding="utf-8")
    (folder / "test_pages.py").write_text(TESTS, encoding="utf-8")
    return folder


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def fix(path: Path, error: str = "", test: str | None = None, **more: object) -> FixedCode:
    return fix_code(FixRequest(path, error, test), options=QUICK, **more)  # type: ignore[arg-type]


@contextmanager
def model(*answers: str) -> Iterator[BlockingEngine]:
    capabilities = replace(default_capabilities(), fill_in_middle=False)
    with BlockingEngine(ScriptedEngine(answers, model="tiny", capabilities=capabilities)) as engine:
        yield engine


def test_a_failing_test_is_repaired_and_proven(project: Path) -> None:
    told: list[FixProgress] = []
    result = fix(project, test=UNITTEST, on_progress=told.append)
    assert (result.outcome, result.state, result.holds) == ("repaired", "proven", True)
    assert result.faults[0].tests == ("test_pages.Pages.test_up",)
    (repair,) = result.repairs
    assert (repair.file, repair.line, repair.repaired) == ("pages.py", 2, ("test_pages.Pages.test_up",))
    assert "-    return total // size\n" in result.diff
    before, after = result.evidence.before, result.evidence.after
    assert before is not None
    assert after is not None
    assert (before.failed, before.passed, after.failed, after.passed) == (1, 1, 0, 2)
    assert result.evidence.candidates_tried > 0
    assert result.evidence.isolation
    assert (project / "pages.py").read_text(encoding="utf-8") == PAGES
    assert [progress.stage for progress in told][:2] == ["read", "reproduce"]


def test_a_file_is_repaired_by_the_test_that_lies_beside_it(project: Path) -> None:
    (project / "test_pages.py").write_text(
        "from pages import pages\n\n\ndef test_up():\n    assert pages(11, 5) == 3\n", encoding="utf-8"
    )
    (project / "pytest.ini").write_text("[pytest]\naddopts = -p no:randomly\n", encoding="utf-8")
    result = fix(
        project / "pages.py", test="PYTEST_DISABLE_PLUGIN_AUTOLOAD=1 python -m pytest -q test_pages.py"
    )
    assert result.state == "proven"


def test_without_a_test_the_file_itself_is_run(tmp_path: Path) -> None:
    path = write(tmp_path, "main.py", "def total(items):\n    return sum(itmes)\n\n\nprint(total([1, 2]))\n")
    result = fix(path)
    assert (result.outcome, result.state) == ("repaired", "proven")
    assert result.evidence.command == "python main.py"
    assert result.repairs[0].new.strip() == "return sum(items)"


def test_two_syntax_faults_and_a_missing_import_of_one_file(tmp_path: Path) -> None:
    text = "def load(text)\n    return json.loads(text\n\n\nprint(load('[1]'))\n"
    result = fix(write(tmp_path, "main.py", text))
    assert (result.outcome, len(result.repairs)) == ("repaired", 3)
    assert "+import json\n" in result.diff


def test_what_cannot_run_is_checked_by_the_linter(tmp_path: Path) -> None:
    text = "import urllib.request\n\n\ndef read(url):\n    return urllib.request.urlopen(ulr).read()\n"
    result = fix(write(tmp_path, "crawler.py", text))
    assert (result.outcome, result.state) == ("repaired", "checked")
    assert "urlopen(url)" in result.diff
    assert result.evidence.checks


def test_nothing_wrong_is_said(tmp_path: Path) -> None:
    result = fix(write(tmp_path, "main.py", "print(1)\n"))
    assert (result.outcome, result.state, result.holds) == ("no_fault", None, True)
    assert "passes" in result.explanation[0]


def test_a_pasted_error_that_cannot_be_made_to_happen_is_at_most_a_suggestion(tmp_path: Path) -> None:
    path = write(tmp_path, "crawler.py", "def text(node):\n    return 'n' + node\n")
    error = (
        'Traceback (most recent call last):\n  File "/home/me/crawler.py", line 2, in text\n'
        "    return 'n' + node\n"
        'TypeError: can only concatenate str (not "int") to str\n'
    )
    result = fix(path, error)
    assert (result.state, result.holds) == ("suggested", False)
    assert "str(node)" in result.diff
    assert "nothing shows that it helps" in _as("txt", result)


def test_what_is_not_repaired_says_what_still_fails(project: Path) -> None:
    (project / "test_pages.py").write_text(TESTS.replace("3)", "'many')"), encoding="utf-8")
    result = fix(project, test=UNITTEST)
    assert (result.outcome, result.state, result.holds) == ("not_repaired", None, False)
    assert result.remaining[0].tests == ("test_pages.Pages.test_up",)
    assert not result.files


def test_the_model_repairs_what_no_template_knows(project: Path) -> None:
    (project / "test_pages.py").write_text(TESTS.replace("3)", "'many')"), encoding="utf-8")
    answer = (
        "<<<<<<< OLD\n    return total // size\n=======\n"
        '    return "many" if total % size else total // size\n>>>>>>> NEW'
    )
    with model("no edit at all", answer, "It divides, which is wrong.") as engine:
        result = fix_code(FixRequest(project, test=UNITTEST), lambda: engine, replace(QUICK, model=USED))
    assert result.state == "proven"
    assert result.repairs[0].maker == "model:edit"
    assert result.evidence.from_model == 1
    assert result.model == USED
    assert result.model_explanation == "It divides, which is wrong."
    assert "not checked" in _as("txt", result)


def test_no_model_is_loaded_where_nothing_is_to_be_judged(project: Path) -> None:
    def no_model() -> BlockingEngine:
        raise AssertionError("loaded")

    write(project, "pages.py", "def pages(total, size):\n    return -(-total // size)\n")
    result = fix_code(FixRequest(project, test=UNITTEST), no_model, QUICK)
    assert result.outcome == "no_fault"
    assert result.model is None


def test_the_explanation_is_in_the_reader_s_language(project: Path) -> None:
    result = fix_code(FixRequest(project, test=UNITTEST, language="zh"), options=QUICK)
    assert result.language == "zh"
    assert any("已证实" in sentence for sentence in result.explanation)
    chinese = write(project, "说明.py", "# 读取网页的全部链接，按顺序返回\nprint(1)\n")
    assert fix(chinese).language == "zh"


# --- what is refused, and what is said in a sentence


def test_a_module_that_is_not_installed(tmp_path: Path) -> None:
    with pytest.raises(
        ExtraMissing, match=r"needs the module 'no_such_module_x'.*-m pip install no_such_module_x"
    ):
        fix(write(tmp_path, "main.py", "import no_such_module_x\n"))


@pytest.mark.parametrize(
    ("data", "error"),
    [(b"\x00\x01\x02\xff" * 200, UnsupportedFormat), (b"x = 1\n" * 2_000_000, LimitExceeded)],
)
def test_what_is_no_source(tmp_path: Path, data: bytes, error: type[Exception]) -> None:
    path = tmp_path / "main.py"
    path.write_bytes(data)
    with pytest.raises(error):
        fix(path)


def test_paths_and_commands_that_make_no_sense(tmp_path: Path, project: Path) -> None:
    with pytest.raises(InputMissing, match="does not exist"):
        fix(tmp_path / "gone.py")
    with pytest.raises(UnsupportedFormat, match="no language that is known"):
        fix(write(tmp_path, "a.xyz", "x"))
    with pytest.raises(InputMissing, match="no source file"):
        (tmp_path / "empty").mkdir()
        fix(tmp_path / "empty")
    with pytest.raises(UsageError, match="can't be read"):
        fix(project, test='pytest "')


def test_a_program_that_needs_the_network_is_no_fault_of_its_own(tmp_path: Path) -> None:
    text = "import socket\n\nsocket.getaddrinfo('example.invalid', 80)\n"
    result = fix(write(tmp_path, "net.py", text))
    assert result.outcome == "no_fault"
    assert any("network" in note for note in result.notes)


def test_a_program_that_waits_or_never_ends_is_no_fault_of_its_own(tmp_path: Path) -> None:
    assert any("keyboard" in note for note in fix(write(tmp_path, "ask.py", "input()\n")).notes)
    assert any("did not end" in note for note in fix(write(tmp_path, "loop.py", "while True: pass\n")).notes)


def test_a_test_that_hangs_is_repaired_like_any_other(project: Path) -> None:
    (project / "pages.py").write_text(
        "def pages(total, size):\n    n = 0\n    while total > 0:\n        n += 1\n    return n\n",
        encoding="utf-8",
    )
    result = fix_code(
        FixRequest(project, test=UNITTEST),
        options=replace(
            QUICK,
            bounds=Bounds(run_s=30, test_s=0.5),
            repair=RepairLimits(rounds=1, search=SearchLimits(candidates=5)),
        ),
    )
    assert {fault.kind for fault in result.faults} == {"timeout"}
    assert result.faults[0].place is not None
    assert result.faults[0].place.file == "pages.py"


def test_a_test_that_prints_without_end_is_cut(project: Path) -> None:
    (project / "pages.py").write_text(
        "def pages(a, b):\n    while True:\n        print('x' * 9999)\n", encoding="utf-8"
    )
    result = fix_code(
        FixRequest(project, test=UNITTEST),
        options=replace(QUICK, repair=RepairLimits(rounds=1, search=SearchLimits(candidates=3))),
    )
    assert result.outcome == "not_repaired"
    assert len(result.model_dump_json()) < 100_000


def test_stopping_is_heeded(project: Path) -> None:
    stop = StopSignal()

    def at_first(progress: FixProgress) -> None:
        if progress.stage == "search":
            stop.stop()

    with pytest.raises(Cancelled):
        fix(project, test=UNITTEST, on_progress=at_first, stop=stop)


# --- other languages


def test_a_command_proves_any_language(project: Path) -> None:
    script = "import pathlib, sys; sys.exit('total;' not in pathlib.Path('a.js').read_text())"
    write(project, "check.py", script + "\n")
    path = write(project, "a.js", "let total = 1\nlog(totl)\n")
    result = fix(path, error="a.js:1\nx\nSyntaxError: totl is not defined\n", test='python -c "1/0"')
    assert result.outcome == "not_repaired"
    assert result.programming_language == "javascript"


def test_a_compiler_s_word_is_checked_and_not_proven(tmp_path: Path) -> None:
    import shutil

    if shutil.which("gcc") is None:
        pytest.skip("no gcc here")
    result = fix(write(tmp_path, "a.c", "int f(void) {\n    int lenght = 3;\n    return length;\n}\n"))
    assert (result.outcome, result.state) == ("repaired", "checked")
    assert result.evidence.checks == ("gcc",)


def test_where_no_tool_is_installed_parsing_is_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda *_, **__: None)
    result = fix(write(tmp_path, "a.rs", "fn f() -> i32 {\n    g(1\n}\n"))
    assert (result.outcome, result.state) == ("repaired", "checked")
    assert "g(1)" in result.diff


def test_a_folder_of_another_language_needs_a_command(tmp_path: Path) -> None:
    write(tmp_path, "a.go", "package main\n")
    with pytest.raises(UsageError, match="--test"):
        fix(tmp_path)


# --- the forms


def _as(form: str, result: FixedCode) -> str:
    stream = io.StringIO()
    write_fix_result(result, stream, form)
    return stream.getvalue()


def test_every_form_holds_change_and_evidence(project: Path, tmp_path: Path) -> None:
    result = fix(project, test=UNITTEST)
    for form in ("txt", "md", "html"):
        text = _as(form, result)
        assert "proven" in text
        assert "total // size" in text
        assert UNITTEST in text
    assert FixedCode.model_validate_json(_as("json", result)) == result
    assert _as("diff", result) == result.diff
    html = _as("html", result)
    assert "default-src 'none'" in html
    assert "<ins>" in html
    with pytest.raises(UsageError, match="Unknown format"):
        _as("csv", result)


def test_what_a_program_prints_can_t_break_out_of_a_form(tmp_path: Path) -> None:
    text = "print('</pre><script>alert(1)</script>```')\nprint(undefined_thing_x)\n"
    result = fix(write(tmp_path, "main.py", text))
    assert "<script>" not in _as("html", result)
    assert "````" in _as("md", result)


def test_a_model_that_fails_is_said_and_the_rest_goes_on(project: Path) -> None:
    (project / "test_pages.py").write_text(TESTS.replace("3)", "'many')"), encoding="utf-8")
    with BlockingEngine(ScriptedEngine([ScriptedAnswer(error=EngineTimeout("No sign of life."))])) as engine:
        result = fix_code(FixRequest(project, test=UNITTEST), lambda: engine, QUICK)
    assert result.outcome == "not_repaired"
    assert any("did not answer: No sign of life." in note for note in result.notes)
