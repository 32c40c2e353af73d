"""What ``document_parse`` returns: the document as read, key information and a summary.

Every value names where in the document it stands. What could not be found there is marked
``verified=False`` and never presented as fact. The JSON result is this module's ``ParsedDocument``.
"""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from open_autoglm.documents.model import SCHEMA_VERSION, Box, Document


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Citation(_Value):
    """A place in the document. ``quote`` is the document's own wording."""

    page: int = Field(ge=1)
    region: str
    """``Region.id``."""
    box: Box | None
    quote: str


class KeyKind(StrEnum):
    TITLE = "title"
    PERSON = "person"
    ORGANIZATION = "organization"
    DATE = "date"
    AMOUNT = "amount"
    IDENTIFIER = "identifier"
    CONTACT = "contact"
    OBLIGATION = "obligation"
    DEADLINE = "deadline"
    KEY_FIGURE = "key_figure"


class FoundBy(StrEnum):
    PATTERN = "pattern"
    """A rule over the text: a date, an amount, an address."""
    LAYOUT = "layout"
    """From the structure of the page, for example the title."""
    MODEL = "model"
    """The language model named it; ``verified`` says whether the document holds it."""


class KeyValue(_Value):
    """One piece of key information."""

    kind: KeyKind
    value: str
    """As the document writes it."""
    label: str = ""
    """What it is, in a few words of the document: ``contract sum``, ``签署日期``."""
    normalized: str | None = None
    """ISO 8601 date, or decimal amount with ISO 4217 currency, for example ``12000.00 CNY``."""
    citations: tuple[Citation, ...] = ()
    verified: bool
    found_by: FoundBy
    note: str | None = None
    """A plain doubt, for example a date that can be read two ways or a wrong check digit."""


class FieldType(StrEnum):
    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    AMOUNT = "amount"
    BOOLEAN = "boolean"
    LIST = "list"


class FieldValue(_Value):
    """The value of one of the user's own fields (``--fields``); None when the document has none."""

    name: str
    type: FieldType
    value: str | float | bool | tuple[str, ...] | None
    citations: tuple[Citation, ...] = ()
    verified: bool
    note: str | None = None


class SummaryPoint(_Value):
    """One statement of the summary and the pages it rests on."""

    text: str
    pages: tuple[int, ...]
    verified: bool
    """True when its names and numbers are found on the cited pages."""


class Summary(_Value):
    """The document in short, in ``language`` (``zh`` or ``en``)."""

    language: str
    overview: str
    points: tuple[SummaryPoint, ...]
    parts: int
    """Into how many pieces the document was divided to fit the context window."""
    notes: tuple[str, ...] = ()


class ModelUsed(_Value):
    """Which model answered, and why that one."""

    asked: str
    name: str
    reason: str
    engine: str

    @property
    def description(self) -> str:
        """Name and reason in one line; the reason of a catalogue model holds its name already."""
        return self.reason if self.name in self.reason else f"{self.name} ({self.reason})"


class ParsedDocument(_Value):
    """The whole result. ``errors`` lists what failed; what is present is whole."""

    schema_version: str = SCHEMA_VERSION
    document: Document
    key_information: tuple[KeyValue, ...] = ()
    fields: tuple[FieldValue, ...] = ()
    summary: Summary | None = None
    model: ModelUsed | None = None
    errors: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    """How the result came to be: what was left out, asked again or done without a model."""
    seconds: float = 0.0
