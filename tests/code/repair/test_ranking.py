"""Which of several changes that pass is taken, and when that stays in doubt."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from open_autoglm.code.diagnose.project_files import relevant_files
from open_autoglm.code.repair.edit import Candidate, Words, edit_between
from open_autoglm.code.repair.ranking import Likelier, Ranked, rank
from open_autoglm.code.repair.search import Search, Tried
from open_autoglm.code.trial.test_command import read_command
from open_autoglm.code.trial.workbench import Workbench

PROGRAM = "def pages(total, size):\n    return total // size\n"
TESTS = "from pages import pages\n\n\ndef test_up():\n    assert pages(11, 5) == 3\n"
ROUNDED = "-(-total // size)"
ADDED = "total // size + 1"
SAME = "(total + size - 1) // size"


@contextmanager
def searching(folder: Path) -> Iterator[Callable[[str, float], Tried]]:
    (folder / "pages.py").write_text(PROGRAM, encoding="utf-8")
    (folder / "test_pages.py").write_text(TESTS, encoding="utf-8")
    work = Workbench(read_command("python -m pytest -q", folder))
    before = work.observe(folder)
    sources = relevant_files(folder, {"pages.py": None}).sources
    with work.attempts(folder, before) as attempts:
        search = Search(sources, before, attempts)

        def tried(expression: str, prior: float) -> Tried:
            text = PROGRAM.replace("total // size", expression)
            edit = edit_between("pages.py", PROGRAM, text)
            found = search.attempt(
                Candidate((edit,), "template", Words("", ""), prior), {"pages.py": PROGRAM}
            )
            assert found is not None
            assert found.verdict == "whole"
            return found

        tried.search = search  # type: ignore[attr-defined]
        yield tried


def ranked(folder: Path, *wanted: tuple[str, float], likelier: Likelier = lambda _: None) -> Ranked:
    with searching(folder) as tried:
        found = [tried(*one) for one in wanted]
        return rank(found, tried.search, {"test_pages.py": TESTS}, likelier)  # type: ignore[attr-defined]


def test_the_likelier_one_is_taken_and_one_that_does_otherwise_is_a_rival(tmp_path: Path) -> None:
    found = ranked(tmp_path, (ADDED, 0.5), (ROUNDED, 0.45))
    assert found.best.texts["pages.py"].endswith(f"{ADDED}\n")
    assert [rival.texts["pages.py"] for rival in found.rivals] == [PROGRAM.replace("total // size", ROUNDED)]
    assert found.doubtful


def test_those_that_do_the_same_leave_no_doubt(tmp_path: Path) -> None:
    found = ranked(tmp_path, (SAME, 0.5), (ROUNDED, 0.5))
    assert found.rivals == ()
    assert not found.doubtful


def test_a_far_less_plausible_rival_is_none(tmp_path: Path) -> None:
    assert not ranked(tmp_path, (ROUNDED, 0.8), (ADDED, 0.2)).doubtful


def test_the_language_model_decides_between_like_ones(tmp_path: Path) -> None:
    def likelier(tried: Tried) -> float:
        return 9.0 if ROUNDED in tried.texts["pages.py"] else -8.0

    found = ranked(tmp_path, (ADDED, 0.5), (ROUNDED, 0.45), likelier=likelier)
    assert ROUNDED in found.best.texts["pages.py"]
    assert found.likelier == 9.0


def test_lines_that_the_model_finds_far_less_likely_are_doubtful(tmp_path: Path) -> None:
    found = ranked(tmp_path, (ROUNDED, 0.8), likelier=lambda _: -30.0)
    assert found.unlikely
    assert found.doubtful
