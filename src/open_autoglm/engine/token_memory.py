"""Tokens of texts that come again with every keystroke: markers, and files shown beside the place.

Each question takes about a millisecond, and a prompt that is filled in is made of a dozen texts.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

from open_autoglm.engine.fill_in_middle import Tokenize

MAX_TEXTS = 128
MAX_CHARACTERS = 2_000_000


class TokenMemory:
    """A ``Tokenize`` that remembers; for one event loop, and as long as the engine has the same model."""

    def __init__(self, tokenize: Tokenize) -> None:
        self._tokenize = tokenize
        self._kept: OrderedDict[tuple[str, bool], tuple[int, ...]] = OrderedDict()
        self._characters = 0

    async def __call__(self, text: str, markers: bool) -> Sequence[int]:
        key = text, markers
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        tokens = tuple(await self._tokenize(text, markers))
        if key not in self._kept and len(text) <= MAX_CHARACTERS // 4:
            self._kept[key] = tokens
            self._characters += len(text)
            while len(self._kept) > MAX_TEXTS or self._characters > MAX_CHARACTERS:
                (old, _), _ = self._kept.popitem(last=False)
                self._characters -= len(old)
        return tokens
