"""The snippets of the README do what it says, against the program as it is installed."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from served import Served

README = Path(__file__).parents[2] / "README.md"
SNIPPETS = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)


def test_there_are_three() -> None:
    assert [snippet.split()[1] for snippet in SNIPPETS] == ["openai", "anthropic", "ollama"]


@pytest.mark.model
@pytest.mark.parametrize("snippet", SNIPPETS, ids=lambda snippet: snippet.split()[1])
def test_a_snippet_prints_an_answer(served: Served, snippet: str) -> None:
    here = snippet.replace("http://127.0.0.1:8080", served.address).replace("autoglm-large", served.model)
    done = subprocess.run(
        [sys.executable, "-X", "utf8", "-c", here],
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=170,
    )
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.strip()) > 1
