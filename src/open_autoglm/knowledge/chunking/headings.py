"""The headings that a text stands under."""

from __future__ import annotations

from dataclasses import dataclass

from open_autoglm.documents.model import Region, RegionType
from open_autoglm.knowledge.chunk import Place

MAX_CHARACTERS = 200
"""What is longer is a paragraph that looks like a heading."""


@dataclass(frozen=True, slots=True)
class Heading:
    text: str
    level: int
    """0 for the title of the document, 1 to 6 for headings."""


@dataclass(frozen=True, slots=True)
class LoneHeading:
    """One with nothing below it; it would be lost where only texts become chunks."""

    text: str
    above: tuple[str, ...]
    place: Place


@dataclass(slots=True)
class _Open:
    heading: Heading
    place: Place
    used: bool = False


class HeadingPath:
    """Follows a document from heading to heading."""

    def __init__(self) -> None:
        self._open: list[_Open] = []

    @property
    def now(self) -> tuple[str, ...]:
        """From the outermost title to the nearest heading."""
        return tuple(one.heading.text for one in self._open)

    def enter(self, heading: Heading, place: Place) -> list[LoneHeading]:
        """Answers the headings that this one ends and that had nothing below them."""
        lone = self._leave(heading.level)
        for one in self._open:
            one.used = True
        self._open.append(_Open(heading, place))
        return lone

    def has_text(self) -> None:
        for one in self._open:
            one.used = True

    def end(self) -> list[LoneHeading]:
        return self._leave(-1)

    def _leave(self, level: int) -> list[LoneHeading]:
        lone: list[LoneHeading] = []
        while self._open and self._open[-1].heading.level >= level:
            left = self._open.pop()
            if not left.used:
                lone.append(LoneHeading(left.heading.text, self.now, left.place))
        return lone


def as_heading(region: Region) -> Heading | None:
    """None for what is no heading."""
    if region.type not in (RegionType.TITLE, RegionType.HEADING):
        return None
    text = " ".join(region.text.split())
    if not text or len(text) > MAX_CHARACTERS:
        return None
    return Heading(text, 0 if region.type is RegionType.TITLE else region.level or 1)
