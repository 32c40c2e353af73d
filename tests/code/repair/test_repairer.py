"""A project is repaired step by step, and what is kept is proven in a fresh copy."""

from __future__ import annotations

from pathlib import Path

import pytest

from open_autoglm.code.diagnose.project_files import relevant_files
from open_autoglm.code.repair.edit import PatchDoesNotApply
from open_autoglm.code.repair.repairer import Progress, Repairer, RepairLimits, RepairOutcome
from open_autoglm.code.repair.search import SearchLimits
from open_autoglm.code.repair.verdict import judge
from open_autoglm.code.repair.write_back import NewContent, digest_of, write_back
from open_autoglm.code.trial.observation import Observation
from open_autoglm.code.trial.test_command import read_command
from open_autoglm.code.trial.workbench import Workbench
from open_autoglm.errors import Cancelled, OutputFailed

TESTS = """import unittest

from pages import pages, names


class Test(unittest.TestCase):
    def test_up(self):
        self.assertEqual(pages(11, 5), 3)

    def test_even(self):
        self.assertEqual(pages(10, 5), 2)

    def test_names(self):
        self.assertEqual(names([" a", "b "]), ["a", "b"])
"""
BROKEN = (
    "def pages(total, size):\n    return total // size\n\n\n"
    "def names(items):\n    return [itm.strip() for item in items]\n"
)
QUICK = RepairLimits(search=SearchLimits(candidates=250, after_first=15))


def repair(
    folder: Path, texts: dict[str, str], limits: RepairLimits = QUICK, **more: object
) -> RepairOutcome:
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    bench = Workbench(read_command("python -m unittest test_pages", folder))
    before = bench.observe(folder, trace=True)
    project = relevant_files(folder, ["test_pages.py"])
    repairer = Repairer(folder, project.sources, project.tests, bench, limits=limits, **more)  # type: ignore[arg-type]
    return repairer.repair(before)


def test_two_faults_are_repaired_one_after_the_other(tmp_path: Path) -> None:
    told: list[Progress] = []
    outcome = repair(tmp_path, {"pages.py": BROKEN, "test_pages.py": TESTS}, on_progress=told.append)
    assert outcome.repaired
    assert outcome.after.passing == {
        f"test_pages.Test.{name}" for name in ("test_up", "test_even", "test_names")
    }
    assert {test for step in outcome.steps for test in step.repaired} == {
        "test_pages.Test.test_up",
        "test_pages.Test.test_names",
    }
    assert "item.strip()" in outcome.texts["pages.py"]
    assert (tmp_path / "pages.py").read_text(encoding="utf-8") == BROKEN
    assert {progress.stage for progress in told} == {"search", "prove"}


def test_tests_are_never_changed(tmp_path: Path) -> None:
    wrong = TESTS.replace("pages(10, 5), 2", "pages(10, 5), 99")
    outcome = repair(
        tmp_path,
        {"pages.py": BROKEN, "test_pages.py": wrong},
        RepairLimits(rounds=2, search=SearchLimits(candidates=60)),
    )
    assert not outcome.repaired
    assert set(outcome.texts) <= {"pages.py"}


def test_a_wish_to_stop_is_heeded(tmp_path: Path) -> None:
    def stop() -> None:
        raise Cancelled("stop")

    with pytest.raises(Cancelled):
        repair(tmp_path, {"pages.py": BROKEN, "test_pages.py": TESTS}, cancelled=stop)


def seen(**tests: str) -> Observation:
    return Observation({f"t.py::{name}": outcome for name, outcome in tests.items()})


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (seen(a="passed", b="passed", c="passed"), "whole"),
        (seen(a="passed", b="failed", c="passed"), "part"),
        (seen(a="failed", b="failed", c="passed"), "none"),
        (seen(a="passed", b="passed", c="failed"), "none"),
        (seen(a="passed", b="passed"), "none"),
        (seen(), "none"),
        (Observation({"t.py::a": "passed"}, ended="crashed"), "none"),
    ],
)
def test_what_a_change_did(after: Observation, expected: str) -> None:
    assert judge(seen(a="failed", b="failed", c="passed"), after) == expected


def test_a_file_that_could_not_be_collected_gives_way_to_its_tests() -> None:
    before = Observation({"t.py": "error"})
    assert judge(before, seen(a="passed")) == "whole"
    assert judge(before, seen(a="passed", b="failed")) == "part"


def test_files_are_written_with_numbered_copies(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_bytes(b"x = 1\r\n")
    (tmp_path / "a.py.orig").write_text("older", encoding="utf-8")
    (copy,) = write_back([NewContent(path, digest_of(b"x = 1\r\n"), b"x = 2\r\n")])
    assert path.read_bytes() == b"x = 2\r\n"
    assert (copy.name, copy.read_bytes()) == ("a.py.orig.1", b"x = 1\r\n")
    assert (tmp_path / "a.py.orig").read_text(encoding="utf-8") == "older"


def test_a_file_that_changed_meanwhile_is_left_alone_with_all_others(tmp_path: Path) -> None:
    one, two = tmp_path / "a.py", tmp_path / "b.py"
    one.write_bytes(b"1")
    two.write_bytes(b"changed")
    contents = [NewContent(one, digest_of(b"1"), b"2"), NewContent(two, digest_of(b"1"), b"2")]
    with pytest.raises(PatchDoesNotApply, match=r"b\.py has changed since it was read"):
        write_back(contents)
    assert one.read_bytes() == b"1"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.py", "b.py"]


def test_a_read_only_file_is_said_to_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.py"
    path.write_bytes(b"1")
    monkeypatch.setattr("os.access", lambda *_: False)
    with pytest.raises(OutputFailed, match="read-only"):
        write_back([NewContent(path, digest_of(b"1"), b"2")])
