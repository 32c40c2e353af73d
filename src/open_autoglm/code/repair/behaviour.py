"""Which changes do the same: told by what the program then gives in varied tests."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

from open_autoglm.code.repair.search import Search, Tried
from open_autoglm.code.repair.varied_tests import answers_in, numbers_in, varied_tests

SECONDS = 20.0
"""For all questions together: after it, those that were asked have to do."""
MOST_FILES = 2
Answers = dict[tuple[str, int, str], str]
"""By file of tests, number of the variant, and test."""


def group_by_behaviour(found: Sequence[Tried], search: Search, tests: Mapping[str, str]) -> list[list[Tried]]:
    """Changes that answer the same to every varied test, together, in the order of ``found``.

    Where nothing could be asked, each stands for itself: nothing is known of them.
    """
    if len(found) < 2:
        return [list(found)]
    answers = _answers(found, search, tests)
    if not answers[0]:
        return [[tried] for tried in found]
    groups: dict[tuple[tuple[tuple[str, int, str], str], ...], list[Tried]] = {}
    for tried, given in zip(found, answers, strict=True):
        groups.setdefault(tuple(sorted(given.items())), []).append(tried)
    return list(groups.values())


def _answers(found: Sequence[Tried], search: Search, tests: Mapping[str, str]) -> list[Answers]:
    """What each change answers; only answers that are the same every time are kept."""
    ends = time.monotonic() + SECONDS
    given: list[Answers] = [{} for _ in found]
    numbers = _differing_numbers(found)
    for file in _files_of_tests(search, tests):
        for variant, text in enumerate(varied_tests(tests[file], numbers)):
            if time.monotonic() > ends or len({str(answers) for answers in given}) == len(found):
                return given
            told = [_told(tried, search, file, text) for tried in found]
            differing = {test for test in told[0] if any(seen.get(test) != told[0][test] for seen in told)}
            if differing:
                again = _told(found[0], search, file, text)
                differing = {test for test in differing if again.get(test) == told[0][test]}
            for answers, seen in zip(given, told, strict=True):
                answers[file, variant, ""] = ""
                answers.update({(file, variant, test): seen.get(test, "") for test in differing})
    return given


def _told(tried: Tried, search: Search, file: str, text: str) -> dict[str, str]:
    files = {name: search.sources[name].encoded(changed) for name, changed in tried.texts.items()}
    seen = search.attempts.tell({**files, file: text.encode("utf-8", "surrogatepass")})
    if seen is None:
        return {}
    return {test: answers_in(failure.message) for failure in seen.failures for test in failure.tests}


def _differing_numbers(found: Sequence[Tried]) -> frozenset[int]:
    """Numbers that not all changes hold: bounds about which they disagree."""
    held = [numbers_in("\n".join(edit.new.strip() for edit in tried.candidate.edits)) for tried in found]
    return frozenset[int]().union(*held) - frozenset.intersection(*held)


def _files_of_tests(search: Search, tests: Mapping[str, str]) -> list[str]:
    """Those with a test that failed, as pytest and unittest name them."""

    def failed(name: str) -> bool:
        module = f"{name.removesuffix('.py').replace('/', '.')}."
        return any(test.split("::")[0] == name or test.startswith(module) for test in search.before.failing)

    return [name for name in tests if failed(name)][:MOST_FILES]
