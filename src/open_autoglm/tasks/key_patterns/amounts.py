"""Amounts of money with their currency: ¥, 元, 万元, 亿元, 人民币壹万贰仟元整, $, EUR, USD 1.2 million."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from open_autoglm.tasks.document_result import KeyKind
from open_autoglm.tasks.key_patterns.match import PatternMatch, label_before

_BEFORE = {
    "人民币": "CNY", "rmb": "CNY", "cny": "CNY", "¥": "CNY", "￥": "CNY",
    "us$": "USD", "usd": "USD", "$": "USD", "hk$": "HKD", "hkd": "HKD",
    "eur": "EUR", "€": "EUR", "gbp": "GBP", "£": "GBP", "jpy": "JPY", "chf": "CHF",
}  # fmt: skip
_AFTER = {
    "元": "CNY", "人民币": "CNY", "yuan": "CNY", "rmb": "CNY", "cny": "CNY",
    "美元": "USD", "us dollars": "USD", "dollars": "USD", "usd": "USD",
    "欧元": "EUR", "euros": "EUR", "euro": "EUR", "eur": "EUR", "€": "EUR",
    "港元": "HKD", "hkd": "HKD", "日元": "JPY", "jpy": "JPY", "yen": "JPY",
    "英镑": "GBP", "pounds": "GBP", "gbp": "GBP", "瑞士法郎": "CHF", "chf": "CHF",
}  # fmt: skip
SCALES = {
    "万亿": Decimal(10) ** 12, "亿": Decimal(10) ** 8, "千万": Decimal(10) ** 7,
    "百万": Decimal(10) ** 6, "万": Decimal(10) ** 4, "千": Decimal(10) ** 3,
    "trillion": Decimal(10) ** 12, "billion": Decimal(10) ** 9, "bn": Decimal(10) ** 9,
    "million": Decimal(10) ** 6, "m": Decimal(10) ** 6, "thousand": Decimal(10) ** 3,
    "k": Decimal(10) ** 3,
}  # fmt: skip
"""What a scale word multiplies by."""

NUMBER = r"\d{1,3}(?:[,，]\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"

_SCALE = r"万亿|亿|千万|百万|万|千|(?:trillion|billion|million|thousand|bn|[mk])\b"


def _words(table: dict[str, str]) -> str:
    longest_first = sorted(table, key=len, reverse=True)
    return "|".join(
        re.escape(word) + (r"(?![a-z])" if word[-1].isascii() and word[-1].isalpha() else "")
        for word in longest_first
    )


_PREFIXED = re.compile(
    rf"(?<![A-Za-z])(?P<currency>{_words(_BEFORE)})\s*[:：]?\s*(?P<sign>-)?(?P<number>{NUMBER})"
    rf"\s*(?P<scale>{_SCALE})?\s*(?P<unit>元)?",
    re.IGNORECASE,
)
_SUFFIXED = re.compile(
    rf"(?<![\d.,，-])(?P<number>{NUMBER})\s*(?P<scale>{_SCALE})?\s*(?P<currency>{_words(_AFTER)})(?:整)?",
    re.IGNORECASE,
)
_CAPITAL_DIGITS = {
    character: value
    for digits in ("零壹贰叁肆伍陆柒捌玖", "〇一二三四五六七八九")
    for value, character in enumerate(digits)
} | {
    "两": 2,
    "貳": 2,
    "参": 3,
    "陸": 6,
}
_CAPITAL_UNITS = {"拾": 10, "佰": 100, "仟": 1000, "十": 10, "百": 100, "千": 1000}
_CAPITALS = re.compile(
    r"(?:人民币)?\s*(?P<yuan>(?=[万亿]*[零壹贰貳叁参肆伍陆陸柒捌玖拾])[零壹贰貳叁参肆伍陆陸柒捌玖拾佰仟万亿]{1,40})[元圆]"
    r"(?P<rest>整|正|零?(?:[壹贰貳叁参肆伍陆陸柒捌玖]角)?(?:[零壹贰貳叁参肆伍陆陸柒捌玖]分)?整?)"
)

_ORDINARY = re.compile(
    r"(?<![零〇一二两三四五六七八九十百千万亿第])(?:人民币\s*)?"
    r"(?P<yuan>(?=[〇零一二两三四五六七八九]*[十百千万亿])[一二两三四五六七八九十][零〇一二两三四五六七八九十百千万亿]{1,30})"
    r"元(?P<rest>整|正|(?:[一二三四五六七八九]角)?(?:[一二三四五六七八九]分)?)"
)
"""Everyday numerals (八千六百元整). A numeral without a unit is left alone: 二元 is more often a word."""


def find_amounts(text: str) -> Iterator[PatternMatch]:
    """Amounts in order of place, normalized as ``12000.00 CNY``."""
    found: list[PatternMatch] = []
    for pattern in (_CAPITALS, _ORDINARY, _PREFIXED, _SUFFIXED):
        for match in pattern.finditer(text):
            if any(match.start() < item.end and item.start < match.end() for item in found):
                continue
            found.append(
                PatternMatch(
                    KeyKind.AMOUNT,
                    match.start(),
                    match.end(),
                    match[0].strip(),
                    _capitals(match) if pattern in (_CAPITALS, _ORDINARY) else _normalized(match, pattern),
                    label_before(text, match.start()),
                )
            )
    yield from sorted(found, key=lambda item: item.start)


def _normalized(match: re.Match[str], pattern: re.Pattern[str]) -> str:
    table = _BEFORE if pattern is _PREFIXED else _AFTER
    value = Decimal(match["number"].replace(",", "").replace("，", ""))
    if match["scale"]:
        value *= SCALES[match["scale"].casefold()]
    if pattern is _PREFIXED and match["sign"]:
        value = -value
    return f"{value:.2f} {table[match['currency'].casefold()]}"


def _capitals(match: re.Match[str]) -> str:
    """Chinese numerals, formal as on cheques and invoices or everyday."""
    rest = match["rest"] or ""
    fraction = Decimal(0)
    for unit, worth in (("角", Decimal("0.1")), ("分", Decimal("0.01"))):
        if unit in rest:
            fraction += _CAPITAL_DIGITS.get(rest[rest.index(unit) - 1], 0) * worth
    return f"{_capital_integer(match['yuan']) + fraction:.2f} CNY"


def _capital_integer(text: str) -> Decimal:
    total = section = digit = 0
    for character in text:
        if character in _CAPITAL_DIGITS:
            digit = _CAPITAL_DIGITS[character]
        elif character in _CAPITAL_UNITS:
            section += (digit or 1) * _CAPITAL_UNITS[character]
            digit = 0
        elif character == "万":
            total += (section + digit) * 10_000
            section = digit = 0
        elif character == "亿":
            total = (total + section + digit) * 100_000_000
            section = digit = 0
    return Decimal(total + section + digit)
