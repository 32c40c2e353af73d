"""The examples of a docstring, in the many ways in which people write them."""

from __future__ import annotations

import pytest

from open_autoglm.code.writing.examples import visible_examples


def shown(docstring: str, signature: str = "f(n)") -> list[tuple[str, str]]:
    prompt = f'def {signature}:\n    """Do something.\n\n{docstring}\n    """\n'
    return [(example.call, example.expected) for example in visible_examples(prompt, "f")]


WAYS = {
    "doctest": "    >>> f(2)\n    4",
    "doctest with prose behind it": "    >>> f(2)\n    4\n    because two and two are four",
    "doctest badly indented": "    >>> f(2)\n  4",
    "doctest in two lines": "    >>> f(\n    ...     2)\n    4",
    "equality": "    f(2) == 4",
    "single equals": "    f(2) = 4",
    "arrow": "    f(2) -> 4",
    "double arrow": "    f(2) ==> 4",
    "typographic arrow": "    f(2) ➞ 4",
    "comment": "    f(2) # => 4",
    "comment in words": "    f(2)   # returns 4",
    "words": "    f(2) should return 4.",
    "bullet": "    * f(2) => 4 (all of them)",
    "a sum that is carried out": "    f(2) -> 2 + 2 = 4",
    "named input": "    For n = 2 the output should be 4.",
    "the last figure of a sentence": "    For n = 2, the sum will be 2 the output should be 4.",
    "input and output": "    Input: n = 2\n    Output: 4",
    "input without a name": "    Example 1:\n        Input: 2\n        Output: 4\n        Reason: 3 is odd",
    "input under another name": "    Input:\n        number : 2\n    Output: 4",
    "another function's name": "    assert g(2) == 4",
    "chinese words": "    f(2) 返回 4",
    "chinese input and output": "    输入：n = 2\n    输出：4",
}


@pytest.mark.parametrize("docstring", WAYS.values(), ids=WAYS)
def test_an_example_is_found(docstring: str) -> None:
    assert [(call, expected) for call, expected in shown(docstring) if expected == "4"] != []


def test_values_of_every_kind_are_read() -> None:
    found = shown(
        "    f([1, (2, 'a)')], {'k': None}) == {'x': [1.5, -2]}\n    f([], {}) => true\n"
        "    f('q', 1) ➞ ('b')",
        "f(a, b)",
    )
    assert found == [
        ("f([1, (2, 'a)')], {'k': None})", "{'x': [1.5, -2]}"),
        ("f([], {})", "True"),
        ("f('q', 1)", "('b')"),
    ]


def test_statements_before_a_doctest_belong_to_it() -> None:
    prompt = 'def f(n):\n    """\n    >>> a = [1]\n    >>> f(a)\n    [1, 1]\n    """\n'
    (example,) = visible_examples(prompt, "f")
    assert (example.setup, example.call) == (("a = [1]",), "f(a)")


def test_an_error_that_is_shown_is_expected() -> None:
    trace = "    >>> f(-1)\n    Traceback (most recent call last):\n      ...\n    ValueError: too small"
    prompt = f'def f(n):\n    """\n{trace}\n    """\n'
    (example,) = visible_examples(prompt, "f")
    assert example.raises
    assert example.expected == "ValueError: too small"


def test_a_rule_before_the_examples_is_no_example() -> None:
    rule = "    f(1) = 3\n    f(n) = f(n - 1) + 2\n    f(2) = 1 + f(1) = 4\n"
    assert shown(f"{rule}    f(2) = 9\n    Examples:\n    f(3) = [1, 3, 2]") == [("f(3)", "[1, 3, 2]")]


def test_an_unquoted_word_is_a_string_but_a_parameter_is_none() -> None:
    assert shown("    f(abc) => True\n    f(n) => False") == [("f('abc')", "True")]


@pytest.mark.parametrize(
    "docstring",
    [
        "    Returns the number.",
        "    f(n) gives the n-th number, so f(n) == f(n - 1) + 1",
        "    f(2) == something",
        "    f([1, 2) == 4",
        "    f(1, 2, 3) == 4",
        "    If there is none, return -1.",
    ],
)
def test_prose_without_a_value_shows_nothing(docstring: str) -> None:
    assert shown(docstring) == []


def test_a_docstring_behind_an_import_counts() -> None:
    prompt = 'def f(n):\n    import math\n    """\n    >>> f(2)\n    4\n    """\n'
    assert len(visible_examples(prompt, "f")) == 1


def test_a_prompt_that_does_not_parse_shows_nothing() -> None:
    assert visible_examples("def f(:\n", "f") == ()
    assert visible_examples("x = 1\n", "f") == ()
