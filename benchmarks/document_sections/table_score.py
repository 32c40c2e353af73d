"""Scores of tables: found or not by their boxes, alike or not by TEDS.

A table is found when its box and a true box share at least half of their union (intersection over
union, greedy, each box once). TEDS is the mean over all true tables, a missed one counting 0;
TEDS-Struct leaves the contents out. Where a reader gives no boxes, each true table is matched with the
most similar one, and counts as found from TEDS 0.5 on; its TEDS counts either way.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from open_autoglm.documents.content import Rect
from open_autoglm.evaluation.teds import teds

FOUND = 0.5

COLUMNS = ("precision", "recall", "F1", "TEDS", "TEDS-Struct", "tables", "CPU s/page")


@dataclass(frozen=True, slots=True)
class ReadTable:
    """A table as HTML and where it stands, in points from the top left."""

    html: str
    box: Rect


@dataclass(slots=True)
class Score:
    """Counts and sums over true tables."""

    right: int = 0
    missed: int = 0
    wrong: int = 0
    content: list[float] = field(default_factory=list)
    structure: list[float] = field(default_factory=list)
    seconds: float = 0.0
    pages: int = 0

    def add_by_box(self, read: Sequence[ReadTable], truth: Sequence[ReadTable]) -> None:
        left = list(read)
        for true in truth:
            best = max(left, key=lambda one: overlap(one.box, true.box), default=None)
            if best is None or overlap(best.box, true.box) < FOUND:
                self._add("", true.html, found=False)
            else:
                left.remove(best)
                self._add(best.html, true.html, found=True)
        self.wrong += len(left)

    def add_by_content(self, read: Sequence[str], truth: Sequence[str]) -> None:
        left = list(read)
        for true in truth:
            alike, index = max(
                ((teds(one, true), index) for index, one in enumerate(left)), default=(0.0, -1)
            )
            self._add(left[index] if left else "", true, found=alike >= FOUND)
            if alike >= FOUND:
                del left[index]
        self.wrong += len(left)

    def cells(self) -> list[str]:
        """As ``COLUMNS`` names them."""
        precision = self.right / max(self.right + self.wrong, 1)
        recall = self.right / max(self.right + self.missed, 1)
        f1 = 2 * precision * recall / max(precision + recall, 1e-9)
        count = max(len(self.content), 1)
        return [
            f"{precision:.3f}",
            f"{recall:.3f}",
            f"{f1:.3f}",
            f"{sum(self.content) / count:.3f}",
            f"{sum(self.structure) / count:.3f}",
            str(len(self.content)),
            f"{self.seconds / max(self.pages, 1):.3f}",
        ]

    def _add(self, read: str, truth: str, *, found: bool) -> None:
        self.right += found
        self.missed += not found
        self.content.append(teds(read, truth))
        self.structure.append(teds(read, truth, structure_only=True))


def overlap(first: Rect, second: Rect) -> float:
    """Intersection over union."""
    shared = first.overlap(second)
    return shared / max(first.width * first.height + second.width * second.height - shared, 1e-9)
