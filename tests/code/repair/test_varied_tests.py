"""Tests as questions: they tell what the program gives, for values that nobody wrote an answer to."""

from __future__ import annotations

import ast
from pathlib import Path
from types import ModuleType

import pytest

from open_autoglm.code.repair.varied_tests import MARK, answers_in, numbers_in, varied_tests

TESTS = '''\
"""Of pages."""
from __future__ import annotations

import pages

SIZES = [2, 5, 9]


def test_up():
    assert pages.count(11, 5) == 3
    assert pages.name("a-7") == "7"


def test_error():
    pages.count(1, 0)
'''


def told(text: str, program: str) -> dict[str, str]:
    """What each test of a module says about a program."""
    module = ModuleType("pages")
    exec(program, module.__dict__)
    space: dict[str, object] = {}
    code = ast.parse(text)
    code.body = [node for node in code.body if not isinstance(node, ast.Import)]
    space["pages"] = module
    exec(compile(code, "tests", "exec"), space)
    found = {}
    for name in [name for name in space if name.startswith("test")]:
        with pytest.raises(AssertionError) as caught:
            space[name]()  # type: ignore[operator]
        found[name] = answers_in(str(caught.value))
    return found


PROGRAM = "def count(total, size):\n    return -(-total // size)\n\ndef name(text):\n    return text[2:]\n"


def test_the_first_one_asks_what_the_test_asks() -> None:
    first = next(varied_tests(TESTS))
    said = told(first, PROGRAM)
    assert said["test_up"] == repr(["3", "3", "'7'", "'7'"])
    assert "ZeroDivisionError" in said["test_error"]


def test_others_ask_with_other_values_and_are_the_same_in_every_run() -> None:
    versions = list(varied_tests(TESTS))
    assert versions == list(varied_tests(TESTS))
    assert len(set(versions)) == len(versions) > 10


def test_programs_that_pass_the_same_test_are_told_apart() -> None:
    other = PROGRAM.replace("-(-total // size)", "total // size + 1")
    versions = list(varied_tests(TESTS))
    assert told(versions[0], PROGRAM) == told(versions[0], other)
    assert any(told(text, PROGRAM) != told(text, other) for text in versions)


def test_bounds_of_the_program_are_tried() -> None:
    text = 'import pages\n\n\ndef test_a():\n    assert pages.kept("ab") == "ab"\n'
    versions = "".join(varied_tests(text, numbers_in("range(0x3000, 0x9fff)")))
    assert any(sign in versions for sign in ("\\u3000", "\u3000", "\u9fff", "\ua000"))


def test_unittest_is_asked_too() -> None:
    text = "class A:\n    def test_a(self):\n        self.assertEqual(f(1), 2)\n"
    assert "f(1)" in next(varied_tests(text))
    assert "assertEqual" not in next(varied_tests(text))


def test_what_is_no_python_asks_nothing(tmp_path: Path) -> None:
    assert list(varied_tests("def broken(:\n")) == []


def test_addresses_and_folders_of_a_run_are_no_answers() -> None:
    assert answers_in(f"{MARK}<A at 0x7f12ab34cd56> in pytest-12/x") == "<A at > in /x"
