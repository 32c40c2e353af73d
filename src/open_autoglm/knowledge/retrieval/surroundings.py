"""What stands around a hit and helps to understand it: its neighbours, and how its parent section begins."""

from __future__ import annotations

from collections.abc import Sequence, Set

from open_autoglm.knowledge.store.base_store import BaseStore, StoredChunk

LOOK_BACK = 12
"""Chunks before a hit among which the beginning of its parent section is looked for."""


def around(store: BaseStore, found: StoredChunk, shown: Set[int]) -> tuple[StoredChunk, ...]:
    """In order; without those that are ``shown`` as hits themselves."""
    above = found.chunk.headings[:-1]
    near = store.neighbours(found.id, LOOK_BACK if above else 1, 1)
    kept = [one for one in near if abs(one.ordinal - found.ordinal) == 1 and _same_section(one, found)]
    parent = _first_under(above, near, found) if above else None
    if parent is not None and parent not in kept:
        kept.append(parent)
    return tuple(sorted((one for one in kept if one.id not in shown), key=lambda one: one.ordinal))


def _same_section(one: StoredChunk, other: StoredChunk) -> bool:
    return one.chunk.headings == other.chunk.headings


def _first_under(above: Sequence[str], near: Sequence[StoredChunk], found: StoredChunk) -> StoredChunk | None:
    """The first chunk before ``found`` that stands under the headings ``above`` themselves."""
    own = [one for one in near if one.ordinal < found.ordinal and one.chunk.headings == above]
    return own[0] if own else None
