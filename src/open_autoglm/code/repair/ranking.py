"""Of several changes that all pass, the one most likely meant; and what leaves that in doubt."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from open_autoglm.code.repair.behaviour import group_by_behaviour
from open_autoglm.code.repair.plausibility import plausibility
from open_autoglm.code.repair.search import Search, Tried

Likelier = Callable[[Tried], float | None]
"""What ``likelihood.likelier`` says of a change."""

CLOSE = 0.7
"""A rival with this share of the winner's weight, that behaves differently, makes the choice uncertain."""
PER_AGREEING = 0.05
PER_NAT = 0.01
"""Weight for each natural unit by which a change makes its lines likelier to the model."""
LEAST_GAIN, MOST_GAIN = -40.0, 15.0
UNLIKELY = -12.0
"""A change that makes its lines so much less likely is hardly what was meant, though the tests pass."""
MOST_JUDGED = 4


@dataclass(frozen=True, slots=True)
class Ranked:
    """The chosen change, and those that behave differently and are about as plausible."""

    best: Tried
    rivals: tuple[Tried, ...] = ()
    likelier: float | None = None
    """What the language model says of the best; None where none was asked."""

    @property
    def unlikely(self) -> bool:
        return self.likelier is not None and self.likelier < UNLIKELY

    @property
    def doubtful(self) -> bool:
        """Whether passing the tests is too little to call it right."""
        return self.unlikely or bool(self.rivals)


def rank(
    found: Sequence[Tried], search: Search, tests: Mapping[str, str], likelier: Likelier = lambda _: None
) -> Ranked:
    """``found`` holds whole repairs of one search; there is at least one. ``tests`` are texts by file."""
    ordered = sorted(found, key=lambda tried: -weight(tried, search))
    gains = {id(tried): likelier(tried) for tried in ordered[:MOST_JUDGED]}

    def judged(tried: Tried) -> float:
        # Those that were not judged by the model are not put before those that were.
        gain = gains.get(id(tried), LEAST_GAIN if any(gains.values()) else None)
        return weight(tried, search) + PER_NAT * min(MOST_GAIN, max(LEAST_GAIN, gain or 0.0))

    ordered.sort(key=lambda tried: -judged(tried))
    groups = group_by_behaviour(ordered, search, tests)
    total = {id(members): judged(members[0]) + PER_AGREEING * (len(members) - 1) for members in groups}
    best = max(groups, key=lambda members: total[id(members)])
    least = total[id(best)] - (1 - CLOSE) * abs(total[id(best)])
    rivals = tuple(members[0] for members in groups if members is not best and total[id(members)] >= least)
    return Ranked(best[0], rivals, gains.get(id(best[0])))


def weight(tried: Tried, search: Search) -> float:
    before = {name: search.sources[name].text for name in tried.texts}
    return plausibility(tried.candidate, before, tried.texts)
