"""What a repair asks of a language model: to write an edit, to fill a gap, to say how likely a text is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol


class Writer(Protocol):
    """A language model, seen from here. Every method may answer with nothing."""

    @property
    def fills_gaps(self) -> bool:
        """Whether it can write what stands between two texts."""

    def answers(
        self, system: str, prompt: str, tries: int, max_tokens: int, grammar: str = ""
    ) -> Iterator[str]:
        """Up to ``tries`` answers to one prompt, different ones after the first.

        ``grammar`` (GBNF) holds them to a form where the model can be held.
        """

    def fillings(
        self, before: str, after: str, others: Sequence[tuple[str, str]], tries: int
    ) -> Iterator[str]:
        """What may stand between ``before`` and ``after`` on one line; ``others`` are further files."""

    def likelihood(self, before: str, after: str, text: str) -> float | None:
        """Natural logarithm of the probability of ``text`` between two others; None where it can't tell."""
