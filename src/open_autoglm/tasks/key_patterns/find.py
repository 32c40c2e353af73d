"""All patterns over one text; where two of them claim the same characters the more certain one wins."""

from __future__ import annotations

from open_autoglm.tasks.document_result import KeyKind
from open_autoglm.tasks.key_patterns.amounts import find_amounts
from open_autoglm.tasks.key_patterns.contacts import find_contacts
from open_autoglm.tasks.key_patterns.dates import find_dates
from open_autoglm.tasks.key_patterns.duties import find_duties
from open_autoglm.tasks.key_patterns.identifiers import find_identifiers
from open_autoglm.tasks.key_patterns.match import PatternMatch
from open_autoglm.tasks.key_patterns.names import find_names

MAX_SEARCHED_CHARACTERS = 20_000
"""Of one passage. Bounds the time a hostile text can take; a longer passage is searched piece by piece."""

_EXCLUSIVE = (find_contacts, find_identifiers, find_amounts, find_dates)


def find_patterns(text: str) -> list[PatternMatch]:
    """Every match in order of place.

    A number belongs to one of contact, identifier, amount and date. Names, obligations and deadlines
    may hold any of them.
    """
    found: list[PatternMatch] = []
    for offset in range(0, len(text), MAX_SEARCHED_CHARACTERS):
        piece = text[offset : offset + MAX_SEARCHED_CHARACTERS]
        found.extend(_shifted(match, offset) for match in _find(piece))
    return sorted(found, key=lambda match: (match.start, match.end))


def _find(text: str) -> list[PatternMatch]:
    exclusive: list[PatternMatch] = []
    for find in _EXCLUSIVE:
        for match in find(text):
            if not any(match.start < other.end and other.start < match.end for other in exclusive):
                exclusive.append(match)
    names = [
        match
        for match in find_names(text)
        if not any(
            other.kind is KeyKind.CONTACT and match.start < other.end and other.start < match.end
            for other in exclusive
        )
    ]
    return [*exclusive, *names, *find_duties(text)]


def _shifted(match: PatternMatch, offset: int) -> PatternMatch:
    if not offset:
        return match
    return PatternMatch(
        match.kind,
        match.start + offset,
        match.end + offset,
        match.value,
        match.normalized,
        match.label,
        match.note,
    )
