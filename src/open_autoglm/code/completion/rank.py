"""Which of several completions is shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from open_autoglm.code.completion.finish import Finished

LEAST_LOGPROB = -1.5
"""A mean below it is a guess: e to that power, 0.22, is how sure the model was of each token."""


@dataclass(frozen=True, slots=True)
class Candidate:
    finished: Finished
    logprob: float | None = None
    """The mean natural log probability of its tokens, where the engine tells."""

    @property
    def good(self) -> bool:
        """Whether no other one need be asked for."""
        return bool(self.finished.text.strip()) and self.finished.parses is not False and not self.repeats

    @property
    def repeats(self) -> bool:
        """Whether half of its lines, or more, stand in it twice."""
        lines = [line.strip() for line in self.finished.text.split("\n") if len(line.strip()) > 3]
        return len(lines) >= 4 and len(set(lines)) <= len(lines) / 2


def best(candidates: Sequence[Candidate]) -> Candidate:
    """The one that parses, says something, doesn't repeat itself, and of which the model is surest."""
    return max(
        candidates,
        key=lambda one: (
            bool(one.finished.text.strip()),
            one.finished.parses is not False,
            not one.repeats,
            -one.finished.faults,
            one.logprob if one.logprob is not None else LEAST_LOGPROB,
        ),
    )
