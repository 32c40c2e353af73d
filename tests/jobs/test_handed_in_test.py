"""What somebody pastes as a test becomes a file that pytest runs."""

from __future__ import annotations

import pytest

from open_autoglm.errors import DamagedInput
from open_autoglm.jobs.handed_in_test import pytest_text


def test_a_file_of_tests_stays_as_it_is() -> None:
    text = "from shop import price\n\ndef test_price():\n    assert price('1') == 1\n"
    assert pytest_text("shop", text) == text


def test_plain_lines_become_a_test_that_knows_the_code() -> None:
    text = 'import json\nassert price("""a\n  b""") == 1'
    made = pytest_text("shop", text)
    assert made.startswith("import json\nfrom shop import *\n")
    assert "def test_handed_in():" in made
    called: list[str] = []
    scope: dict[str, object] = {"price": lambda text: called.append(text) or 1}
    exec(made.replace("from shop import *", ""), scope)
    scope["test_handed_in"]()  # type: ignore[operator]
    assert called == ["a\n  b"]


def test_an_import_of_the_code_stands_behind_those_from_the_future() -> None:
    text = "from __future__ import annotations\n\ndef test_price():\n    assert price('1') == 1\n"
    lines = [line for line in pytest_text("shop", text).splitlines() if line]
    assert lines[:2] == ["from __future__ import annotations", "from shop import *"]


def test_what_is_no_python_is_refused() -> None:
    with pytest.raises(DamagedInput, match="The test is not Python"):
        pytest_text("shop", "assert price(")
