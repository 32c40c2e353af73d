"""Calls of a program that nobody vouches for: values, errors, and what never ends."""

from __future__ import annotations

import pytest

from open_autoglm.code.sandbox.sandbox import Sandbox
from open_autoglm.code.writing.example import Example
from open_autoglm.code.writing.run_calls import Call, Given, passing, run_calls, shows

SANDBOX = Sandbox()


def given(program: str, *calls: str, call_s: float = 4.0) -> list[str]:
    report = run_calls(program, [Call(call) for call in calls], SANDBOX, call_s=call_s)
    return [answer.text for answer in report.given]


def test_each_call_gives_a_value_or_an_error_and_the_next_goes_on() -> None:
    program = "import sys\ndef f(x):\n    print('noise')\n    return [1 / x]\ndef leave():\n    sys.exit(0)\n"
    assert given(program, "f(2)", "f(0)", "leave()", "f(4)") == [
        "[0.5]",
        "ZeroDivisionError: division by zero (line 4)",
        "SystemExit: 0 (line 6)",
        "[0.25]",
    ]


def test_a_call_that_never_ends_is_ended() -> None:
    assert given("def f():\n    while True: pass\n", "f()", "1", call_s=0.2) == [
        "TooLong: did not end within 0.2 s",
        "1",
    ]


@pytest.mark.parametrize(
    ("program", "name"),
    [("def f(:", "SyntaxError"), ("raise OSError('x')", "OSError"), ("import os\nos._exit(0)", "Ended")],
)
def test_a_program_that_does_not_load_says_why(program: str, name: str) -> None:
    report = run_calls(program, [Call("1")], SANDBOX)
    assert report.fault is not None
    assert report.fault.error == name
    assert report.given == (report.fault,)


def test_calls_do_not_see_each_others_names() -> None:
    report = run_calls("", [Call("a", ("a = 1",)), Call("a")], SANDBOX)
    assert [answer.value for answer in report.given] == ["1", None]


@pytest.mark.parametrize(
    ("expected", "value", "same"),
    [
        ("0.3", "0.30000000000000004", True),
        ("2", "2.0", True),
        ("[1, 2]", "[1,2]", True),
        ("[1, 2]", "(1, 2)", False),
        ("{'a', 'b'}", "{'b', 'a'}", True),
        ("{'a': 1.0}", "{'a': 1.0000000001}", True),
        ("'a'", '"a"', True),
        ("'1'", "1", False),
        ("True", "False", False),
        ("<thing>", "<thing>", True),
        ("('a')", "('a',)", False),
    ],
)
def test_values_are_compared_as_values(expected: str, value: str, same: bool) -> None:
    assert Example("f()", expected).shows(value) is same


def test_a_tuple_of_one_written_in_prose_may_lack_its_comma() -> None:
    assert Example("f()", "('a')", loose=True).shows("('a',)")


def test_an_expected_error_is_compared_by_its_name() -> None:
    example = Example("f()", "ValueError: too small", raises=True)
    assert shows(example, Given(None, "ValueError", "other words"))
    assert not shows(example, Given(None, "KeyError"))
    assert not shows(example, Given("1"))


def test_of_several_programs_those_that_pass_are_found() -> None:
    programs = [
        "def f(:",
        "def f(n):\n    while True: pass",
        "def f(n):\n    return 3",
        "def f(n): return 2 * n",
    ]
    examples = [Example("f(1)", "2"), Example("f(2)", "4")]
    assert passing(programs, examples, SANDBOX, call_s=0.2) == [3]
    assert passing(programs[:3], examples, SANDBOX, call_s=0.2) == []


def test_a_program_that_ends_everything_leaves_those_before_it() -> None:
    programs = ["def f(n): return n", "import os\nos._exit(0)", "def f(n): return 2"]
    assert passing(programs, [Example("f(1)", "1")], SANDBOX) == [0]
    assert passing(programs, [Example("f(1)", "2")], SANDBOX) == []
