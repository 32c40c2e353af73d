"""What was gathered for a place, kept while somebody types there.

A model computes what it is shown before the place; gathered anew with each keystroke, it would be computed
anew. So it stays until the cursor moves on to other code.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass

from open_autoglm.code.repository.gather import GatherBudget, gather
from open_autoglm.code.repository.index import RepositoryIndex
from open_autoglm.code.repository.snippet import Snippet
from open_autoglm.code.source import Source

MOVED_LINES = 12
"""Farther away, other names are in reach."""
MAX_FILES = 20


@dataclass(frozen=True, slots=True)
class _Kept:
    line: int
    lines: int
    budget: GatherBudget
    snippets: tuple[Snippet, ...]


class GatheredContext:
    """Methods may be called from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: dict[tuple[str, str], _Kept] = {}

    def snippets(
        self, source: Source, line: int, column: int, index: RepositoryIndex, budget: GatherBudget
    ) -> tuple[Snippet, ...]:
        """As ``gather`` gives them, or gave them close by. Raises UsageError for no such place."""
        key = str(index.folder), source.name
        lines = source.text.count("\n")
        with self._lock:
            kept = self._kept.get(key)
        if kept is not None and kept.snippets and kept.budget == budget and _is_close(kept, line, lines):
            source.offset(line, column)
            return kept.snippets
        found = gather(source, line, column, index, budget)
        before = kept.snippets if kept is not None else ()
        # The first is shown last. Those that stay are shown first, in the order they had: their beginning
        # need not be computed again.
        stay = [one for one in before if one in found]
        ordered = (*(one for one in found if one not in stay), *stay)
        with self._lock:
            self._kept.pop(key, None)
            self._kept[key] = _Kept(line, lines, budget, ordered)
            while len(self._kept) > MAX_FILES:
                self._kept.pop(next(iter(self._kept)))
        return ordered


def _is_close(kept: _Kept, line: int, lines: int) -> bool:
    """Whether the cursor is where it was, but for lines that were written since."""
    written = lines - kept.lines
    return abs(line - kept.line) <= MOVED_LINES and abs(written) <= 2 * MOVED_LINES
