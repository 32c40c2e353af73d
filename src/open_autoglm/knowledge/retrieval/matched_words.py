"""The words of a question that stand in a chunk, as the person wrote them."""

from __future__ import annotations

import re

from open_autoglm.knowledge.retrieval.alike import ReadChunk
from open_autoglm.knowledge.terms import fold_characters, is_unspaced, terms

_WRITTEN = re.compile(r"[^\s。！？，、；：!?,;:\"“”‘’()（）《》「」\[\]【】]+")


def matched_words(question: str, chunk: ReadChunk) -> tuple[str, ...]:
    """Each once, in the order of the question; runs of Chinese as long as their pairs stand there."""
    found = [word for written in _WRITTEN.findall(question) for word in _matched(written, chunk)]
    return tuple(dict.fromkeys(found))


def _matched(written: str, chunk: ReadChunk) -> list[str]:
    folded = fold_characters(written)
    if len(folded) != len(written):  # not one to one: shown as it was folded
        written = folded
    if not any(is_unspaced(character) for character in folded):
        own = terms(folded)
        return [written.strip(".")] if any(map(chunk.holds, own)) else []
    runs: list[str] = []
    start = 0
    while start < len(folded):
        end = _run_end(folded, start, chunk)
        if end - start >= 2:
            runs.append(written[start:end])
        start = max(end, start + 1)
    return runs


def _run_end(text: str, start: int, chunk: ReadChunk) -> int:
    """Where the run that begins at ``start`` ends: its pairs, or its Latin word, stand in the chunk."""
    if not is_unspaced(text[start]):
        end = start
        while end < len(text) and not is_unspaced(text[end]):
            end += 1
        return end if any(map(chunk.holds, terms(text[start:end]))) else start
    end = start + 1
    while end < len(text) and is_unspaced(text[end]) and chunk.holds(text[end - 1 : end + 1]):
        end += 1
    return end if end - start >= 2 else start
