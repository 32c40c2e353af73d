"""Contacts: email, URL, telephone and postal address."""

from __future__ import annotations

import re
from collections.abc import Iterator

from open_autoglm.tasks.document_result import KeyKind
from open_autoglm.tasks.key_patterns.match import PatternMatch

_CHINESE_PLACE = r"[\u4e00-\u9fffA-Za-z0-9（）()\-#·]"

_FORMS: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "email",
        re.compile(
            r"(?<![\w.+-])[A-Za-z0-9][\w.+-]{0,63}@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,24}(?![\w-])", re.ASCII
        ),
    ),
    ("URL", re.compile(r"\b(?:https?://|www\.)[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]{3,300}", re.ASCII)),
    ("telephone", re.compile(r"(?<![\dA-Za-z.-])(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?![\dA-Za-z])")),
    ("telephone", re.compile(r"(?<![\dA-Za-z.-])(?:\(?0\d{2,3}\)?[- ])\d{7,8}(?:-\d{1,5})?(?![\dA-Za-z])")),
    ("telephone", re.compile(r"(?<![\dA-Za-z.-])400[- ]?\d{3}[- ]?\d{4}(?!\d)")),
    (
        "telephone",
        re.compile(r"(?<![\dA-Za-z])\+\d{1,3}[- ]?(?:\(\d{1,4}\)[- ]?)?\d{1,4}(?:[- ]?\d{2,4}){1,4}(?!\d)"),
    ),
    ("telephone", re.compile(r"(?<![\dA-Za-z])\(\d{3}\) ?\d{3}-\d{4}(?!\d)")),
    (
        "address",
        re.compile(
            r"(?:(?:通[讯信]|注册|联系|办公|公司|住所|收货|交货)?(?:地址|住所地?|地点)|住\s*址)\s*[:：]\s*"
            rf"(?P<value>{_CHINESE_PLACE}{{4,60}})"
        ),
    ),
    (
        "address",
        re.compile(
            r"(?P<value>[\u4e00-\u9fff]{2,8}(?:省|自治区|市)(?:[\u4e00-\u9fff]{1,10}[市区县镇])?"
            r"[\u4e00-\u9fffA-Za-z0-9]{1,20}(?:路|街|大道|巷|胡同)\s*\d{1,5}\s*号"
            rf"(?:{_CHINESE_PLACE}{{0,20}}(?:室|楼|层|座|栋|单元))?)"
        ),
    ),
    (
        "address",
        re.compile(
            r"(?:Registered office|(?:Mailing |Postal |Office )?[Aa]ddress)\s*:\s*(?P<value>[^\n;]{8,120})"
        ),
    ),
    (
        "address",
        re.compile(
            r"\b(?P<value>\d{1,5} (?:[A-Z][A-Za-z'.]+ ){1,4}(?:Street|St\.?|Avenue|Ave\.?|Road|Rd\.?|Lane"
            r"|Boulevard|Blvd\.?|Drive|Square|Way)\b(?:,? [A-Z0-9][A-Za-z0-9' ]{1,30}){0,4})"
        ),
    ),
)


def find_contacts(text: str) -> Iterator[PatternMatch]:
    """Contacts in order of place; ``label`` says which kind."""
    found: list[PatternMatch] = []
    for label, pattern in _FORMS:
        for match in pattern.finditer(text):
            group: str | int = "value" if "value" in pattern.groupindex else 0
            value = match[group].rstrip(" .,;:)。，；")
            start = match.start(group)
            end = start + len(value)
            if any(start < item.end and item.start < end for item in found):
                continue
            found.append(PatternMatch(KeyKind.CONTACT, start, end, value, None, label))
    yield from sorted(found, key=lambda item: item.start)
