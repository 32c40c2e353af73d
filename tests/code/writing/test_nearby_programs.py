"""Small changes that make a failing program pass, and whether it matters which one is taken."""

from __future__ import annotations

from open_autoglm.code.sandbox.sandbox import Sandbox
from open_autoglm.code.writing.example import Example
from open_autoglm.code.writing.nearby_programs import nearby_program
from open_autoglm.code.writing.probes import probe_calls

SUM = "def f(xs):\n    total = 0\n    for i in range(1, len(xs)):\n        total += xs[i]\n    return total\n"


def test_a_bound_that_is_off_by_one_is_found() -> None:
    found = nearby_program(SUM, [Example("f([3, 1, 4])", "8"), Example("f([2])", "2")], Sandbox())
    assert found is not None
    assert found.agreed
    space: dict[str, object] = {}
    exec(found.program, space)
    assert space["f"]([5, 6]) == 11  # type: ignore[operator]


def test_changes_that_do_the_same_beyond_the_examples_leave_no_doubt() -> None:
    # xs[0:n] and xs[:n] both pass.
    examples = [Example("f([1, 2], 2)", "[1, 2]"), Example("f([5, 6, 7], 2)", "[5, 6]")]
    found = nearby_program("def f(xs, n):\n    return xs[1:n]\n", examples, Sandbox())
    assert found is not None
    assert found.agreed


def test_changes_that_differ_beyond_the_examples_are_doubtful() -> None:
    # n >= 2 and n == 2 both pass.
    examples = [Example("f(2)", "True"), Example("f(1)", "False")]
    found = nearby_program("def f(n):\n    return n > 2\n", examples, Sandbox())
    assert found is not None
    assert not found.agreed


def test_a_single_value_tells_too_little() -> None:
    found = nearby_program("def f(n):\n    return n ** 4\n", [Example("f(2)", "4")], Sandbox())
    assert found is not None
    assert not found.agreed


def test_what_no_small_change_repairs_stays() -> None:
    assert nearby_program("def f(n):\n    return {}\n", [Example("f(2)", "'two'")], Sandbox()) is None
    assert nearby_program("def f(:\n", [Example("f(2)", "4")], Sandbox()) is None


def test_probes_are_calls_like_the_examples_and_none_of_them() -> None:
    examples = [Example("f([1, 2], 'ab')", "0"), Example("f([], '')", "0")]
    calls = [call.expression for call in probe_calls(examples)]
    assert "f([2, 1], 'ab')" in calls
    assert "f([1, 2], 'ba')" in calls
    assert len(calls) == len(set(calls)) <= 16
    assert not {example.call for example in examples} & set(calls)


def test_what_can_not_be_changed_has_no_probes() -> None:
    examples = [
        Example("f(x)", "0"),
        Example("round(f(2), 1)", "0"),
        Example("f(n=2)", "0"),
        Example("f(", "0"),
    ]
    assert probe_calls(examples) == ()
