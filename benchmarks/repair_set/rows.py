"""The rows of the shipped file: a broken program each, with its tests and what was right."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from repair_set.base_programs import CATEGORIES, BaseProgram, base_programs
from repair_set.chosen_mutants import Mutant, read_chosen


def jsonl() -> str:
    """The whole file; the same text on every run."""
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows())


def rows() -> Iterator[dict[str, Any]]:
    chosen = read_chosen()
    for base in base_programs():
        for fault in base.faults:
            yield _row(base, fault.name, fault.category, "hand", fault.title, fault.applied(base.texts))
        for number, mutant in enumerate(chosen.get(base.name, []), start=1):
            broken = mutant.applied(base)
            yield _row(base, f"mutant-{number}", base.category, "mutation", _title(mutant), broken)


def _row(
    base: BaseProgram, name: str, category: str, origin: str, title: str, broken: Mapping[str, str]
) -> dict[str, Any]:
    if category not in CATEGORIES:
        raise ValueError(f"{base.name}: no category {category!r}")
    return {
        "id": f"{base.name}-{name}",
        "base": base.name,
        "split": base.split,
        "category": category,
        "origin": origin,
        "title": title,
        "files": broken,
        "test_name": base.test_name,
        "test_text": base.tests[base.test_name],
        "hidden_name": base.hidden_name,
        "hidden_text": base.tests[base.hidden_name],
        "reference": {file: text for file, text in base.texts.items() if text != broken[file]},
    }


def _title(mutant: Mutant) -> str:
    """``boundary, pager.py line 12: 1 became 0``"""
    site = mutant.site
    change = (
        f"{site.old.strip()} became {site.new.strip()}" if site.new.strip() else f"{site.old.strip()} lost"
    )
    if not site.old:
        change = f"{site.new.strip()} added"
    return f"{site.operator}, {mutant.file} line {site.line}: {change}"
