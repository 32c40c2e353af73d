"""Of several changes that all pass, the one most likely meant; and whether another one is as likely."""

from __future__ import annotations

import ast
import random
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from open_autoglm.code.repair.plausibility import plausibility
from open_autoglm.code.repair.search import Search, Tried

MOST_CALLS = 40
CLOSE = 0.8
"""A rival with this share of the winner's weight, that behaves differently, makes the choice uncertain."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """The chosen change, and those that behave differently and are about as plausible."""

    best: Tried
    rivals: tuple[Tried, ...] = ()
    differing_call: str = ""
    """A call to which best and first rival answer differently; empty where none is known."""


def rank(found: Sequence[Tried], search: Search) -> Ranked:
    """``found`` holds whole repairs of one search; there is at least one."""
    ordered = sorted(found, key=lambda tried: -weight(tried, search))
    if len(ordered) == 1:
        return Ranked(ordered[0])
    groups = _by_behaviour(ordered, search)
    total: dict[tuple[str, ...], float] = {
        key: max(weight(tried, search) for tried in members) + 0.05 * (len(members) - 1)
        for key, members in groups.items()
    }
    best_key = max(total, key=lambda key: total[key])
    best = groups[best_key][0]
    rivals = tuple(
        members[0]
        for key, members in groups.items()
        if key != best_key and total[key] >= CLOSE * total[best_key]
    )
    return Ranked(best, rivals)


def weight(tried: Tried, search: Search) -> float:
    before = {name: search.sources[name].text for name in tried.texts}
    return plausibility(tried.candidate, before, tried.texts)


def _by_behaviour(ordered: Sequence[Tried], search: Search) -> dict[tuple[str, ...], list[Tried]]:
    """Changes that answer the same to the same calls, together. Without calls each stands for itself."""
    calls = probe_calls(search.before.calls, {file for tried in ordered for file in tried.texts})
    groups: dict[tuple[str, ...], list[Tried]] = defaultdict(list)
    for place, tried in enumerate(ordered):
        answers: tuple[str, ...] | None = None
        if calls:
            files = {name: search.sources[name].encoded(text) for name, text in tried.texts.items()}
            answers = search.attempts.probe(files, calls)
        groups[answers if answers else (f"alone {place}",)].append(tried)
    return dict(groups)


def probe_calls(recorded: Mapping[str, tuple[str, ...]], files: set[str]) -> list[tuple[str, str, str]]:
    """Calls that the tests made of functions in these files, and the same with arguments changed a little."""
    dice = random.Random(7)  # noqa: S311 - the same calls in every run
    found: list[tuple[str, str, str]] = []
    for name, given in recorded.items():
        file, _, function = name.rpartition(":")
        if file not in files or function.startswith("test"):
            continue
        for text in given:
            arguments = ast.literal_eval(text)
            found.append((file, function, text))
            found += [(file, function, repr(_changed(arguments, dice))) for _ in range(3)]
    unique = list(dict.fromkeys(found))
    dice.shuffle(unique)
    return unique[:MOST_CALLS]


def _changed(arguments: dict[str, object], dice: random.Random) -> dict[str, object]:
    changed = dict(arguments)
    for name in arguments:
        if dice.random() < 0.7:
            changed[name] = _other(arguments[name], dice)
    return changed


def _other(value: object, dice: random.Random) -> object:
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return dice.choice([value + 1, value - 1, 0, 1, value * 2, value + 7])
    if isinstance(value, float):
        return dice.choice([value + 0.5, -value, 0.0, value * 10])
    if isinstance(value, str):
        return dice.choice(["", value * 2, value[:-1], value[1:], value.upper(), f" {value} ", value[::-1]])
    if isinstance(value, list):
        return dice.choice(
            [[], value[1:], value[:-1], value * 2, value[::-1], [_other(item, dice) for item in value]]
        )
    if isinstance(value, tuple):
        return tuple(_other(item, dice) for item in value)
    if isinstance(value, dict):
        return {key: _other(item, dice) if dice.random() < 0.5 else item for key, item in value.items()}
    return value
