"""A piece of the project that is shown to the model, and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Why = Literal["definition", "similar", "recent"]

CHARACTERS_PER_TOKEN = 3.0
"""Of code; about 3.4 with the vocabularies in use, so this counts rather too many tokens."""


@dataclass(frozen=True, slots=True)
class Snippet:
    """Text of one file. Lines count from 1; ``last_line`` is part of it."""

    path: str
    text: str
    why: Why
    first_line: int
    last_line: int
    name: str = ""
    """Of what is defined in it, for a definition."""

    @property
    def tokens(self) -> int:
        return estimated_tokens(self.path) + estimated_tokens(self.text)


def estimated_tokens(text: str) -> int:
    """Without a model: characters of other scripts than Latin are about a token each."""
    wide = len(text) - len(text.encode("ascii", "ignore"))
    return round((len(text) - wide) / CHARACTERS_PER_TOKEN) + wide + 1
