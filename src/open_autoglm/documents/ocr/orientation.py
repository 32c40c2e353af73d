"""Which way up a scanned page lies: a quarter turn, and the small tilt left after it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from open_autoglm.documents.ocr.detection import Quad
from open_autoglm.documents.ocr.recognition import Reading

SAMPLES = 4
"""Lines that are read to tell a page from its upside-down self."""
SURE = 0.90
"""Confidence at which lines stand upright beyond doubt; the other direction is not even tried."""
LEGIBLE = 0.60
"""Below this no direction can be read, and the page stays as it is."""
ENOUGH_CHARACTERS = 8
"""Characters that look like themselves in one direction only, needed for a sure decision."""
MAX_TILT = 20.0
LEAST_DRIFT = 0.3
"""Heights by which a usual line must run off the level, end to end, for its tilt to matter."""

_TURNABLE = frozenset("016896oOxXzZsSNHIiluUndpbq|-–—_.,:;=+/\\%*'\"()[]<>~^")
"""Characters that are others, or themselves, when turned by half a circle."""

ReadLine = Callable[[Quad], Reading]


@dataclass(frozen=True, slots=True)
class Orientation:
    """``turn`` is how far the picture must be turned clockwise: 0, 90, 180 or 270 degrees."""

    turn: int = 0
    readings: dict[int, Reading] = field(default_factory=dict)
    """Lines already read while deciding, by their index: they need not be read again."""


def turn_quad(quad: Quad, turn: int) -> Quad:
    """The same box with its first edge along text that becomes level when turned by ``turn``."""
    return np.roll(quad, turn // 90, axis=0)


def find_orientation(quads: Sequence[Quad], read: ReadLine) -> Orientation:
    """The direction of a page, from the shape of its lines and from reading a few of them.

    Long boxes lie along the text, which leaves two directions. The one in which sample lines are read
    with more confidence wins. Where nothing tells the two apart, the page stays as it is.
    """
    samples = _samples(quads)
    if not samples:
        return Orientation()
    lying, standing = _extent(quads)
    level = lying >= standing
    first = _read_all(quads, samples, 0 if level else 90, read)
    if _sureness(first) >= SURE and _telling(first) >= ENOUGH_CHARACTERS:
        return first
    second = _read_all(quads, samples, 180 if level else 270, read)
    if level:
        turned = _telling(second) >= ENOUGH_CHARACTERS // 2
        return second if turned and _sureness(second) > max(LEGIBLE, _sureness(first)) else first
    upright = max(first, second, key=_sureness)
    return upright if _sureness(upright) >= LEGIBLE else Orientation()


def find_tilt(quads: Sequence[Quad], turn: int) -> float:
    """Degrees by which lines run downwards once turned by ``turn``: the median, weighted by length.

    ``quads`` are in pixels of the picture before the turn, their first edges along the text.
    """
    tilts, lengths, heights = [], [], []
    for quad in quads:
        length, height = sides(quad)
        if length > 3 * height:
            across, down = quad[1] - quad[0]
            angle = float(np.degrees(np.arctan2(down, across))) + turn
            tilts.append((angle + 180) % 360 - 180)
            lengths.append(length)
            heights.append(height)
    if not tilts:
        return 0.0
    order = np.argsort(tilts)
    reached = np.cumsum(np.array(lengths)[order])
    tilt = tilts[order[int(np.searchsorted(reached, reached[-1] / 2))]]
    drift = abs(np.sin(np.radians(tilt))) * float(np.median(lengths))
    matters = drift > LEAST_DRIFT * float(np.median(heights))
    return tilt if matters and abs(tilt) <= MAX_TILT else 0.0


def _read_all(quads: Sequence[Quad], samples: Sequence[int], turn: int, read: ReadLine) -> Orientation:
    return Orientation(turn, {index: read(turn_quad(quads[index], turn)) for index in samples})


def _sureness(orientation: Orientation) -> float:
    """Mean confidence over all characters read."""
    characters = [
        character
        for reading in orientation.readings.values()
        for character in reading.characters
        if not character.text.isspace()
    ]
    return sum(character.confidence for character in characters) / len(characters) if characters else 0.0


def _telling(orientation: Orientation) -> int:
    return sum(
        character.text not in _TURNABLE and not character.text.isspace()
        for reading in orientation.readings.values()
        for character in reading.characters
    )


def sides(quad: Quad) -> tuple[float, float]:
    """Length of the first edge and of the one that leads down from it, in pixels."""
    return float(np.linalg.norm(quad[1] - quad[0])), float(np.linalg.norm(quad[3] - quad[0]))


def _extent(quads: Sequence[Quad]) -> tuple[float, float]:
    """Total length of the boxes that lie, and of those that stand."""
    pairs = [sides(quad) for quad in quads]
    lying = sum(width for width, height in pairs if width > 1.5 * height)
    standing = sum(height for width, height in pairs if height > 1.5 * width)
    return lying, standing


def _samples(quads: Sequence[Quad]) -> list[int]:
    """Lines long enough to tell something and short enough to be cheap, of the prevailing direction."""
    lying, standing = _extent(quads)
    ratios = []
    for index, quad in enumerate(quads):
        width, height = sides(quad)
        ratio = width / max(height, 1.0) if lying >= standing else height / max(width, 1.0)
        ratios.append((abs(np.log(max(ratio, 1e-3) / 10)), index))
    return [index for distance, index in sorted(ratios)[:SAMPLES] if distance < np.log(10)]
