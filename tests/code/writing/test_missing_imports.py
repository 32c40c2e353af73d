"""Names of the standard library that a program forgot to import."""

from __future__ import annotations

import pytest

from open_autoglm.code.writing.missing_imports import with_missing_imports


@pytest.mark.parametrize(
    ("program", "line"),
    [
        ("def f(x):\n    return math.sqrt(x)\n", "import math"),
        ("def f(x: List[int]):\n    return x\n", "from typing import List"),
        ("def f(x):\n    return Counter(x)\n", "from collections import Counter"),
        ("def f(x):\n    return reduce(max, x)\n", "from functools import reduce"),
    ],
)
def test_an_import_is_put_before_the_program(program: str, line: str) -> None:
    assert with_missing_imports(program) == f"{line}\n{program}"


@pytest.mark.parametrize(
    "program",
    [
        "import math\nx = math.pi\n",
        "def f(math):\n    return math.pi\n",
        "def f():\n    return unheard_of\n",
        "def f(:\n",
        "from typing import List as L\nx: L[int] = []\n",
    ],
)
def test_other_programs_stay_as_they_are(program: str) -> None:
    assert with_missing_imports(program) == program
