"""What a change did to the tests: repaired all, repaired some, moved the failure on, or nothing of use."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from open_autoglm.code.trial.observation import Observation

Verdict = Literal["whole", "part", "moved", "none"]


def judge(before: Observation, after: Observation) -> Verdict:
    """``whole``: everything that failed passes and nothing that passed broke. ``part``: at least one of
    several failing tests passes and nothing broke. ``moved``: the same tests fail for another reason."""
    if after.ended != "finished" or not after.tests:
        return "none"
    if before.passing & after.failing or not before.passing <= after.tests.keys():
        return "none"
    if not after.failing:
        return "whole" if after.passing and _all_there(before, after) else "none"
    if _repaired(before, after):
        return "part"
    reasons = _reasons(before)
    if reasons and any(reason != reasons.get(test, reason) for test, reason in _reasons(after).items()):
        return "moved"
    return "none"


def _all_there(before: Observation, after: Observation) -> bool:
    """A test that failed must have run; a file that could not even be collected is replaced by its tests."""
    return all(test in after.passing for test in before.failing if not is_collection(test))


def _repaired(before: Observation, after: Observation) -> bool:
    for test in before.failing:
        if test in after.passing:
            return True
        if is_collection(test) and test not in after.failing and after.passing - before.passing:
            return True
    return False


def is_collection(test: str) -> bool:
    """Whether the name stands for a whole file, or for the start itself, and not for one test."""
    return "::" not in test and (test.endswith(".py") or test.startswith("(") or "/" in test or not test)


def _reasons(observation: Observation) -> Mapping[str, str]:
    return {failure.tests[0]: failure.headline for failure in observation.failures if failure.tests}
