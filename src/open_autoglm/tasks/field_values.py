"""Text the model copied from the document, read as the type the user asked for."""

from __future__ import annotations

import re

from open_autoglm.tasks.document_result import FieldType
from open_autoglm.tasks.key_patterns.amounts import NUMBER, SCALES, find_amounts
from open_autoglm.tasks.key_patterns.dates import find_dates

FieldContent = str | float | bool | tuple[str, ...] | None

_NUMBER = re.compile(
    rf"(?P<sign>[-−])?(?P<number>{NUMBER})\s*(?P<scale>万亿|亿|千万|百万|万|千|(?:trillion|billion|million|thousand|bn)\b)?",
    re.IGNORECASE,
)
_YES = re.compile(r"^\s*(?:(?:yes|true|y)\b|是|有|对|可以)", re.I)
_NO = re.compile(r"^\s*(?:(?:no|false|n)\b|否|无|没有|不)", re.I)
_ABSENT = re.compile(
    r"^\s*(?:null|none|n/?a|unknown|not (?:stated|specified|mentioned|found|given)"
    r"|无|未知|未提及|没有|-+)?\s*[.。]?\s*$",
    re.I,
)


def is_absent(text: str) -> bool:
    """Whether the model said in words that there is no value."""
    return _ABSENT.match(text) is not None


def typed(text: str, kind: FieldType) -> tuple[FieldContent, str | None]:
    """The value and a note on a doubt; (None, why) when the text can't be read as ``kind``.

    Dates become ISO 8601, amounts ``12000.00 CNY``, numbers plain floats with their scale applied.
    """
    if kind is FieldType.DATE:
        return _date(text)
    if kind is FieldType.AMOUNT:
        return _amount(text)
    if kind is FieldType.NUMBER:
        number = read_number(text)
        return (number, None) if number is not None else (None, f"{text!r} is not a number.")
    if kind is FieldType.BOOLEAN:
        if _YES.match(text):
            return True, None
        return (False, None) if _NO.match(text) else (None, f"{text!r} is neither yes nor no.")
    return text, None


def read_number(text: str) -> float | None:
    """The first number with its scale word applied: ``3.2亿`` is 320000000."""
    match = _NUMBER.search(text)
    if match is None:
        return None
    value = float(match["number"].replace(",", "").replace("，", ""))
    if match["scale"]:
        value *= float(SCALES[match["scale"].casefold()])
    return -value if match["sign"] else value


def _date(text: str) -> tuple[FieldContent, str | None]:
    first = next(find_dates(text), None)
    if first is None:
        return None, f"{text!r} is not a date."
    if first.normalized is None:
        return first.value, first.note
    return first.normalized, None


def _amount(text: str) -> tuple[FieldContent, str | None]:
    first = next(find_amounts(text), None)
    if first is not None:
        return first.normalized, None
    number = read_number(text)
    if number is None:
        return None, f"{text!r} is not an amount."
    return f"{number:.2f}", "The document does not name the currency beside it."
