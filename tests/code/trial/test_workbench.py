"""Tests are run in the sandbox: with all facts once, and again and again with changes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from open_autoglm.code.trial.observation import Observation
from open_autoglm.code.trial.test_command import read_command, run_file
from open_autoglm.code.trial.workbench import WHOLE_COMMAND, Bounds, Workbench

PROGRAM = "def pages(total, size):\n    return total // size\n"
RIGHT = b"def pages(total, size):\n    return -(-total // size)\n"
PYTEST = "PYTEST_DISABLE_PLUGIN_AUTOLOAD=1 python -m pytest -q"
PLAIN_TESTS = (
    "from pages import pages\n\n\ndef test_up():\n    assert pages(11, 5) == 3\n\n\n"
    "def test_even():\n    assert pages(10, 5) == 2\n"
)
UNIT_TESTS = (
    "import unittest\nfrom pages import pages\n\n\nclass Pages(unittest.TestCase):\n"
    "    def test_up(self):\n        self.assertEqual(pages(11, 5), 3)\n\n"
    "    def test_even(self):\n        self.assertEqual(pages(10, 5), 2)\n"
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    root.mkdir()
    (root / "pages.py").write_text(PROGRAM, encoding="utf-8")
    (root / "test_pages.py").write_text(PLAIN_TESTS, encoding="utf-8")
    (root / "unit_pages.py").write_text(UNIT_TESTS, encoding="utf-8")
    return root


def bench(text: str, folder: Path, **bounds: float) -> Workbench:
    return Workbench(read_command(text, folder), replace(Bounds(), **bounds))


def test_pytest_facts(folder: Path) -> None:
    seen = bench(PYTEST, folder).observe(folder, trace=True)
    assert seen.failing == {"test_pages.py::test_up"}
    assert seen.passing == {"test_pages.py::test_even"}
    (failure,) = seen.failures
    assert failure.kind == "assertion"
    assert "where 2 = pages(11, 5)" in failure.message
    assert seen.covered["test_pages.py::test_up"]["pages.py"] == {1, 2}
    assert "1 failed, 1 passed" in seen.output
    assert not seen.good


def test_changes_are_tried_and_taken_back(folder: Path) -> None:
    work = bench(PYTEST, folder)
    before = work.observe(folder)
    with work.attempts(folder, before) as attempts:
        assert attempts.run({"pages.py": RIGHT}).good
        again = attempts.run({})
        assert again.failing == before.failing
        broken = attempts.run({"pages.py": b"def pages(:\n"})
        assert not broken.good
        assert attempts.run({"pages.py": RIGHT}).good
        told = attempts.tell({"pages.py": b"def pages(total, size):\n    return 0\n"})
        assert told is not None and told.failing == {"test_pages.py::test_up", "test_pages.py::test_even"}
    assert (folder / "pages.py").read_text(encoding="utf-8") == PROGRAM


def test_a_change_that_never_ends_is_ended(folder: Path) -> None:
    work = bench(PYTEST, folder)
    before = work.observe(folder)
    with work.attempts(folder, before) as attempts:
        assert attempts.run({"pages.py": b"def pages(a, b):\n    while True: pass\n"}).ended == "timed_out"
        assert (
            attempts.run({"pages.py": b"import os\n\ndef pages(a, b):\n    os._exit(0)\n"}).ended == "crashed"
        )
        assert attempts.run({"pages.py": RIGHT}).good


def test_unittest_facts_and_changes(folder: Path) -> None:
    work = bench("python -m unittest unit_pages", folder)
    before = work.observe(folder, trace=True)
    assert before.failing == {"unit_pages.Pages.test_up"}
    assert before.failures[0].place is not None
    with work.attempts(folder, before) as attempts:
        assert attempts.run({"pages.py": RIGHT}).good


def test_a_file_that_is_run_itself(folder: Path) -> None:
    (folder / "main.py").write_text("import pages\nprint(pages.page(3, 2))\n", encoding="utf-8")
    seen = Workbench(run_file("main.py", folder)).observe(folder)
    (failure,) = seen.failures
    assert failure.type == "AttributeError"
    assert failure.place is not None
    assert (failure.place.file, failure.place.line) == ("main.py", 2)
    assert "runpy" not in seen.output


def test_a_test_that_hangs_is_named_with_its_line(folder: Path) -> None:
    (folder / "pages.py").write_text("def pages(a, b):\n    while True:\n        a += 1\n", encoding="utf-8")
    seen = bench(PYTEST, folder, test_s=0.5).observe(folder)
    assert {failure.kind for failure in seen.failures} == {"timeout"}
    assert seen.failures[0].place is not None
    assert seen.failures[0].place.file == "pages.py"


def test_a_flood_of_output_is_cut(folder: Path) -> None:
    (folder / "main.py").write_text("while True:\n    print('x' * 10000)\n", encoding="utf-8")
    work = Workbench(run_file("main.py", folder), Bounds(run_s=20, test_s=15, output_bytes=1 << 20))
    seen = work.observe(folder)
    assert seen.ended != "finished" or seen.failing
    assert len(seen.output) < 100_000


def test_any_other_command_is_one_test(folder: Path) -> None:
    work = Workbench(read_command('python -c "import pages; assert pages.pages(11, 5) == 3"', folder))
    before = work.observe(folder)
    assert before.tests == {WHOLE_COMMAND: "failed"}
    assert before.failures[0].type == "AssertionError"
    with work.attempts(folder, before) as attempts:
        assert attempts.run({"pages.py": RIGHT}).good
    assert (folder / "pages.py").read_text(encoding="utf-8") == PROGRAM


def test_isolation_is_said_in_both_languages(folder: Path) -> None:
    seen: Observation = Workbench(run_file("pages.py", folder)).observe(folder)
    assert seen.good
    assert seen.isolation["en"]
    assert seen.isolation["zh"]
