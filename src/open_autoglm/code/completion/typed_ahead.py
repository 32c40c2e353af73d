"""Suggestions that somebody is typing out: what is left of them is the answer to the next keystroke.

A greedy model that suggested ``load(page)`` suggests ``oad(page)`` once the ``l`` is typed. So it need not be
asked again until something else is typed, and answers come at once.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass

KEPT = 256
TAIL_CHARACTERS = 300
"""Of the text before the cursor, as much as tells the place; its beginning moves with the window."""


@dataclass(frozen=True, slots=True)
class _Suggestion:
    tail: str
    text: str


class TypedAhead:
    """For one event loop or thread. Suggestions of one ``owner`` are never told to another."""

    def __init__(self) -> None:
        self._kept: OrderedDict[bytes, list[_Suggestion]] = OrderedDict()

    def keep(self, owner: Hashable, prefix: str, suffix: str, text: str) -> None:
        """Remember a suggestion for a place."""
        if not text:
            return
        key = _key(owner, suffix)
        suggestions = self._kept.setdefault(key, [])
        suggestions.append(_Suggestion(prefix[-TAIL_CHARACTERS:], text))
        del suggestions[:-4]
        self._kept.move_to_end(key)
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)

    def rest(self, owner: Hashable, prefix: str, suffix: str) -> str | None:
        """What is left of a suggestion whose beginning has been typed; None where there is none."""
        for one in reversed(self._kept.get(_key(owner, suffix), [])):
            for typed in range(len(one.text)):
                before = prefix[: len(prefix) - typed]
                if prefix.endswith(one.text[:typed]) and before[-TAIL_CHARACTERS:] == one.tail:
                    return one.text[typed:]
        return None


def _key(owner: Hashable, suffix: str) -> bytes:
    material = f"{owner!r}\0{suffix}".encode("utf-8", "surrogatepass")
    return hashlib.sha256(material).digest()
