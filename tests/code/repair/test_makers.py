"""Candidates that need no guess: imports, what a parser misses, what ruff mends, signs of other languages."""

from __future__ import annotations

import pytest

from open_autoglm.code.diagnose.failure import Failure, Frame
from open_autoglm.code.diagnose.lint import lint
from open_autoglm.code.repair.makers.imports import import_candidates, missing_module, with_import
from open_autoglm.code.repair.makers.lint_fixes import lint_candidates
from open_autoglm.code.repair.makers.other_languages import other_candidates
from open_autoglm.code.repair.makers.syntax_fixes import syntax_candidates


def failure(message: str, line: int = 1, kind: str = "exception") -> Failure:
    return Failure(kind, "E", message, (Frame("a.py", line),))  # type: ignore[arg-type]


def imports(text: str, message: str, **others: str) -> list[str]:
    files = {"a.py": text, **{f"{name}.py": other for name, other in others.items()}}
    return [candidate.applied(files)["a.py"] for candidate in import_candidates(files, (failure(message),))]


def test_a_module_of_the_standard_library() -> None:
    assert "import json\n\nx = json.loads('1')\n" in imports(
        "x = json.loads('1')\n", "name 'json' is not defined"
    )


def test_a_name_from_the_standard_library() -> None:
    (first, *_) = imports("x = Path('.')\n", "name 'Path' is not defined")
    assert first.startswith("from pathlib import Path\n")


def test_a_name_of_the_project() -> None:
    found = imports("x = load()\n", "name 'load' is not defined", pages="def load(): ...\n")
    assert found[0].startswith("from pages import load\n")


def test_what_the_linter_calls_undefined() -> None:
    assert imports("x = json.loads('1')\n", "Undefined name `json`")


def test_misspelt_modules_and_names() -> None:
    assert "import json\n" in imports("import jsn\n", "No module named 'jsn'")
    found = imports(
        "from pages import laod\nlaod()\n",
        "cannot import name 'laod' from 'pages' (/x)",
        pages="def load(): ...\n",
    )
    assert "from pages import load\nload()\n" in found
    moved = imports("from urllib import urljoin\n", "cannot import name 'urljoin' from 'urllib' (/x)")
    assert "from urllib.parse import urljoin\n" in moved


def test_an_import_stands_below_docstring_and_future() -> None:
    text = '"""Doc."""\n\nfrom __future__ import annotations\n\nimport os\n\nx = os\n'
    assert with_import(text, "import json") == text.replace("import os\n", "import json\nimport os\n")


def test_what_is_not_installed_is_named() -> None:
    failures = (failure("No module named 'requests.sessions'", kind="import"),)
    assert missing_module(failures, {"a.py": ""}) == "requests"
    assert missing_module((failure("No module named 'pages'"),), {"pages.py": ""}) is None


@pytest.mark.parametrize(
    ("broken", "whole"),
    [
        ("def f(a)\n    return a\n", "def f(a):\n    return a\n"),
        ("x = (1 + 2\ny = 3\n", "x = (1 + 2)\ny = 3\n"),
        ("print('a)\n", "print('a')\n"),
        ("if x = 1:\n    pass\n", "if x == 1:\n    pass\n"),
        ("if a:\n    b = 1\n else:\n    b = 2\n", "if a:\n    b = 1\nelse:\n    b = 2\n"),
        ("x = [1, 2 3]\n", "x = [1, 2, 3]\n"),
        ("if a && b:\n    pass\n", "if a  and  b:\n    pass\n"),
        ("try:\n    f()\nexcept A, e:\n    pass\n", "try:\n    f()\nexcept A as e:\n    pass\n"),
        ("x = f(a))\n", "x = f(a)\n"),
    ],
)
def test_syntax(broken: str, whole: str) -> None:
    found = [candidate.applied({"a.py": broken})["a.py"] for candidate in syntax_candidates("a.py", broken)]
    assert whole in found


def test_of_two_syntax_faults_the_first_is_mended_first() -> None:
    broken = "def f(a)\n    return sum(a\nx = 1\n"
    first = next(iter(syntax_candidates("a.py", broken)))
    assert first.applied({"a.py": broken})["a.py"] == "def f(a):\n    return sum(a\nx = 1\n"


def test_a_file_that_parses_has_no_syntax_to_mend() -> None:
    assert not list(syntax_candidates("a.py", "x = 1\n"))


def test_ruff_mends_what_it_can() -> None:
    text = 'def f(a):\n    """Text."""\n    return a is "x"\n'
    (candidate,) = lint_candidates("a.py", text, lint(text, "a.py"))
    assert candidate.applied({"a.py": text})["a.py"] == text.replace("is", "==", 1)


@pytest.mark.parametrize(
    ("text", "message", "line", "whole"),
    [
        ("int a = 1\nint b = 2;\n", "expected ';'", 1, "int a = 1;\nint b = 2;\n"),
        ("log(f(2)\n", "missing ) after argument list", 1, "log(f(2))\n"),
        (
            "int lenght; int x = length;\n",
            "'length' undeclared; did you mean 'lenght'?",
            1,
            "int lenght; int x = lenght;\n",
        ),
        ("let total = 1;\nlog(totl);\n", "totl is not defined", 2, "let total = 1;\nlog(total);\n"),
    ],
)
def test_other_languages(text: str, message: str, line: int, whole: str) -> None:
    found = other_candidates({"a.py": text}, (failure(message, line),))
    assert whole in [candidate.applied({"a.py": text})["a.py"] for candidate in found]
