"""Tries candidates one after the other and keeps those that repair something."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from open_autoglm.code.repair.edit import Candidate, PatchDoesNotApply
from open_autoglm.code.repair.verdict import Verdict, judge
from open_autoglm.code.source import Source
from open_autoglm.code.trial.observation import Observation
from open_autoglm.code.trial.workbench import Attempts
from open_autoglm.errors import OutputFailed

LEAST_OF_PART = 0.45
"""Prior of a change that is kept though some tests still fail after it."""


@dataclass(frozen=True, slots=True)
class SearchLimits:
    """How long one search goes on."""

    candidates: int = 1_000
    seconds: float = 180.0
    enough: int = 10
    """Whole repairs after which no more are sought."""
    after_first: int = 160
    """Candidates that are tried after the first whole repair, to see what else passes."""
    after_part: int = 450
    """The same after the first repair of a part: one of all would be better."""
    least_share: float = 0.5
    """Of the first repair's prior: less plausible ones are not compared with it."""


@dataclass(frozen=True, slots=True)
class Tried:
    candidate: Candidate
    texts: Mapping[str, str]
    """Of the files it changes, changed."""
    after: Observation
    verdict: Verdict


@dataclass
class Search:
    """One state of the project, and what was tried on it."""

    sources: Mapping[str, Source]
    before: Observation
    attempts: Attempts
    limits: SearchLimits = field(default_factory=SearchLimits)
    on_tried: Callable[[int], None] = lambda _: None
    cancelled: Callable[[], None] = lambda: None
    """Raises Cancelled when the work shall end."""
    several_faults: bool = False
    """Whether a repair of some tests is as good as one of all."""
    tried: int = 0
    useful: list[Tried] = field(default_factory=list)
    _seen: set[tuple[tuple[str, str], ...]] = field(default_factory=set)

    @property
    def whole(self) -> list[Tried]:
        return [item for item in self.useful if item.verdict == "whole"]

    @property
    def useful_parts(self) -> list[Tried]:
        """Plausible repairs of some tests. Steps that are not would lead on to more of their kind, until the
        tests pass and nothing is right."""
        return [
            item for item in self.useful if item.verdict == "part" and item.candidate.prior >= LEAST_OF_PART
        ]

    def run(self, candidates: Iterator[Candidate]) -> None:
        """Try them in their order, as far as the limits allow; ``useful`` grows."""
        began = time.monotonic()
        texts = {name: source.text for name, source in self.sources.items()}
        first: tuple[int, float] | None = None
        done = 0
        for candidate in candidates:
            self.cancelled()
            if done >= self.limits.candidates or time.monotonic() - began > self.limits.seconds:
                return
            if first is not None:
                since, prior = first
                most = self.limits.after_first if self.whole else self.limits.after_part
                if done - since >= most or candidate.prior < prior * self.limits.least_share:
                    return
            tried = self.attempt(candidate, texts)
            if tried is None:
                continue
            done += 1
            good = tried.verdict == "whole" or (self.several_faults and tried in self.useful_parts)
            if good and first is None:
                first = (done, candidate.prior)
            if len(self.whole) >= self.limits.enough:
                return

    def attempt(self, candidate: Candidate, texts: Mapping[str, str]) -> Tried | None:
        """One candidate; None for one that was tried already or can't be applied."""
        try:
            changed = candidate.applied(texts)
            files = {name: self.sources[name].encoded(text) for name, text in changed.items()}
        except (PatchDoesNotApply, OutputFailed):
            return None
        key = tuple(sorted(changed.items()))
        if key in self._seen:
            return None
        self._seen.add(key)
        after = self.attempts.run(files)
        self.tried += 1
        self.on_tried(self.tried)
        tried = Tried(candidate, changed, after, judge(self.before, after))
        if tried.verdict != "none":
            self.useful.append(tried)
        return tried
