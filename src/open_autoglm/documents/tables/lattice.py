"""Drawn lines, cleaned and joined into lattices: merged, snapped and grouped where they touch."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from open_autoglm.documents.content import Rect, Ruling

SNAP = 3.0
"""Points: lines nearer than this are one line (double rules, the two sides of a thin rectangle)."""
_SHORTEST = 4.0


@dataclass(frozen=True, slots=True)
class Segment:
    """A line at ``at`` (y if horizontal, x if vertical) from ``start`` to ``end``, in points."""

    at: float
    start: float
    end: float


@dataclass(slots=True)
class Lattice:
    """Horizontal and vertical segments that touch each other."""

    horizontal: list[Segment]
    vertical: list[Segment]
    pitch: float = 0.0
    """Points: height of the rows between shaded ones; 0 where rows are not told apart by shading."""

    @property
    def box(self) -> Rect:
        return Rect(
            min([s.start for s in self.horizontal] + [s.at for s in self.vertical]),
            min([s.at for s in self.horizontal] + [s.start for s in self.vertical]),
            max([s.end for s in self.horizontal] + [s.at for s in self.vertical]),
            max([s.at for s in self.horizontal] + [s.end for s in self.vertical]),
        )


def segments_of(rulings: Iterable[Ruling], *, horizontal: bool) -> list[Segment]:
    """Lines of one direction; pieces on the same line that touch or nearly touch are joined."""
    raw: list[Segment] = []
    for ruling in rulings:
        if ruling.horizontal is not horizontal:
            continue
        box = ruling.box
        if horizontal:
            raw.append(Segment((box.y0 + box.y1) / 2, box.x0, box.x1))
        else:
            raw.append(Segment((box.x0 + box.x1) / 2, box.y0, box.y1))
    joined: list[Segment] = []
    for group in _near(sorted(raw, key=lambda s: s.at)):
        at = sum(s.at for s in group) / len(group)
        start, end = None, 0.0
        for segment in sorted(group, key=lambda s: s.start):
            if start is None:
                start, end = segment.start, segment.end
            elif segment.start <= end + SNAP:
                end = max(end, segment.end)
            else:
                joined.append(Segment(at, start, end))
                start, end = segment.start, segment.end
        if start is not None:
            joined.append(Segment(at, start, end))
    return [s for s in joined if s.end - s.start >= _SHORTEST]


def _near(segments: Sequence[Segment]) -> list[list[Segment]]:
    groups: list[list[Segment]] = []
    for segment in segments:
        if groups and segment.at - groups[-1][0].at <= SNAP:
            groups[-1].append(segment)
        else:
            groups.append([segment])
    return groups


def lattices_of(horizontal: Sequence[Segment], vertical: Sequence[Segment]) -> list[Lattice]:
    """Groups of lines that touch, each with lines of both directions."""
    parent = list(range(len(horizontal) + len(vertical)))

    def root(index: int) -> int:
        while parent[index] != index:
            parent[index] = parent[parent[index]]
            index = parent[index]
        return index

    for i, h in enumerate(horizontal):
        for j, v in enumerate(vertical, start=len(horizontal)):
            meets = h.start - SNAP <= v.at <= h.end + SNAP and v.start - SNAP <= h.at <= v.end + SNAP
            if meets:
                parent[root(i)] = root(j)
    groups: dict[int, Lattice] = defaultdict(lambda: Lattice([], []))
    for i, segment in enumerate(horizontal):
        groups[root(i)].horizontal.append(segment)
    for j, segment in enumerate(vertical, start=len(horizontal)):
        groups[root(j)].vertical.append(segment)
    return [lattice for lattice in groups.values() if lattice.horizontal and lattice.vertical]


def stack(lattices: Sequence[Lattice]) -> list[Lattice]:
    """Lattices with the same columns, a row or two apart, joined: every other row of them is shaded."""
    stacked: list[Lattice] = []
    for lattice in sorted(lattices, key=lambda one: one.box.y0):
        for index, above in enumerate(stacked):
            if _continues(above, lattice):
                gap = (above.box.y1, lattice.box.y0)
                sides = [Segment(x, *gap) for x in borders(segment.at for segment in lattice.vertical)]
                stacked[index] = Lattice(
                    above.horizontal + lattice.horizontal,
                    above.vertical + lattice.vertical + sides,
                    pitch=gap[1] - gap[0],
                )
                break
        else:
            stacked.append(lattice)
    return stacked


def _continues(above: Lattice, below: Lattice) -> bool:
    first, second = borders(s.at for s in above.vertical), borders(s.at for s in below.vertical)
    if len(first) != len(second) or len(first) < 3:
        return False
    gap = below.box.y0 - above.box.y1
    height = below.box.height / max(len(borders(s.at for s in below.horizontal)) - 1, 1)
    same = all(abs(a - b) <= SNAP for a, b in zip(first, second, strict=True))
    return same and SNAP < gap <= 2.5 * height


def borders(values: Iterable[float]) -> list[float]:
    """Positions with those that nearly coincide made one."""
    kept: list[float] = []
    for value in sorted(values):
        if not kept or value - kept[-1] > SNAP:
            kept.append(value)
    return kept


def coverage(segments: Iterable[Segment], at: float, start: float, end: float) -> float:
    """Share of ``start`` to ``end`` that lines at ``at`` cover."""
    covered = sum(max(0.0, min(s.end, end) - max(s.start, start)) for s in segments if abs(s.at - at) <= SNAP)
    return covered / max(end - start, 1e-6)
