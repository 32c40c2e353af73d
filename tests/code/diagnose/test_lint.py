"""What is found without running: undefined names, shared defaults, what does not compile."""

from __future__ import annotations

from open_autoglm.code.diagnose.lint import compile_fault, lint


def test_an_undefined_name_is_severe() -> None:
    (fault,) = lint("def f():\n    return conut\n", "a.py")
    assert (fault.code, fault.line, fault.severe) == ("F821", 2, True)
    assert fault.as_failure("a.py").headline.startswith("F821: Undefined name")


def test_style_is_no_fault() -> None:
    assert lint("import os\nx = lambda : 0\ny=1;z=2\n", "a.py") == ()


def test_a_shared_default_comes_with_a_fix() -> None:
    (fault,) = lint("def f(a=[]):\n    return a\n", "a.py")
    assert fault.code == "B006"
    assert not fault.severe
    assert fault.fix


def test_what_does_not_parse_is_a_syntax_failure() -> None:
    (fault, *_) = lint("def f(:\n", "a.py")
    assert fault.as_failure("a.py").kind == "syntax"
    broken = compile_fault("x = 1\ndef f(:\n", "a.py")
    assert broken is not None
    assert (broken.kind, broken.place and broken.place.line) == ("syntax", 2)


def test_nested_beyond_measure_is_said_and_does_not_crash() -> None:
    assert compile_fault("(" * 5_000 + ")" * 5_000, "a.py") is not None


def test_a_warning_is_no_fault() -> None:
    assert compile_fault("x = 1 is 1\n", "a.py") is None
