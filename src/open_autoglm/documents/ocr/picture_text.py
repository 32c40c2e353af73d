"""What reading a picture gives, and what a reader of pictures does; loads no library for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from open_autoglm.documents.content import Image, Line, Rect

READING_DPI = 150.0
"""Resolution at which pages are drawn for reading; 200 gave no better text at more cost."""


@dataclass(frozen=True, slots=True)
class PictureText:
    """What was read. Boxes are in points of the picture once it stands upright and level."""

    lines: list[Line] = field(default_factory=list)
    turn: int = 0
    """Degrees clockwise by which the picture was turned."""
    tilt: float = 0.0
    """Degrees by which its lines still ran downwards; ``image`` and the boxes are straightened."""
    image: Image | None = None
    """The picture as it was read, upright and level; None where it holds no text."""


class TextReader(Protocol):
    """Reads all text in a picture (see ``OcrReader``)."""

    def read(
        self, image: Image, dpi: float, *, find_turn: bool = True, known: Sequence[Rect] = ()
    ) -> PictureText: ...
