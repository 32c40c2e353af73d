"""The last touch on a completion: what stands after the cursor is not said twice, and it is checked."""

from __future__ import annotations

import pytest

from open_autoglm.code.completion.finish import Finished, finish
from open_autoglm.code.completion.place import Place
from open_autoglm.code.completion.rank import Candidate, best
from open_autoglm.code.languages import language_named


def place(prefix: str, suffix: str, language: str | None = "python") -> Place:
    return Place(prefix, suffix, language_named(language) if language else None)


@pytest.mark.parametrize("language", ["python", None])
@pytest.mark.parametrize(
    ("prefix", "suffix", "written", "shown"),
    [
        ("print(", ")\n", "page)", "page"),
        ("print(load(", ")\n", "page))", "page)"),
        ("names = ['a', ", "]\n", "'b']", "'b'"),
        ("x = load(page, ", ")\n", "words=3", "words=3"),
        ("x = ", "\ny = 2\n", "load(a)   ", "load(a)"),
    ],
)
def test_what_stands_after_the_cursor_is_not_said_twice(
    language: str | None, prefix: str, suffix: str, written: str, shown: str
) -> None:
    assert finish(place(prefix, suffix, language), written).text == shown


def test_a_colon_that_is_one_too_many_is_told_by_the_grammar() -> None:
    assert finish(place("for x in ", ":\n    pass\n"), "all_pages:").text == "all_pages"


def test_lines_that_follow_already_are_left_out() -> None:
    suffix = "\n    b = 2\n    return b\n"
    assert finish(place("def f():\n    ", suffix), "a = 1\n    b = 2\n    return b").text == "a = 1"


def test_a_bracket_that_only_is_missing_is_added() -> None:
    shown = finish(place("function f(a) ", "\n", "javascript"), "{\n  return a")
    assert shown == Finished("{\n  return a\n}", parses=True)


def test_a_completion_that_brings_a_fault_says_so() -> None:
    assert finish(place("x = ", "\ny = 2\n"), "load((a").parses is False


def test_of_one_that_goes_wrong_towards_its_end_the_beginning_is_shown() -> None:
    written = "total = 0\n    for page in pages:\n        total += len(page\n    return (total"
    shown = finish(place("def words(pages):\n    ", "\n\n\nx = 2\n"), written)
    assert shown == Finished("total = 0", parses=True)


def test_faults_that_were_there_before_are_not_its_own() -> None:
    assert finish(place("def broken(:\n    pass\nx = ", "\n"), "1").parses is True


def test_without_a_language_nothing_is_claimed() -> None:
    assert finish(place("x = ", "\n", None), "load(a)").parses is None


def test_a_large_file_is_checked_around_the_cursor() -> None:
    text = "x = 1\n" * 20_000
    assert finish(place(text + "y = ", "\n" + text), "2").parses is True


def test_the_best_parses_then_says_something_then_is_surest() -> None:
    broken = Candidate(Finished("load((", parses=False, faults=1), logprob=-0.1)
    unsure = Candidate(Finished("load(a)", parses=True), logprob=-1.0)
    sure = Candidate(Finished("load(b)", parses=True), logprob=-0.2)
    empty = Candidate(Finished("", parses=True), logprob=0.0)
    assert best([broken, empty, unsure, sure]) is sure
    assert best([broken, empty]) is broken
    assert not broken.good
    assert not empty.good
    assert sure.good


def test_a_completion_that_repeats_itself_is_not_good() -> None:
    text = "load(a)\nload(b)\n" * 3
    assert not Candidate(Finished(text, parses=True)).good
