"""The text of each token of a text, with two questions to the engine however many tokens there are.

The tokens are put together with a marker between each two, and the text is taken apart at the markers. That
is exact because llama.cpp writes a sequence of tokens one after another, whatever their neighbours are: its
``/detokenize`` is the concatenation of the pieces (tools/server, ``tokens_to_str``). The marker is a control
character that the text does not hold. Being ASCII, it also ends what is no whole character: such bytes become
U+FFFD just as they do when their token is asked for alone.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

MARKERS = tuple(map(chr, (0x1E, 0x1F, 0x1D, 0x1C, *range(0x01, 0x09), *range(0x0E, 0x1B))))
"""Control characters that stand in hardly any text, and in no token beside other characters."""
MAX_SINGLE = 1000
"""Tokens asked for one by one, where no marker helps."""

Tokenize = Callable[[str], Awaitable[Sequence[int]]]
Detokenize = Callable[[Sequence[int]], Awaitable[str]]


class TooManyTokens(Exception):
    """More different tokens than can be asked for one by one."""


async def pieces_of(
    text: str, tokens: Sequence[int], tokenize: Tokenize, detokenize: Detokenize
) -> list[str]:
    """The text of each of ``tokens``, which are those of ``text``. Raises TooManyTokens."""
    marker = next((each for each in MARKERS if each not in text), None)
    if marker is not None and tokens:
        *_, between = await tokenize(marker)
        joined = [between]
        for token in tokens:
            joined += (token, between)
        parts = (await detokenize(joined)).split(marker)
        if len(parts) == len(tokens) + 2 and not parts[0] and not parts[-1]:
            return parts[1:-1]
    if len(set(tokens)) > MAX_SINGLE:
        raise TooManyTokens
    alone = {token: await detokenize([token]) for token in set(tokens)}
    return [alone[token] for token in tokens]
