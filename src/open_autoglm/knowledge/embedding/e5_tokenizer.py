"""Texts become the tokens of a multilingual E5: those of XLM-RoBERTa's pieces that make a text most probable.

In Python, because it takes a fiftieth of the time that the network takes, and because the package
``tokenizers`` needs 280 MB for this vocabulary where this needs 60; the tests hold one against the other.
Sources: https://arxiv.org/abs/1804.10959 (unigram models), https://arxiv.org/abs/1911.02116 (the vocabulary).
"""

from __future__ import annotations

import json
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

MOST_CHARACTERS = 16_384
"""Of one text that are looked at: 32 for each token of the window, where few have more than three."""
WORD_BEGIN = "▁"
UNKNOWN_PENALTY = 10.0
"""How much less probable an unknown character is than the rarest piece; as SentencePiece has it."""
_IMPOSSIBLE = float("-inf")


@dataclass(frozen=True, slots=True)
class Tokens:
    ids: list[int]
    """With the marks of beginning and end."""
    cut: bool
    """Whether the text was longer than the window."""


class E5Tokenizer:
    """``facts`` is the JSON that ``local/convert_e5.py`` writes: pieces, scores, marks, replaced.

    Raises ValueError, KeyError or TypeError for anything else.
    """

    def __init__(self, facts: str, window: int) -> None:
        parsed: dict[str, Any] = json.loads(facts)
        marks = parsed["marks"]
        self._begin, self._end, self._unknown = (int(marks[name]) for name in ("begin", "end", "unknown"))
        self._window = window
        self._scores = array("d", parsed["scores"])
        self._tokens = {str(piece): token for token, piece in enumerate(parsed["pieces"])}
        if len(self._tokens) != len(self._scores):
            raise ValueError(f"{len(self._tokens)} pieces have {len(self._scores)} scores")
        self._unknown_score = min(self._scores) - UNKNOWN_PENALTY
        for piece in [piece for piece, token in self._tokens.items() if token in marks.values()]:
            del self._tokens[piece]  # so that nobody can write a mark into a text
        self._longest: dict[str, int] = {}
        """Characters of the longest piece that begins with a character."""
        for piece in self._tokens:
            self._longest[piece[0]] = max(len(piece), self._longest.get(piece[0], 0))
        self._replaced = {int(code_point): text for code_point, text in parsed["replaced"].items()}

    def tokens(self, text: str) -> Tokens:
        """Of one text, at most as many as the window holds."""
        room = self._window - 2
        ids: list[int] = []
        for word in text[:MOST_CHARACTERS].translate(self._replaced).split():
            ids += self._pieces(WORD_BEGIN + word)
            if len(ids) > room:
                break
        cut = len(ids) > room or len(text) > MOST_CHARACTERS
        return Tokens([self._begin, *ids[:room], self._end], cut)

    def _pieces(self, word: str) -> Sequence[int]:
        """The best way through the word, by dynamic programming over its characters."""
        tokens, scores, longest = self._tokens, self._scores, self._longest
        length = len(word)
        best = [0.0] + [_IMPOSSIBLE] * length
        came = [(0, 0)] * (length + 1)
        for start in range(length):
            score = best[start]
            for end in range(start + 1, min(start + longest.get(word[start], 0), length) + 1):
                token = tokens.get(word[start:end])
                if token is not None and score + scores[token] > best[end]:
                    best[end] = score + scores[token]
                    came[end] = (start, token)
            if word[start] not in tokens and score + self._unknown_score > best[start + 1]:
                best[start + 1] = score + self._unknown_score
                came[start + 1] = (start, self._unknown)
        found: list[int] = []
        end = length
        while end > 0:
            end, token = came[end]
            # Several unknown characters side by side are one unknown token.
            if token != self._unknown or not found or found[-1] != self._unknown:
                found.append(token)
        return found[::-1]
