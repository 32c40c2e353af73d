"""How much of a text is shown to the model, begun where it begins with the next keystroke too.

A prompt is computed again from its first changed token on. A window that moves with the cursor would change
its first token with every line; so it begins at a line which the text itself marks out.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass

from open_autoglm.code.completion.place import Place

CHARACTERS_PER_TOKEN = 3
FREE_SHARE = 3
"""The beginning is looked for in the first third of the window."""


@dataclass(frozen=True, slots=True)
class WindowLimits:
    """In tokens, as far as they can be told from characters."""

    prefix_tokens: int = 1_024
    suffix_tokens: int = 128


def windowed(place: Place, limits: WindowLimits) -> tuple[str, str]:
    """Prefix and suffix within the limits; whole lines, but for the cursor's own."""
    return (
        _tail(place.prefix, limits.prefix_tokens * CHARACTERS_PER_TOKEN),
        _head(place.suffix, limits.suffix_tokens * CHARACTERS_PER_TOKEN),
    )


def _tail(text: str, most: int) -> str:
    """The end of a text. Of the lines that it may begin with, the one with the least checksum is taken: as
    the window moves on it stays the least, until it falls out."""
    if len(text) <= most:
        return text
    first = text.find("\n", len(text) - most - 1) + 1
    if first == 0:  # one line longer than the window
        return text[-most:]
    starts = [first]
    while (following := text.find("\n", starts[-1]) + 1) and following <= first + most // FREE_SHARE:
        starts.append(following)
    chosen = min(starts, key=lambda start: (zlib.crc32(text[start : _line_end(text, start)].encode()), start))
    return text[chosen:]


def _line_end(text: str, start: int) -> int:
    end = text.find("\n", start)
    return len(text) if end < 0 else end


def _head(text: str, most: int) -> str:
    if len(text) <= most:
        return text
    end = text.rfind("\n", 0, most)
    return text[: end + 1] if end >= 0 else text[:most]
