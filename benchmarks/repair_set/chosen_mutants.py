"""Which mutants belong to the set: tried in an order fixed by a seed, kept where both tests notice them."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from repair_set.base_programs import BaseProgram
from repair_set.mutation_sites import Site, mutated, mutation_sites
from repair_set.trial import run_tests

CHOSEN = Path(__file__).parent / "chosen_mutants.json"
_SEED = 5
_HANGS_AFTER_S = 15.0


@dataclass(frozen=True, slots=True)
class Mutant:
    file: str
    site: Site

    def applied(self, base: BaseProgram) -> dict[str, str]:
        return {**base.texts, self.file: mutated(base.texts[self.file], self.site)}


def read_chosen() -> dict[str, list[Mutant]]:
    """By name of the program."""
    rows: dict[str, list[dict[str, Any]]] = json.loads(CHOSEN.read_text(encoding="utf-8"))
    return {name: [_mutant(row) for row in mutants] for name, mutants in rows.items()}


def write_chosen(chosen: dict[str, list[Mutant]]) -> None:
    rows = {name: [{"file": m.file, **asdict(m.site)} for m in chosen[name]] for name in sorted(chosen)}
    text = json.dumps(rows, ensure_ascii=False, indent=1) + "\n"
    CHOSEN.write_text(text, encoding="utf-8", newline="\n")


def choose(base: BaseProgram) -> list[Mutant]:
    """As many as the program asks for, each made by another kind of change."""
    chosen: list[Mutant] = []
    for mutant in _in_seeded_order(base):
        if len(chosen) == base.wanted_mutants:
            break
        if mutant.site.operator not in {other.site.operator for other in chosen} and _is_noticed(
            base, mutant
        ):
            chosen.append(mutant)
    return chosen


def _in_seeded_order(base: BaseProgram) -> Iterator[Mutant]:
    """Kinds of change in a shuffled order, then their places: a kind with many wins no more often."""
    order = random.Random(f"{_SEED}:{base.name}")
    by_kind: dict[str, list[Mutant]] = {}
    for file, text in base.texts.items():
        for site in mutation_sites(text):
            by_kind.setdefault(site.operator, []).append(Mutant(file, site))
    kinds = sorted(by_kind)
    order.shuffle(kinds)
    for kind in kinds:
        order.shuffle(by_kind[kind])
    for round_ in range(max(map(len, by_kind.values()))):
        yield from (by_kind[kind][round_] for kind in kinds if round_ < len(by_kind[kind]))


def _is_noticed(base: BaseProgram, mutant: Mutant) -> bool:
    """Both tests fail, and neither hangs; a fault written by hand is not made a second time."""
    broken = mutant.applied(base)
    if any(fault.applied(base.texts) == broken for fault in base.faults):
        return False
    return run_tests(broken, base.tests, _HANGS_AFTER_S).failed == base.tests.keys()


def _mutant(row: dict[str, Any]) -> Mutant:
    return Mutant(row["file"], Site(**{key: value for key, value in row.items() if key != "file"}))
