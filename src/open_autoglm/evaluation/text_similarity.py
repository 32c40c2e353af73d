"""How much of a reference text was read, in order: word similarity.

``similarity = 2·LCS / (words read + words of the reference)``, the normalized Indel similarity over
words. The longest common subsequence is computed exactly by the bit-parallel method of Hyyrö
("Bit-Parallel LCS-length Computation Revisited", 2004) on Python's long integers, so that nothing
has to be installed; a pair of 3,000-word pages takes a few milliseconds.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Sequence
from itertools import groupby

_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_TAG = re.compile(r"</?[A-Za-z][^<>]*>")
_LINK = re.compile(r"!?\[([^\]\n]*)\]\([^)\s]*(?:\s+\"[^\"]*\")?\)")
_PLACEHOLDER = re.compile(r"\[figure(?:\]|: )")
_ESCAPE = re.compile(r"\\([\\`*_{}\[\]()#+\-.!|<>$~])")
_TABLE_ROW = re.compile(r"^\s*\|(.*)\|\s*$")
_TABLE_RULE = re.compile(r"^\s*\|?[\s:|-]*-[\s:|-]*\|?\s*$")
_WORD = re.compile(
    r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u3040-\u30ff\U00020000-\U0003ffff]"
    r"|(?:(?![\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u3040-\u30ff\U00020000-\U0003ffff])[^\W_])+"
)


def word_similarity(read: str, reference: str) -> float:
    """Between 0 and 1; 1 for the same words in the same order. Both texts may be Markdown."""
    return sequence_similarity(words(read), words(reference))


def sequence_similarity(read: Sequence[str], reference: Sequence[str]) -> float:
    """``2·LCS / (len(read) + len(reference))``; two empty sequences are the same."""
    total = len(read) + len(reference)
    return 2 * longest_common_subsequence(read, reference) / total if total else 1.0


def longest_common_subsequence(one: Sequence[str], other: Sequence[str]) -> int:
    """Length of the longest sequence that both contain in order."""
    if len(one) > len(other):
        one, other = other, one
    places: dict[str, int] = {}
    for index, word in enumerate(one):
        places[word] = places.get(word, 0) | 1 << index
    mask = (1 << len(one)) - 1
    row = mask  # a zero bit marks a place where the subsequence grew
    for word in other:
        matched = row & places.get(word, 0)
        row = (row + matched | row - matched) & mask
    return len(one) - row.bit_count()


def words(text: str) -> list[str]:
    """Words in order, case folded, without Markdown, HTML and punctuation; CJK one character each.

    Compatibility forms (ligatures, full-width letters) are made one (NFKC), and marks on letters stay
    with them, so that a reader's choice of code points doesn't count.
    """
    plain = unicodedata.normalize("NFKC", strip_markdown(text)).casefold()
    plain = "".join(char for char in plain if unicodedata.category(char) not in ("Mn", "Cf"))
    return _WORD.findall(plain)


def strip_markdown(text: str) -> str:
    """The text without comments, tags, link targets, table lines and escapes.

    A table in Markdown has no spans, so writers repeat a spanning cell's text in each column: equal
    neighbors that are no numbers count once. Placeholders for pictures are comments and vanish.
    """
    text = _PLACEHOLDER.sub(" ", _LINK.sub(r"\1", _COMMENT.sub(" ", text)))
    lines = [_plain_row(line) for line in text.splitlines() if not _TABLE_RULE.match(line)]
    return html.unescape(_ESCAPE.sub(r"\1", _TAG.sub(" ", "\n".join(lines))))


def _plain_row(line: str) -> str:
    row = _TABLE_ROW.match(line)
    if row is None:
        return line
    cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", row.group(1))]
    kept: list[str] = []
    for cell, group in groupby(cells):
        count = 1 if any(char.isalpha() for char in cell) else len(list(group))
        kept.extend([cell] * count)
    return "  ".join(kept)
