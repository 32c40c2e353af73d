"""Which passages answer a question, by what its line in the file of questions says."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from open_autoglm.evaluation.question_file import KnownQuestion
from open_autoglm.evaluation.rag.same_words import folded, holds
from open_autoglm.knowledge.hit import Hit
from open_autoglm.knowledge.store.base_store import StoredChunk

_NUMBER = re.compile(r"\d+(?:\.\d+)+")


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage that was found or cited."""

    chunk: int
    file: str
    """As a search shows it."""
    pages: tuple[int, ...]
    headings: tuple[str, ...]
    text: str


def passages_of(hit: Hit, name: Callable[[str], str]) -> tuple[Passage, ...]:
    """What was found, then what says nearly the same and was folded into it; ``name`` shortens a path."""
    return tuple(_passage(one, name) for one in (hit.found, *hit.same))


def is_right(question: KnownQuestion, passage: Passage) -> bool:
    """Whether it fulfils all that the question's line says of where the answer stands.

    What ``answers`` hold must stand in the passage only where ``texts`` doesn't name its words.
    """
    words = question.texts or question.answers
    return (
        (not question.files or any(is_file(one, passage.file) for one in question.files))
        and (question.page is None or question.page in passage.pages)
        and (not question.sections or stands_in(passage.headings, question.sections))
        and (not words or any(holds(passage.text, one) for one in words))
    )


def is_file(wanted: str, shown: str) -> bool:
    """``network.pdf`` and ``manuals/network.pdf`` are ``company/manuals/network.pdf``."""
    return plain_name(wanted) in ends_of(shown)


def ends_of(shown: str) -> tuple[str, ...]:
    """Every way in which a file may be named."""
    parts = plain_name(shown).split("/")
    return tuple("/".join(parts[place:]) for place in range(len(parts)))


def plain_name(file: str) -> str:
    """The form in which names are compared: most systems compose their letters, macOS does not."""
    return unicodedata.normalize("NFC", file.replace("\\", "/").strip("/"))


def stands_in(headings: Sequence[str], sections: Sequence[str]) -> bool:
    """Whether one of the headings is one of the sections, or bears the number of one."""
    wanted = {folded(section) for section in sections}
    return any(not wanted.isdisjoint(_names(heading)) for heading in headings)


def _names(heading: str) -> tuple[str, ...]:
    plain = folded(heading)
    number = _NUMBER.match(plain)
    return (plain,) if number is None else (plain, number[0], plain[number.end() :].strip(" ."))


def _passage(stored: StoredChunk, name: Callable[[str], str]) -> Passage:
    chunk = stored.chunk
    pages = tuple(dict.fromkeys(place.page for place in chunk.places))
    return Passage(stored.id, name(stored.file.path), pages, chunk.headings, chunk.text)
