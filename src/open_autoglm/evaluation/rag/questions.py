"""Questions that a base can be scored on: each says where its answer stands, or that there is none."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from open_autoglm.errors import DamagedInput
from open_autoglm.evaluation.question_file import KnownQuestion, read_questions
from open_autoglm.evaluation.rag.right_passage import ends_of, plain_name

_FORM = "docs/knowledge_base.md shows the form of a question."


def read_scored_questions(path: Path) -> list[KnownQuestion]:
    """Of a file with one JSON object a line.

    Raises InputMissing, LimitExceeded, and DamagedInput with the line that can't be scored.
    """
    questions = read_questions(path)
    if not questions:
        raise DamagedInput(f"{path.name} holds no question.", hint="It needs one JSON object on each line.")
    known: dict[str | int, KnownQuestion] = {}
    for one in questions:
        _require_known(one)
        if one.id in known:
            raise DamagedInput(
                f'{one.where} has the "id" {one.id!r} of {known[one.id].where}.', hint="Give it another."
            )
        known[one.id] = one
    return questions


def is_answerable(question: KnownQuestion) -> bool:
    """Answerable is what is not said to be unanswerable."""
    return question.answerable is not False


def files_not_held(questions: Sequence[KnownQuestion], shown: Iterable[str]) -> list[str]:
    """Files that questions name and the base, whose files are ``shown``, does not hold."""
    named = dict.fromkeys(file for one in questions for file in one.files)
    held = {end for file in shown for end in ends_of(file)}
    return [file for file in named if plain_name(file) not in held]


def _require_known(question: KnownQuestion) -> None:
    place = question.files or question.sections or question.texts or question.answers
    if is_answerable(question):
        if not place:
            raise DamagedInput(
                f"{question.where} says neither where the answer stands nor that there is none.",
                hint=f'Add "file", "section", "text" or "answer", or "answerable": false; {_FORM}',
            )
    elif place or question.page is not None:
        raise DamagedInput(
            f'{question.where} has "answerable": false and says where the answer stands.',
            hint=f"Leave one out; {_FORM}",
        )
