"""A function that a model writes is checked by its docstring's examples before it is handed over."""

from __future__ import annotations

from collections.abc import Sequence

from open_autoglm.code.sandbox.sandbox import Sandbox
from open_autoglm.engine.blocking import BlockingEngine
from open_autoglm.engine.scripted import ScriptedEngine
from open_autoglm.tasks.write_code import Attempt, WriteOptions, WrittenCode, write_code

PROMPT = 'def f(n):\n    """Twice n.\n\n    >>> f(2)\n    4\n    >>> f(3)\n    6\n    """\n'
WITHOUT_EXAMPLES = 'def f(n):\n    """Twice n."""\n'
RIGHT = "```python\ndef f(n):\n    return 2 * n\n```"
SQUARE = "```python\ndef f(n):\n    return n ** 2\n```"
FIVE = "```python\ndef f(n):\n    return 5\n```"
BROKEN = "```python\ndef f(n):\n    return (\n```"


def written(
    answers: Sequence[str], prompt: str = PROMPT, options: WriteOptions | None = None
) -> tuple[WrittenCode, ScriptedEngine, list[Attempt]]:
    engine = ScriptedEngine(answers)
    attempts: list[Attempt] = []
    with BlockingEngine(engine) as model:
        result = write_code(
            prompt,
            "f",
            model,
            Sandbox(),
            options or WriteOptions(answers=len(answers), change=False),
            on_attempt=attempts.append,
        )
    return result, engine, attempts


def test_a_first_answer_that_passes_is_taken_and_nothing_more_is_asked() -> None:
    result, engine, attempts = written([RIGHT, SQUARE])
    assert (result.verified, len(engine.requests), len(attempts)) == (True, 1, 1)
    assert "2 * n" in result.program
    assert result.completion_tokens > 0
    assert engine.requests[0].sampling.temperature == 0


def test_what_fails_is_sent_back_with_what_it_gave() -> None:
    result, engine, _ = written([SQUARE, RIGHT])
    assert result.verified
    assert [attempt.way for attempt in result.attempts] == ["first", "corrected"]
    complaint = engine.requests[1].messages[-1].content
    assert "f(3)" in complaint
    assert "gives 9" in complaint
    assert "6" in complaint


def test_an_error_is_sent_back_by_its_name() -> None:
    _, engine, _ = written(["```python\ndef f(n):\n    return n.size\n```", RIGHT])
    assert "raises AttributeError" in engine.requests[1].messages[-1].content


def test_fresh_answers_are_drawn_each_with_a_seed_of_its_own() -> None:
    result, engine, _ = written([SQUARE, FIVE, FIVE, SQUARE, RIGHT])
    assert result.verified
    assert [attempt.way for attempt in result.attempts] == [
        "first",
        "corrected",
        "again",
        "corrected",
        "again",
    ]
    drawn = [request.sampling for request in engine.requests[2:]]
    assert all(sampling.temperature > 0 for sampling in drawn)
    assert len({sampling.seed for sampling in drawn}) == 3


def test_the_answer_that_passes_most_is_handed_over_unverified() -> None:
    result, _, _ = written([FIVE, SQUARE, FIVE])
    assert not result.verified
    assert "n ** 2" in result.program


def test_of_equals_the_one_that_most_agree_with_is_handed_over() -> None:
    seven = "```python\ndef f(n):\n    return 7\n```"
    five_again = "```python\ndef f(n):\n    return 4 + 1\n```"
    result, _, _ = written([seven, FIVE, five_again])
    assert not result.verified
    assert "return 5" in result.program


def test_an_answer_that_does_not_parse_is_the_last_choice() -> None:
    result, _, _ = written([BROKEN, FIVE])
    assert "return 5" in result.program
    result, _, _ = written([BROKEN, BROKEN])
    assert (result.verified, result.chosen.loads) == (False, False)


def test_a_small_change_that_passes_is_taken_without_asking_again() -> None:
    result, engine, attempts = written([SQUARE, RIGHT], options=WriteOptions(answers=2))
    assert (result.verified, len(engine.requests)) == (True, 1)
    assert [attempt.way for attempt in attempts] == ["first", "changed"]
    assert "n ** 2" not in result.program


LARGE = 'def f(n):\n    """Whether n is large.\n\n    >>> f(2)\n    True\n    >>> f(1)\n    False\n    """\n'
ABOVE_2 = "```python\ndef f(n):\n    return n > 2\n```"
FROM_2 = "```python\ndef f(n):\n    return not n < 2\n```"


def test_changes_that_do_different_things_wait_until_the_model_has_nothing_better() -> None:
    # n >= 2 and n == 2 are both near n > 2, and pass.
    result, engine, _ = written([ABOVE_2, FROM_2], LARGE, WriteOptions(answers=2))
    assert "not n < 2" in result.program
    result, engine, _ = written([ABOVE_2, ABOVE_2], LARGE, WriteOptions(answers=2))
    assert (result.verified, result.chosen.way, len(engine.requests)) == (True, "changed", 2)


def test_where_no_small_change_passes_the_answer_stays_unverified() -> None:
    wild = "```python\ndef f(n):\n    return {'a': n}\n```"
    result, _, _ = written([wild], options=WriteOptions(answers=1))
    assert (result.verified, "'a'" in result.program) == (False, True)


def test_without_examples_the_first_that_loads_is_taken_and_never_called_verified() -> None:
    result, engine, _ = written([BROKEN, RIGHT, FIVE], WITHOUT_EXAMPLES)
    assert not result.verified
    assert len(engine.requests) == 2
    assert "2 * n" in result.program


def test_a_forgotten_import_is_added_without_asking() -> None:
    result, engine, _ = written(["```python\ndef f(n):\n    return math.floor(2 * n)\n```"])
    assert result.verified
    assert result.program.startswith("import math\n")
    assert len(engine.requests) == 1


def test_an_answer_without_the_function_is_not_verified() -> None:
    prompt = PROMPT.replace("    >>> f(3)\n    6\n", "")
    result, _, _ = written(["```python\ndef g(n):\n    return 4\n```"], prompt)
    assert not result.verified
