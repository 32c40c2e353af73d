"""Obligations: sentences that say who shall do what. Deadlines: the words that say until when."""

from __future__ import annotations

import re
from collections.abc import Iterator

from open_autoglm.tasks.document_result import KeyKind
from open_autoglm.tasks.key_patterns.dates import find_dates
from open_autoglm.tasks.key_patterns.match import MAX_LABEL_CHARACTERS, PatternMatch, label_before

MAX_SENTENCE_CHARACTERS = 300

_SENTENCE = re.compile(
    r"[^。！？；;\n]+?(?:[。！？；;]|(?<=[a-z0-9)%])[.!?](?=\s+[A-Z(]|\s*$)|(?=\n\s*\n)|$)", re.S
)
_OBLIGATION = re.compile(
    r"应当|必须|不得|有义务|有责任|须(?!知|要)|(?<![供响反相对适效呼顺感答])应(?=[于在按向自由及对保承支提将遵立书负为完返交履配])"
    r"|(?<![供响反相对适效呼顺感答])应(?=[\u4e00-\u9fff]{1,8}(?:[。，；]|$))(?![用收付急])"
    r"|\b(?:shall(?! mean)|must|(?:is|are) (?:required|obliged|obligated) to|(?:agrees?|undertakes?) to"
    r"|may not)\b"
    r"|(?:^|\s)(?:Action(?: item)?|行动项|待办)\s*[:：]"
    r"|^[\u4e00-\u9fff]{2,12}(?:负责(?=[\u4e00-\u9fff])|于[^，。]{2,12}[日月底]前)",
    re.IGNORECASE,
)
_DURATION = r"(?:\d{1,3}|[一二三四五六七八九十]{1,3})\s*(?:\(\w+\)\s*)?(?:个)?"
_DEADLINE_WORDS = re.compile(
    rf"(?:自?[\u4e00-\u9fff]{{2,12}}(?:之日起|后|起))?{_DURATION}(?:工作日|自然日|日历日|小时|日|天|周|月|年)(?:之?内|以内)"
    r"|\bwithin (?:\w+ )?\(?\d{1,3}\)? (?:calendar |business |working )?(?:hours?|days?|weeks?|months?)"
    r"(?: (?:of|after|from|following) [^,.;\n]{3,40})?"
    r"|\bwithin (?:one|two|three|four|five|six|seven|ten|fifteen|thirty|sixty|ninety)(?: \(\d+\))? "
    r"(?:calendar |business |working )?(?:hours?|days?|weeks?|months?)"
    r"(?: (?:of|after|from|following) [^,.;\n]{3,40})?",
    re.IGNORECASE,
)
_LEAD_IN = re.compile(r"^.*(?:应当?|必须|须|不得|将|可)(?:在|于|自)?|^(?:并|且)?(?:在|于)")
_BY_DATE_BEFORE = re.compile(
    r"(?:\b(?:by|before|no later than|not later than|until|due(?: on| by| date)?|deadline|expires? on)"
    r"\s*:?\s*"
    r"|(?:截止(?:日期|时间)?|最迟|不迟于|不晚于|到期日|期限)\s*[:：为至到]?\s*)$",
    re.IGNORECASE,
)
_MODAL = re.compile(
    r"\b(?:shall|must|should|will|(?:is|are) (?:required|obliged|obligated) to|agrees? to|undertakes? to)\b"
    r"|应当|必须|须|应|请",
    re.IGNORECASE,
)
_TRAILING = re.compile(r"(?:\s+(?:at|by|on|no later than|within)|于|在)+\s*$", re.IGNORECASE)
_HAN = re.compile(r"[\u3400-\u9fff]{2}")
_BY_DATE_AFTER = re.compile(r"^\s*[底初末]?(?:之?前|以前|止|到期|截止)")


def find_duties(text: str) -> Iterator[PatternMatch]:
    """Sentences of obligation and clauses of time, each as the document words it."""
    yield from _obligations(text)
    yield from _deadlines(text)


def _obligations(text: str) -> Iterator[PatternMatch]:
    for sentence in _SENTENCE.finditer(text):
        value = sentence[0].strip()
        if not 6 <= len(value) <= MAX_SENTENCE_CHARACTERS or not _OBLIGATION.search(value):
            continue
        start = sentence.start() + sentence[0].index(value[0])
        yield PatternMatch(KeyKind.OBLIGATION, start, start + len(value), value)


def _deadlines(text: str) -> Iterator[PatternMatch]:
    for match in _DEADLINE_WORDS.finditer(text):
        lead = _LEAD_IN.match(match[0])
        start = match.start() + (lead.end() if lead else 0)
        yield PatternMatch(
            KeyKind.DEADLINE,
            start,
            match.end(),
            text[start : match.end()],
            None,
            _clause(text, start, match.end()),
        )
    for date in find_dates(text):
        before = _BY_DATE_BEFORE.search(text[max(0, date.start - 30) : date.start])
        after = _BY_DATE_AFTER.match(text[date.end : date.end + 6])
        if not before and not after:
            continue
        start = date.start - len(before[0].lstrip()) if before else date.start
        end = date.end + after.end() if after else date.end
        yield PatternMatch(
            KeyKind.DEADLINE,
            start,
            end,
            text[start:end],
            date.normalized,
            _clause(text, start, end),
            date.note,
        )


def _clause(text: str, start: int, end: int) -> str:
    """What has to happen until then, in a few words of the clause around them; else what names the time."""
    left = max((text.rfind(mark, 0, start) for mark in "，。；;\n！？:："), default=-1)
    left = max(left, text.rfind(". ", 0, start) + 1 if ". " in text[:start] else -1)
    right = min(
        (place for mark in "，。；;\n！？" if (place := text.find(mark, end)) >= 0), default=len(text)
    )
    stop = text.find(". ", end)
    right = stop if 0 <= stop < right else right
    before = " ".join(_MODAL.split(text[left + 1 : start])[-1].split())
    after = " ".join(text[end:right].split()).strip(" .")
    if _HAN.match(after):
        return _shortened(after.removeprefix("将"))
    before = _TRAILING.sub("", before)
    before = re.sub(r"^.*\bwithin\b.*\band\s+", "", before)  # what an earlier deadline is for
    if before and _MODAL.search(text[left + 1 : start]):
        return _shortened(before)
    return label_before(text, start) or _shortened(before or after)


def _shortened(text: str) -> str:
    """At most MAX_LABEL_CHARACTERS, cut between words."""
    if len(text) <= MAX_LABEL_CHARACTERS:
        return text
    cut = text[: MAX_LABEL_CHARACTERS + 1]
    return cut.rsplit(" ", 1)[0] if " " in cut else cut[:-1]
