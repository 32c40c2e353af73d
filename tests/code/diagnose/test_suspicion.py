"""Which lines look wrong: those that failing tests run alone, those of tracebacks, and what feeds them."""

from __future__ import annotations

from open_autoglm.code.diagnose.failure import Failure, Frame
from open_autoglm.code.diagnose.suspicion import suspicious_lines, with_constants, with_sources

COVERED = {"t1": {"a.py": frozenset({1, 2})}, "t2": {"a.py": frozenset({1, 3})}}


def test_a_line_that_only_failing_tests_run_is_most_suspicious() -> None:
    lines = suspicious_lines(COVERED, frozenset({"t1"}), frozenset({"t2"}), ())["a.py"]
    assert lines[2] == 1.0
    assert 0 < lines[1] < 1.0
    assert 3 not in lines


def test_the_last_line_of_the_program_in_a_traceback_counts_and_no_library() -> None:
    frames = (Frame("a.py", 7), Frame("/usr/lib/python3/json.py", 300))
    lines = suspicious_lines({}, frozenset(), frozenset(), (Failure("exception", "E", "", frames),))
    assert lines == {"a.py": {7: 0.9}}


def test_constants_of_suspicious_lines_are_suspicious() -> None:
    text = "LIMIT = 5\nOTHER = 6\n\n\ndef f(x):\n    return x < LIMIT\n"
    lines = with_constants(text, {6: 1.0})
    assert lines[1] > 0.5
    assert 2 not in lines or lines[2] == 0


def test_what_sets_a_variable_of_the_failing_line_is_suspicious() -> None:
    text = "def f(a):\n    page = a\n    other = 1\n    return page.x\n"
    failure = Failure("exception", "AttributeError", "", (Frame("m.py", 4, "f"),))
    lines = with_sources(text, "m.py", {2: 0.3, 3: 0.3, 4: 0.9}, (failure,))
    assert lines[2] == 0.8
    assert lines[3] == 0.3


def test_a_file_that_does_not_parse_keeps_its_lines() -> None:
    assert with_constants("def (", {1: 1.0}) == {1: 1.0}
