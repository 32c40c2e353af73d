"""Questions to a knowledge base as a file: one JSON object a line, with what is known of the answer."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from open_autoglm.errors import DamagedInput, InputMissing, LimitExceeded

MAX_LINES = 100_000
MAX_LINE_BYTES = 1_000_000
_FORM = 'Each line is an object such as {"id": "7", "question": "…"}.'


@dataclass(frozen=True, slots=True)
class KnownQuestion:
    """What is known of the answer may be empty: a search needs none of it, a measurement some."""

    id: str | int
    question: str
    files: tuple[str, ...] = ()
    """In one of these it stands; as a search shows them, or the end of that: ``manuals/network.pdf`` or
    ``network.pdf``."""
    page: int | None = None
    sections: tuple[str, ...] = ()
    """Under one of these headings: the heading, or its number such as ``1.4.2``."""
    texts: tuple[str, ...] = ()
    """The passage that answers holds one of these."""
    answers: tuple[str, ...] = ()
    """The answer holds one of these."""
    answerable: bool | None = None
    """Whether the base holds an answer; None where nothing is said."""
    where: str = ""
    """The line that it was read from, for people: ``q.jsonl, line 7``."""


def read_questions(path: Path) -> list[KnownQuestion]:
    """Every line that is not empty; one without ``id`` gets the number of its line.

    Raises InputMissing, LimitExceeded, and DamagedInput with the number of the line that is wrong.
    """
    try:
        with path.open("rb") as file:
            return list(_questions(file, path.name))
    except OSError as error:
        raise InputMissing(
            f"The questions {path} can't be read: {error.strerror or error}.", hint="Check the path."
        ) from error


def _questions(lines: Iterator[bytes], name: str) -> Iterator[KnownQuestion]:
    for number, line in enumerate(lines, start=1):
        if number > MAX_LINES:
            raise LimitExceeded(f"{name} has more than {MAX_LINES:,} lines.", hint="Divide it.")
        if len(line) > MAX_LINE_BYTES:
            raise LimitExceeded(f"{name}, line {number} is longer than {MAX_LINE_BYTES:,} bytes.")
        if line.strip():
            yield _question(line, number, f"{name}, line {number}")


def _question(line: bytes, number: int, where: str) -> KnownQuestion:
    try:
        fields = json.loads(line.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise DamagedInput(f"{where} is no JSON in UTF-8: {error}.", hint=_FORM) from error
    if not isinstance(fields, dict):
        raise DamagedInput(f"{where} is no JSON object.", hint=_FORM)
    question = fields.get("question")
    if not isinstance(question, str) or not question.strip():
        raise DamagedInput(f'{where} has no text under "question".', hint=_FORM)
    return KnownQuestion(
        id=_id(fields, number, where),
        question=question,
        files=_texts(fields, ("file", "files"), where),
        page=_whole(fields, "page", where),
        sections=_texts(fields, ("section", "sections"), where),
        texts=_texts(fields, ("text",), where),
        answers=_texts(fields, ("answer",), where),
        answerable=_truth(fields, "answerable", where),
        where=where,
    )


def _id(fields: Mapping[str, object], number: int, where: str) -> str | int:
    value = fields.get("id", number)
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise DamagedInput(f'{where} has an "id" that is neither text nor a whole number.', hint=_FORM)
    return value


def _texts(fields: Mapping[str, object], keys: Sequence[str], where: str) -> tuple[str, ...]:
    """Of all ``keys``, each of which may hold one text or a list of them."""
    found: list[str] = []
    for key in keys:
        value = fields.get(key)
        for one in value if isinstance(value, list) else [] if value is None else [value]:
            if not isinstance(one, str):
                raise DamagedInput(
                    f'{where} has a "{key}" that is neither text nor a list of texts.',
                    hint=f'Write "{key}": "…" or "{key}": ["…", "…"].',
                )
            if one.strip():
                found.append(one)
    return tuple(found)


def _whole(fields: Mapping[str, object], key: str, where: str) -> int | None:
    value = fields.get(key)
    if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < 1):
        raise DamagedInput(f'{where} has a "{key}" that is no number of a page.', hint="Pages count from 1.")
    return value


def _truth(fields: Mapping[str, object], key: str, where: str) -> bool | None:
    value = fields.get(key)
    if value is not None and not isinstance(value, bool):
        raise DamagedInput(
            f'{where} has an "{key}" that is neither true nor false.', hint="Write it without quotes."
        )
    return value
