"""The spans of a chunk that are embedded and compared one by one: about 100 characters of Chinese."""

from __future__ import annotations

import re

from open_autoglm.knowledge.chunk import ChunkKind, Window
from open_autoglm.knowledge.chunking.sentences import line_spans, packed, short_spans

CHARACTERS = 100
LATIN_CHARACTERS = 200
"""A letter says about half of what a Chinese character says."""
STRETCH = 1.3
"""A window may be so many times as long where that keeps sentences whole."""
_HAN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_HAN_SHARE = 0.25


def windows_of(text: str, kind: ChunkKind) -> tuple[Window, ...]:
    """In order, covering all of ``text``; rows of tables are never parted."""
    if not text:
        return (Window(0, 0),)
    limit = window_characters(text)
    spans = line_spans(text) if kind == "table" else short_spans(text, limit)
    return tuple(Window(start, end) for start, end in packed(spans, round(limit * STRETCH), limit))


def window_characters(text: str) -> int:
    """About how long a window of such a text is."""
    return CHARACTERS if len(_HAN.findall(text)) > _HAN_SHARE * len(text) else LATIN_CHARACTERS
