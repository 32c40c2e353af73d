"""Right-to-left lines: from where glyphs stand to the order in which they are read.

The inverse of the Unicode bidirectional algorithm (UAX #9) for one line whose paragraph runs from
right to left: glyphs are sorted as drawn, the whole line is read from the right, and every run of
left-to-right letters and numbers inside it is read from the left.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from open_autoglm.documents.content import Glyph
from open_autoglm.documents.pdf.character_classes import is_right_to_left
from open_autoglm.documents.pdf.characters import Character

SPACE_GAP = 0.2
"""Of the font size: a wider gap parts two words where the file draws no space."""

_OPENING = {"(": ")", "[": "]", "{": "}", "«": "»"}
_CLOSING = {closing: opening for opening, closing in _OPENING.items()}

_NUMERIC = frozenset({"number", "separator", "terminator"})

Kind = Literal["right", "left", "number", "separator", "terminator", "neutral", "space"]


@dataclass(slots=True)
class _Cluster:
    """What one glyph draws, with the marks on it, in logical order; without characters a space."""

    characters: list[Character]
    x0: float
    x1: float
    kind: Kind


def reorder(run: Sequence[Character]) -> list[list[Character]]:
    """The words of a right-to-left line in logical order, each with its characters in logical order."""
    logical = _read_from_the_right(_with_spaces(_clusters(run), run))
    words: list[list[Character]] = [[]]
    for cluster in logical:
        if cluster.kind == "space":
            words.append([])
        else:
            words[-1].extend(cluster.characters)
    return _upright_brackets([word for word in words if word])


def _clusters(run: Sequence[Character]) -> list[_Cluster]:
    """From left to right as drawn."""
    clusters: list[_Cluster] = []
    marks: list[tuple[Character, Glyph]] = []
    for one in run:
        glyph = one.glyph
        if glyph is None:
            continue
        last = clusters[-1] if clusters else None
        if unicodedata.category(one.text[0]) == "Mn":
            marks.append((one, glyph))
        elif (
            last
            and last.kind == "right"
            and last.characters[0].glyph == replace(glyph, text=last.characters[0].text)
        ):
            # PDFium turns right-to-left runs around, and with them the letters of a ligature.
            last.characters.insert(0, one)
        else:
            clusters.append(_Cluster([one], glyph.box.x0, glyph.box.x1, _kind(one.text)))
    letters = [cluster for cluster in clusters if cluster.kind == "right"]
    for mark, glyph in marks:
        middle = (glyph.box.x0 + glyph.box.x1) / 2
        if letters:
            nearest = min(letters, key=lambda cluster: max(cluster.x0 - middle, middle - cluster.x1))
            nearest.characters.append(mark)
    return sorted(clusters, key=lambda cluster: cluster.x0 + cluster.x1)


def _kind(text: str) -> Kind:
    if any(is_right_to_left(char) for char in text):
        return "right"
    kinds: dict[str, Kind] = {
        "L": "left",
        "EN": "number",
        "AN": "number",
        "ES": "separator",
        "CS": "separator",
        "ET": "terminator",
    }
    return kinds.get(unicodedata.bidirectional(text[0]), "neutral")


def _with_spaces(clusters: list[_Cluster], run: Sequence[Character]) -> list[_Cluster]:
    """The clusters with a space wherever the file draws one, the gap is wide, or the script changes.

    Word processors drop the space after a Latin word in a right-to-left line; a reader needs it.
    """
    drawn = sorted(sum(one.drawn) / 2 for one in run if one.drawn is not None)
    spaced: list[_Cluster] = []
    upcoming = 0
    for cluster in clusters:
        if spaced:
            before = spaced[-1]
            size = cluster.characters[0].glyph.size if cluster.characters[0].glyph else 1.0
            middle = (cluster.x0 + cluster.x1) / 2
            found = False
            while upcoming < len(drawn) and drawn[upcoming] < middle:
                found, upcoming = True, upcoming + 1
            scripts = {before.kind, cluster.kind} == {"left", "right"}
            if {before.kind, cluster.kind} <= _NUMERIC and cluster.x0 - before.x1 < SPACE_GAP * size:
                found = False  # a space drawn over a number parts nothing
            if found or scripts or cluster.x0 - before.x1 > SPACE_GAP * size:
                spaced.append(_Cluster([], before.x1, cluster.x0, "space"))
        else:
            while upcoming < len(drawn) and drawn[upcoming] < cluster.x0:
                upcoming += 1
        spaced.append(cluster)
    return spaced


def _read_from_the_right(clusters: list[_Cluster]) -> list[_Cluster]:
    logical: list[_Cluster] = []
    index = len(clusters) - 1
    while index >= 0:
        if not _reads_left_to_right(clusters, index):
            logical.append(clusters[index])
            index -= 1
            continue
        start = _start_of_left_to_right(clusters, index)
        logical.extend(clusters[start : index + 1])
        index = start - 1
    return logical


def _reads_left_to_right(clusters: list[_Cluster], index: int) -> bool:
    """Letters and numbers, and a sign such as % right behind a number."""
    if clusters[index].kind == "terminator":
        return index > 0 and clusters[index - 1].kind == "number"
    return clusters[index].kind in ("left", "number")


def _start_of_left_to_right(clusters: list[_Cluster], end: int) -> int:
    """The first cluster of the left-to-right run that ends at ``end``."""
    start = index = end
    while index > 0:
        index -= 1
        kind = clusters[index].kind
        if kind == "right":
            break
        if kind == "left":
            start = index
        elif kind == "number":
            # Numbers keep their order among themselves only across one separator; after letters always.
            between = [cluster.kind for cluster in clusters[index + 1 : start]]
            letters = any(cluster.kind == "left" for cluster in clusters[start : end + 1])
            if not between or between == ["separator"] or between == ["terminator"] or letters:
                start = index
        elif kind == "terminator" and index == start - 1 and clusters[start].kind == "number":
            start = index
    return start


def _upright_brackets(words: list[list[Character]]) -> list[list[Character]]:
    """Some files store brackets as drawn, others as meant: a line that closes before it opens is mirrored."""
    depth = 0
    for word in words:
        for one in word:
            depth += (one.text in _OPENING) - (one.text in _CLOSING)
            if depth < 0:
                return [[_mirrored(each) for each in group] for group in words]
    return words


def _mirrored(one: Character) -> Character:
    text = _OPENING.get(one.text) or _CLOSING.get(one.text)
    if text is None or one.glyph is None:
        return one
    return replace(one, text=text, glyph=replace(one.glyph, text=text))
