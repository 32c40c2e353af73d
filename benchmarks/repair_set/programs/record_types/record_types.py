"""Gives the texts of a record the types that a schema names."""

from dataclasses import dataclass
from datetime import date

_TRUE = {"yes", "true", "1", "是"}
_FALSE = {"no", "false", "0", "否"}


class FieldError(ValueError):
    """A field that can't be converted; ``field`` and ``text`` say which and what it held."""

    def __init__(self, field, text):
        super().__init__(f"{field}: cannot read {text!r}")
        self.field = field
        self.text = text


@dataclass(frozen=True)
class Field:
    name: str
    kind: type = str
    """One of str, int, float, bool and date."""
    required: bool = True
    default: object = None


def convert(text, kind):
    """Return the text as a value of the kind; raises ValueError where it is none.

    Space at the ends does not count. Whole numbers may have commas between groups of digits
    (``1,200``), decimals too; booleans are yes, no, true, false, 1, 0, 是 and 否 in any case; dates
    are ``YYYY-MM-DD``.
    """
    text = text.strip()
    if kind is bool:
        word = text.lower()
        if word not in _TRUE | _FALSE:
            raise ValueError(f"no yes or no: {text!r}")
        return word in _TRUE
    if kind is int or kind is float:
        return kind(text.replace(",", ""))
    if kind is date:
        return date.fromisoformat(text)
    return text


def read_record(record, schema):
    """Return ``{name: value}`` for all fields of a schema, in its order; other fields are left out.

    A field that is missing, None or blank has its default if it is not required. Raises FieldError
    for a required one that is, and for a text that can't be converted, with the ValueError as its
    cause then.
    """
    values = {}
    for field in schema:
        text = record.get(field.name)
        if text is None or not text.strip():
            if field.required:
                raise FieldError(field.name, text)
            values[field.name] = field.default
            continue
        try:
            values[field.name] = convert(text, field.kind)
        except ValueError as error:
            raise FieldError(field.name, text) from error
    return values


def guess_kind(texts):
    """Return the narrowest kind that all texts are: bool, int, float, date or str; blank ones are ignored.

    Only words, not 1 and 0, make a bool. Without any text it is str.
    """
    filled = [text for text in texts if text.strip()]
    if not filled:
        return str
    if all(text.strip().lower() in (_TRUE | _FALSE) - {"0", "1"} for text in filled):
        return bool
    for kind in (int, float, date):
        if all(_is(text, kind) for text in filled):
            return kind
    return str


def _is(text, kind):
    try:
        convert(text, kind)
    except ValueError:
        return False
    return True
