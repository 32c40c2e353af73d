"""Where a text may be cut: after sentences, else after clauses, else between words. Chinese and English."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

Span = tuple[int, int]
"""Start and end in a text; spans of one text follow each other and cover all of it."""

_CLOSING = "\"'”’』」）)】》〉\\]"
_SENTENCE_END = re.compile(
    rf"[。！？；…]+[{_CLOSING}]*\s*"
    rf"|[.!?]+[{_CLOSING}]*(?=\s)\s+(?=[\"'“‘(\[]?[^\W_a-z])"  # what follows begins like a sentence
    r"|(?<![a-z,])\n\s*|\n(?![a-z])\s*"  # a line that goes on in the next one is no sentence
)
_ABBREVIATION = re.compile(
    r"(?:^|[\s(])(?:[A-Za-z]|e\.g|i\.e|etc|cf|vs|al|approx|ca|Mr|Mrs|Ms|Dr|Prof|St|Fig|Figs|Eq|No|Nos|Sec|Ch"
    r"|Vol|pp?|ed|eds|Inc|Ltd|Co|Corp|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\.\s*$"
)
_CLAUSE_END = re.compile(rf"[，、：,;:][{_CLOSING}]*\s*|\s+[-–—]\s+|[—]+")
_WORD_END = re.compile(r"\s+")
_LEVELS = (_CLAUSE_END, _WORD_END)


def sentence_spans(text: str) -> list[Span]:
    """The sentences of ``text`` with the space after each; a line's end ends a sentence too."""
    ends = [
        match.end()
        for match in _SENTENCE_END.finditer(text)
        if not _ABBREVIATION.search(text, max(0, match.start() - 12), match.end())
    ]
    return _between(text, ends)


def line_spans(text: str) -> list[Span]:
    """The lines of ``text``, each with its end."""
    return _between(text, [match.end() for match in re.finditer(r"\n", text)])


def short_spans(text: str, limit: int) -> list[Span]:
    """Sentences; those beyond ``limit`` characters are parted at clauses, else at spaces, else anywhere."""
    return [part for span in sentence_spans(text) for part in _parted(text, span, limit, 0)]


def packed(spans: Sequence[Span], limit: int, target: int | None = None) -> list[Span]:
    """Neighbouring spans together, up to ``limit`` characters, about equally long.

    ``target`` is the length they come near to; default: ``limit``.
    """
    if not spans:
        return []
    total = spans[-1][1] - spans[0][0]
    count = max(1, -(-total // (target or limit)))
    aim = total / count
    groups: list[Span] = []
    start, end = spans[0][0], spans[0][0]
    for first, last in spans:
        beyond = last - start > limit
        nearer = last - start - aim > aim - (end - start)  # adding it leads farther from the aim
        if end > start and (beyond or nearer):
            groups.append((start, end))
            start = first
        end = last
    groups.append((start, end))
    return _without_crumbs(groups, limit, round(aim / 4))


def _without_crumbs(groups: list[Span], limit: int, least: int) -> list[Span]:
    """A last group of a few characters goes to the one before it."""
    if len(groups) > 1 and groups[-1][1] - groups[-1][0] < least and groups[-1][1] - groups[-2][0] <= limit:
        return [*groups[:-2], (groups[-2][0], groups[-1][1])]
    return groups


def _parted(text: str, span: Span, limit: int, level: int) -> Iterator[Span]:
    start, end = span
    if end - start <= limit:
        yield span
        return
    if level == len(_LEVELS):
        yield from pairwise([*range(start, end, limit), end])
        return
    ends = [match.end() for match in _LEVELS[level].finditer(text, start, end)]
    for part in pairwise(dict.fromkeys([start, *ends, end])):
        yield from _parted(text, part, limit, level + 1)


def _between(text: str, ends: Sequence[int]) -> list[Span]:
    borders = list(dict.fromkeys([0, *ends, len(text)]))
    return list(pairwise(borders))
