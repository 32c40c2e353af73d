"""A zone in the pixels of one recording: what rules ask about points."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from open_autoglm.video.geometry import Point


@dataclass(frozen=True, slots=True)
class Area:
    """The polygon of a zone. ``line`` is its tripwire, or None."""

    id: str
    polygon: tuple[Point, ...]
    width: int
    """Of the picture."""
    height: int
    line: tuple[Point, Point] | None = None

    def contains(self, point: Point) -> bool:
        """Whether it lies inside. Feet below the edge of the picture count as being on the edge."""
        x = min(max(point.x, 0.0), self.width - 0.5)
        y = min(max(point.y, 0.0), self.height - 0.5)
        inside = False
        before = self.polygon[-1]
        for corner in self.polygon:
            if (corner.y > y) != (before.y > y) and x < (before.x - corner.x) * (y - corner.y) / (
                before.y - corner.y
            ) + corner.x:
                inside = not inside
            before = corner
        return inside

    @property
    def share(self) -> float:
        """The part of the picture that it covers, 0 to 1."""
        return abs(signed_area(self.polygon)) / (self.width * self.height)


def signed_area(polygon: Sequence[Point]) -> float:
    """In square pixels; the sign tells the sense of rotation."""
    shifted = (*polygon[1:], polygon[0])
    return sum(a.x * b.y - b.x * a.y for a, b in zip(polygon, shifted, strict=True)) / 2


def edges_cross(polygon: Sequence[Point]) -> bool:
    """Whether two edges that are not neighbours meet: the corners are out of order."""
    count = len(polygon)
    edges = [(polygon[index], polygon[(index + 1) % count]) for index in range(count)]
    for first in range(count):
        for second in range(first + 2, count):
            if first == 0 and second == count - 1:
                continue
            if segments_cross(*edges[first], *edges[second]):
                return True
    return False


def segments_cross(a: Point, b: Point, c: Point, d: Point) -> bool:
    """Whether the segment from ``a`` to ``b`` crosses the one from ``c`` to ``d``."""
    return side_of(a, b, c) * side_of(a, b, d) < 0 and side_of(c, d, a) * side_of(c, d, b) < 0


def side_of(start: Point, end: Point, point: Point) -> float:
    """Positive on the right hand of someone who walks from ``start`` to ``end``, as the picture shows it.

    The size is twice the area of the triangle, in square pixels.
    """
    return (end.x - start.x) * (point.y - start.y) - (end.y - start.y) * (point.x - start.x)
