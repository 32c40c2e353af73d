"""One step through a text layer."""

from __future__ import annotations

from dataclasses import dataclass, field

from open_autoglm.documents.content import Glyph
from open_autoglm.documents.pdf.fonts import Font


@dataclass(slots=True)
class Character:
    """A glyph, or a space or line end (no glyph).

    ``drawn`` is the horizontal extent of a space that the file has; PDFium's own guesses have none.
    ``sound`` is False where the file can't map the glyph to Unicode.
    """

    text: str
    glyph: Glyph | None = None
    font: Font = field(default_factory=Font)
    angle: int = 0
    sound: bool = True
    drawn: tuple[float, float] | None = None
