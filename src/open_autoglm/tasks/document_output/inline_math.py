"""Takes Markdown with ``$…$`` apart into text and formulas."""

from __future__ import annotations

import re
from collections.abc import Iterator

_MATH = re.compile(r"(?<!\\)\$([^$]+?)(?<!\\)\$")
_ESCAPED = re.compile(r"\\([\\`*_{}\[\]()#+\-.!<>$|~])")


def split_inline_math(markdown: str) -> Iterator[tuple[str, bool]]:
    """Pieces in order: (plain text with Markdown's backslashes removed, False) or (LaTeX, True)."""
    end = 0
    for match in _MATH.finditer(markdown):
        if match.start() > end:
            yield _ESCAPED.sub(r"\1", markdown[end : match.start()]), False
        yield match[1], True
        end = match.end()
    if end < len(markdown):
        yield _ESCAPED.sub(r"\1", markdown[end:]), False
