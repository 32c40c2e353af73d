"""What ``kb ask`` and the ``kb`` field of a chat return: an answer whose sentences cite their passages.

Every sentence was held against the passage that it cites; what did not stand there is in ``removed`` and
never in ``answer``. The JSON result is this module's ``AnsweredQuestion``.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from open_autoglm.documents.model import Box
from open_autoglm.tasks.document_result import ModelUsed
from open_autoglm.text_language import Language

SCHEMA_VERSION = "1"

Outcome = Literal["answered", "quoted", "not_found"]
"""``quoted``: the best sentences of the passages stand for an answer, as the model gave none that holds."""


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class PassagePlace(_Value):
    """Where a passage, or a part of it, stands: a passage may run over the end of a page."""

    page: int = Field(ge=1)
    box: Box | None
    """In points on the upright page; None for formats without drawn pages."""


class Source(_Value):
    """A passage that was found, numbered as the answer cites it."""

    number: int = Field(ge=1)
    chunk: int
    """The id of the chunk in its base."""
    file: str
    headings: tuple[str, ...]
    places: tuple[PassagePlace, ...] = Field(min_length=1)
    text: str
    score: float

    @property
    def page(self) -> int:
        return self.places[0].page


class PassageCitation(_Value):
    """What bears a sentence out. ``quote`` is the document's own wording."""

    number: int = Field(ge=1)
    """``Source.number``; it stands in brackets after the sentence."""
    chunk: int
    file: str
    page: int = Field(ge=1)
    box: Box | None
    quote: str


class AnswerSentence(_Value):
    text: str
    citations: tuple[PassageCitation, ...] = Field(min_length=1)
    note: str = ""
    """For example that the model had cited another passage."""

    @property
    def cited(self) -> str:
        """The sentence with its numbers: ``Leave takes five days. [1][2]``."""
        return self.text + " " + "".join(f"[{one.number}]" for one in self.citations)


class RemovedSentence(_Value):
    """A sentence of the model that is no part of the answer, and why."""

    text: str
    reason: str


class Timings(_Value):
    """Seconds from the question on, save ``search``, which is the search alone."""

    search: float
    first_sentence: float | None
    total: float


class AnsweredQuestion(_Value):
    """The whole result."""

    schema_version: str = SCHEMA_VERSION
    question: str
    searched: str
    """What was looked for: a question that goes on from others is completed from the conversation."""
    searched_from: Literal["question", "model", "rules"]
    """Who worded ``searched``."""
    language: Language
    """That of the question."""
    outcome: Outcome
    answer: str
    """The sentences with their numbers; where nothing was found, one that says so."""
    sentences: tuple[AnswerSentence, ...]
    removed: tuple[RemovedSentence, ...]
    sources: tuple[Source, ...]
    """What was given to the model; where nothing was found, the nearest passages."""
    model: ModelUsed | None
    notes: tuple[str, ...]
    """How the answer came to be: passages left out, and what else was not as usual."""
    seconds: Timings
