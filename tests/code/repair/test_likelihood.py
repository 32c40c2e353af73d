"""How much likelier a change makes its lines, told by a model that sees what stands around them."""

from __future__ import annotations

from open_autoglm.code.repair.edit import Edit, edit_between
from open_autoglm.code.repair.likelihood import MOST_CHARACTERS, likelier
from open_autoglm.code.repair.writer import Writer

TEXT = "a = 1\nb = a\nc = b\n"


class Judge(Writer):
    def __init__(self) -> None:
        self.asked: list[tuple[str, str, str]] = []

    def likelihood(self, before: str, after: str, text: str) -> float | None:
        self.asked.append((before, after, text))
        return -3.0 if "2" in text else -10.0


def test_old_and_new_lines_are_judged_between_the_same_neighbours() -> None:
    judge = Judge()
    edit = edit_between("a.py", TEXT, TEXT.replace("b = a", "b = a * 2"))
    assert likelier((edit,), {"a.py": TEXT}, judge) == 7.0
    assert judge.asked == [("a = 1\n", "\nc = b\n", "b = a"), ("a = 1\n", "\nc = b\n", "b = a * 2")]


def test_a_long_change_is_not_judged() -> None:
    edit = Edit("a.py", 2, 2, "b = a", "b = " + "a" * MOST_CHARACTERS)
    assert likelier((edit,), {"a.py": TEXT}, Judge()) is None
