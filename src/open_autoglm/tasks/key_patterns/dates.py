"""Dates: 2025年3月1日, 二〇二五年三月一日, 1 March 2025, March 1, 2025, 2025-03-01, 03/01/2025."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from open_autoglm.tasks.document_result import KeyKind
from open_autoglm.tasks.key_patterns.match import PatternMatch, label_before

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"(?P<month>Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?"
    r"|Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\.?"
)
_HAN_DIGITS = {character: value for value, character in enumerate("〇一二三四五六七八九")} | {
    "零": 0,
    "○": 0,
    "Ｏ": 0,
}
_HAN = "〇零○一二三四五六七八九"

_CHINESE = re.compile(
    rf"(?P<year>(?<!\d)\d{{4}}|[{_HAN}]{{4}})\s*年\s*(?P<month>\d{{1,2}}|[{_HAN}十]{{1,2}})\s*月"
    rf"(?:\s*(?P<day>\d{{1,2}}|[{_HAN}十]{{1,3}})\s*[日号])?"
)
_CHINESE_NO_YEAR = re.compile(r"(?<![\d年])(?P<month>\d{1,2})\s*月\s*(?P<day>\d{1,2})\s*[日号]")
_ISO = re.compile(r"(?<![\d.-])(?P<year>(?:19|20)\d\d)([-/.])(?P<month>\d{1,2})\2(?P<day>\d{1,2})(?![\d])")
_DAY_FIRST = re.compile(
    rf"(?<!\d)(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?{_MONTH},?\s+(?P<year>\d{{4}})", re.I
)
_MONTH_FIRST = re.compile(rf"\b{_MONTH}\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<year>\d{{4}})", re.I)
_MONTH_YEAR = re.compile(rf"\b{_MONTH},?\s+(?:[-–]\s+)?(?P<year>(?:19|20)\d\d)\b", re.I)
_NUMERIC = re.compile(
    r"(?<![\d./-])(?P<first>\d{1,2})([/.-])(?P<second>\d{1,2})\2(?P<year>(?:19|20)\d\d)(?!\d)"
)


def find_dates(text: str) -> Iterator[PatternMatch]:
    """Dates in order of place; a longer form wins over a shorter one inside it."""
    found: list[PatternMatch] = []
    for pattern in (
        _CHINESE,
        _ISO,
        _DAY_FIRST,
        _MONTH_FIRST,
        _MONTH_YEAR,
        _NUMERIC,
        _CHINESE_NO_YEAR,
    ):
        for match in pattern.finditer(text):
            if any(match.start() < item.end and item.start < match.end() for item in found):
                continue
            read = _read(match)
            if read is None:
                continue
            normalized, note = read
            found.append(
                PatternMatch(
                    KeyKind.DATE,
                    match.start(),
                    match.end(),
                    match[0],
                    normalized,
                    label_before(text, match.start()),
                    note,
                )
            )
    yield from sorted(found, key=lambda item: item.start)


def iso_date(text: str) -> str | None:
    """The only date in ``text`` as ISO 8601, None when there is none, several, or it is ambiguous."""
    dates = {match.normalized for match in find_dates(text)}
    return dates.pop() if len(dates) == 1 else None


def _read(match: re.Match[str]) -> tuple[str | None, str | None] | None:
    """ISO form and doubt; None when the numbers are no date."""
    groups = match.groupdict()
    if "first" in groups:
        return _read_numeric(groups)
    month = _month(groups["month"])
    day = _number(groups["day"]) if groups.get("day") else None
    if "year" not in groups:
        if not _is_date(2024, month, day):
            return None
        return None, "The document does not say which year."
    year = _number(groups["year"])
    if not _is_date(year, month, day):
        return None
    return (f"{year:04d}-{month:02d}" if day is None else f"{year:04d}-{month:02d}-{day:02d}"), None


def _read_numeric(groups: dict[str, str]) -> tuple[str | None, str | None] | None:
    year, first, second = int(groups["year"]), int(groups["first"]), int(groups["second"])
    readings = {
        f"{year:04d}-{month:02d}-{day:02d}"
        for month, day in ((first, second), (second, first))
        if _is_date(year, month, day)
    }
    if not readings:
        return None
    if len(readings) == 1:
        return readings.pop(), None
    return None, f"Day and month can be read either way: {' or '.join(sorted(readings))}."


def _is_date(year: int, month: int, day: int | None) -> bool:
    try:
        date(year, month, 1 if day is None else day)
    except ValueError:
        return False
    return True


def _month(text: str) -> int:
    name = text[:3].casefold()
    return _MONTHS.index(name) + 1 if name in _MONTHS else _number(text)


def _number(text: str) -> int:
    if text.isascii() and text.isdigit():
        return int(text)
    if "十" in text:
        tens, _, ones = text.partition("十")
        return (_HAN_DIGITS.get(tens, 1) if tens else 1) * 10 + (_HAN_DIGITS.get(ones, 0) if ones else 0)
    return int("".join(str(_HAN_DIGITS.get(character, 0)) for character in text))
