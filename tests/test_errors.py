"""Every error is one sentence with a status and an exit code, and survives a process border."""

from __future__ import annotations

import inspect
import pickle

import pytest

from open_autoglm import errors

KINDS = [
    kind
    for _, kind in inspect.getmembers(errors, inspect.isclass)
    if issubclass(kind, errors.OpenAutoGLMError)
]


@pytest.mark.parametrize("kind", KINDS)
def test_the_tree_in_the_docstring_is_true(kind: type[errors.OpenAutoGLMError]) -> None:
    assert errors.__doc__ is not None
    line = next(line for line in errors.__doc__.splitlines() if line.strip(" │├└─").startswith(kind.__name__))
    words = line.split()
    assert str(kind.status) in words
    assert words[words.index("exit") + 1] == str(kind.exit_code)
    assert kind.retryable == ("retryable" in line)


@pytest.mark.parametrize("kind", KINDS)
def test_crosses_a_process_border_whole(kind: type[errors.OpenAutoGLMError]) -> None:
    there = pickle.loads(pickle.dumps(kind("Page 3 is damaged.", hint="Repair the file.")))
    assert type(there) is kind
    assert (there.message, there.hint) == ("Page 3 is damaged.", "Repair the file.")


def test_the_sentence_ends_with_the_remedy() -> None:
    assert str(errors.InputMissing("No file a.pdf.", hint="Check the name.")) == (
        "No file a.pdf. Check the name."
    )
