"""From a model's answer to a program that can be run."""

from __future__ import annotations

import pytest

from open_autoglm.code.writing.answers import code_in, whole_program

PROMPT = 'import math\n\n\ndef given(x):\n    return x + 1\n\n\ndef f(x):\n    """Twice."""\n'


def run(program: str) -> dict[str, object]:
    space: dict[str, object] = {}
    exec(compile(program, "program", "exec"), space)
    return space


def test_the_block_that_defines_the_function_is_taken() -> None:
    answer = "First:\n```\npip install x\n```\nThen:\n```python\ndef f(x):\n    return 2 * x\n```\nDone."
    assert code_in(answer, "f") == "def f(x):\n    return 2 * x\n"


@pytest.mark.parametrize(
    "answer",
    [
        "```python\ndef f(x):\n    return 2 * x\n```",
        "```py\ndef f(x):\n    return 2 * x",  # cut off at its closing fence
        "~~~\ndef f(x):\n    return 2 * x\n~~~",
        "  ```python\n  def f(x):\n      return 2 * x\n  ```",
        "def f(x):\n    return 2 * x",
    ],
)
def test_every_form_of_a_block_is_read(answer: str) -> None:
    assert run(whole_program(PROMPT, answer, "f"))["f"](3) == 6  # type: ignore[operator]


def test_a_body_alone_completes_the_prompt() -> None:
    assert run(whole_program(PROMPT, "```python\nreturn 2 * x\n```", "f"))["f"](3) == 6  # type: ignore[operator]


def test_imports_and_helpers_of_the_prompt_are_kept_as_given() -> None:
    answer = "```python\ndef given(x):\n    pass\n\ndef f(x):\n    return given(math.floor(x))\n```"
    assert run(whole_program(PROMPT, answer, "f"))["f"](3.5) == 4  # type: ignore[operator]


def test_what_only_tries_the_function_out_is_left_away() -> None:
    trials = "print(f(1))\nassert f(1) == 3\nif __name__ == '__main__':\n    f()\n"
    program = whole_program(
        PROMPT, f"```python\nTABLE = {{}}\n\ndef f(x):\n    return 2 * x\n{trials}```", "f"
    )
    space = run(program)
    assert space["TABLE"] == {}
    assert "print" not in program
    assert "assert" not in program
    assert "__main__" not in program


def test_a_program_that_does_not_parse_keeps_its_fault() -> None:
    with pytest.raises(SyntaxError):
        run(whole_program(PROMPT, "```python\ndef f(x):\n    return 2 *\n```", "f"))
