"""Whether a text holds words, however they were typeset."""

from __future__ import annotations

import re
import unicodedata

_WIDE = r"\u3000-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uff00-\uffef"
_SPACE_BESIDE_WIDE = re.compile(rf"(?<=[{_WIDE}])\s+|\s+(?=[{_WIDE}])")
_GROUPED = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")


def holds(text: str, words: str) -> bool:
    """Compared without case, line breaks, full and half width, and the grouping of digits.

    A number is no part of a longer one: 10 stands neither in 2010 nor in 10.5.
    """
    wanted = folded(words)
    if not wanted:
        return False
    before = r"(?<!\d)(?<!\d[.,])" if wanted[0].isdigit() else ""
    after = r"(?!\d)(?![.,]\d)" if wanted[-1].isdigit() else ""
    return re.search(before + re.escape(wanted) + after, folded(text)) is not None


def folded(text: str) -> str:
    """The form in which texts are compared."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    # A line of Chinese may be broken anywhere; between Latin words a break is a space.
    return _GROUPED.sub("", " ".join(_SPACE_BESIDE_WIDE.sub("", plain).split()))
