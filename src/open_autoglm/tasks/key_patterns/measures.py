"""Measures: a number with its unit and the words that say what it measures."""

from __future__ import annotations

import re
from collections.abc import Iterator

from open_autoglm.tasks.document_result import KeyKind
from open_autoglm.tasks.key_patterns.amounts import NUMBER, find_amounts
from open_autoglm.tasks.key_patterns.dates import find_dates
from open_autoglm.tasks.key_patterns.match import PatternMatch, label_before

_CHINESE_UNIT = (
    r"[万亿]?(?:人次|平方公里|平方米|立方米|公里|千米|毫米|厘米|米|吨|千克|公斤|千瓦时|千瓦|兆瓦|小时|分钟|个百分点"
    r"|个月|天|台|套|辆|座|条|项|家|人|次|倍|度)"
)
_ENGLISH_UNIT = (
    r"(?:(?:cubic|square) )?(?!(?:of|in|on|at|to|by|and|or|is|was|were|for|from|with|per|the|as)\b)"
    r"[A-Za-z°µ][A-Za-z°³²/]{0,14}(?: per [a-z]+)?"
)
_MEASURE = re.compile(
    rf"(?<![A-Za-z\d.,，/-])(?P<value>(?:{NUMBER})\s?(?:%|％|percent\b|{_CHINESE_UNIT}|{_ENGLISH_UNIT}))"
)
_SAID = re.compile(
    r"(?:同比|环比|累计|每秒|达到?|增长|下降|上升|减少|增加|降至|升至|降到|降|为|是|有|约|共)+$"
)


def find_measures(text: str) -> Iterator[PatternMatch]:
    """Measures that are named in front, in order of place; dates and amounts of money are none."""
    taken = [(match.start, match.end) for find in (find_dates, find_amounts) for match in find(text)]
    for match in _MEASURE.finditer(text):
        start, end = match.span("value")
        if any(start < other_end and other_start < end for other_start, other_end in taken):
            continue
        before = text[:start].rstrip()
        # "The highest level, 6.83 metres, was …": the name stands before the comma.
        place = len(before.rstrip(",，")) if before.endswith((",", "，")) else start
        label = _SAID.sub("", label_before(text, place))
        if len(label) > 1 and not any(character.isdigit() for character in label):
            yield PatternMatch(KeyKind.KEY_FIGURE, start, end, match["value"], None, label)
