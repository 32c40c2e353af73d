"""A candidate with its text, and whether two say nearly the same: copies of a file, versions of a page."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass
from functools import cached_property

from open_autoglm.knowledge.store.base_store import StoredChunk
from open_autoglm.knowledge.terms import fold_characters, is_unspaced, terms, word_terms

ALIKE = 0.9
"""Share of the terms of both that they have in common."""


@dataclass(frozen=True)
class ReadChunk:
    """What a search asks of a text. Folded once; its terms are made only where they are needed."""

    stored: StoredChunk

    @cached_property
    def folded(self) -> str:
        """With the headings: they say what the text is about."""
        chunk = self.stored.chunk
        return fold_characters("\n".join((*chunk.headings, chunk.text)))

    @cached_property
    def terms(self) -> frozenset[str]:
        return frozenset(terms(self.stored.chunk.text))

    @cached_property
    def characters(self) -> frozenset[str]:
        return frozenset(self.stored.chunk.text)

    @cached_property
    def _words(self) -> set[str]:
        return word_terms(self.folded)

    def held(self, asked: Set[str]) -> frozenset[str]:
        """Those of the terms that stand in the chunk or its headings."""
        return frozenset(term for term in asked if self.holds(term))

    def holds(self, term: str) -> bool:
        return term in self.folded if is_unspaced(term) else term in self._words


def nearly_same(first: ReadChunk, second: ReadChunk) -> bool:
    """Whether two chunks differ in a few words and in no number: another amount is another statement."""
    lengths = sorted((len(first.stored.chunk.text), len(second.stored.chunk.text)))
    if lengths[0] < ALIKE * lengths[1] or not _overlap(first.characters, second.characters):
        return False
    if not _overlap(first.terms, second.terms):
        return False
    return not any(character.isdigit() for term in first.terms ^ second.terms for character in term)


def _overlap(first: frozenset[str], second: frozenset[str]) -> bool:
    sizes = len(first), len(second)
    if min(sizes) < ALIKE * max(sizes):
        return False
    common = len(first & second)
    return common >= ALIKE * (sum(sizes) - common)
