"""Identifiers: by their own form (DOI, ISBN, 统一社会信用代码 …) and by their label (合同编号, Invoice No.).

Where a standard defines a check digit it is computed; a wrong one is said, not hidden.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from open_autoglm.tasks.document_result import KeyKind
from open_autoglm.tasks.key_patterns.match import PatternMatch, label_before

_CREDIT_CODE_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CREDIT_CODE_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
_RESIDENT_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def credit_code_is_valid(code: str) -> bool:
    """统一社会信用代码, GB 32100-2015: weights 3^i mod 31, complement to 31."""
    if any(character not in _CREDIT_CODE_ALPHABET for character in code):
        return False
    total = sum(
        _CREDIT_CODE_ALPHABET.index(character) * weight
        for character, weight in zip(code[:17], _CREDIT_CODE_WEIGHTS, strict=True)
    )
    return _CREDIT_CODE_ALPHABET[(31 - total % 31) % 31] == code[17]


def resident_number_is_valid(number: str) -> bool:
    """公民身份号码, GB 11643-1999: ISO 7064 MOD 11-2."""
    total = sum(int(digit) * weight for digit, weight in zip(number[:17], _RESIDENT_WEIGHTS, strict=True))
    return "10X98765432"[total % 11] == number[17].upper()


def isbn_is_valid(isbn: str) -> bool:
    """ISBN-10 or ISBN-13, ISO 2108; hyphens and spaces are ignored."""
    digits = [character for character in isbn.upper() if character.isdigit() or character == "X"]
    if len(digits) == 13 and "X" not in digits:
        return sum(int(digit) * (3 if i % 2 else 1) for i, digit in enumerate(digits)) % 10 == 0
    if len(digits) == 10 and "X" not in digits[:9]:
        values = [10 if digit == "X" else int(digit) for digit in digits]
        return sum(value * (10 - i) for i, value in enumerate(values)) % 11 == 0
    return False


def issn_is_valid(issn: str) -> bool:
    """ISO 3297: weights 8 to 2, modulus 11."""
    digits = [character for character in issn.upper() if character.isdigit() or character == "X"]
    values = [10 if digit == "X" else int(digit) for digit in digits]
    return len(values) == 8 and sum(value * (8 - i) for i, value in enumerate(values)) % 11 == 0


def iban_is_valid(iban: str) -> bool:
    """ISO 13616: moved and read as a number, it leaves 1 modulo 97."""
    compact = "".join(iban.split()).upper()
    rearranged = compact[4:] + compact[:4]
    return int("".join(str(int(character, 36)) for character in rearranged)) % 97 == 1


_FORMS: tuple[tuple[str, re.Pattern[str], Callable[[str], bool] | None], ...] = (
    ("DOI", re.compile(r"\b10\.\d{4,9}/[-._;()/:A-Za-z0-9]*[A-Za-z0-9]"), None),
    ("arXiv", re.compile(r"(?<=arXiv:)\d{4}\.\d{4,5}(?:v\d+)?"), None),
    (
        "ISBN",
        re.compile(r"(?<=ISBN)(?:-1[03])?[:：\s]*(97[89][- ]?(?:\d[- ]?){9}\d|(?:\d[- ]?){9}[\dXx])"),
        isbn_is_valid,
    ),
    ("ISSN", re.compile(r"(?<=ISSN)[:：\s]*(\d{4}-\d{3}[\dXx])"), issn_is_valid),
    (
        "统一社会信用代码",
        re.compile(
            r"(?<![0-9A-Za-z])(?!\d{17}[Xx])(?=[0-9A-Z]*[A-Z])[1-9A-GY][1-9]\d{6}[0-9A-HJ-NPQRTUWXY]{10}(?![0-9A-Za-z])"
        ),
        credit_code_is_valid,
    ),
    (
        "身份证号",
        re.compile(
            r"(?<![0-9A-Za-z])[1-8]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])\d{3}[\dXx](?![0-9A-Za-z])"
        ),
        resident_number_is_valid,
    ),
    (
        "IBAN",
        re.compile(r"(?<![0-9A-Za-z])[A-Z]{2}\d{2}(?: ?[0-9A-Z]{4}){3,7}(?: ?[0-9A-Z]{1,3})?(?![0-9A-Za-z])"),
        iban_is_valid,
    ),
)

_LABELLED_CHINESE = re.compile(
    r"(?P<label>[\u4e00-\u9fff]{0,6}?(?:合同|协议|发票|订单|项目|凭证|文件|报告|证书|许可证|专利|学号|工号|案件?"
    r"|采购|招标|档案|申请|备案|纳税人识别|统一社会信用代码|银行账|账|帐)\s*(?:编号|号码|代码|单号|号)?)\s*[:：]\s*"
    r"(?P<value>[A-Za-z0-9][A-Za-z0-9\-_/.（）()〔〕\[\]]{2,39}号?)"
)
_LABELLED_ENGLISH = re.compile(
    r"\b(?P<label>(?i:Contract|Agreement|Invoice|Order|Purchase Order|PO|Project|Report|Document|Case|Account"
    r"|Customer|Reference|Ref|Certificate|Licen[cs]e|Patent|Policy|Tracking|Registration|VAT|Tax|File)"
    r"(?:\s+(?i:No|Number|ID|Code|#|Reg)\b)?\.?(?:\s*#)?)\s*[:#：]?\s*"
    r"(?P<value>(?=[A-Za-z0-9\-_/.]*\d)[A-Z0-9][A-Za-z0-9\-_/.]{2,38}[A-Za-z0-9])"
)
_NEEDS_MARK = re.compile(r"\b(?:No|Number|ID|Code|Reg)\.?(?:\s*#)?\s*$|#\s*$", re.I)
_CODE_SHAPED = re.compile(r"[A-Z]{1,6}(?:[-/][A-Z0-9]{1,8})*[-/]\d{2,}(?:[-/][A-Z0-9]+)*")
"""Groups of upper-case letters and digits: ``HL-2025-0318``."""


def find_identifiers(text: str) -> Iterator[PatternMatch]:
    """Identifiers in order of place; a form with a check digit wins over a label."""
    found: list[PatternMatch] = []
    for name, pattern, is_valid in _FORMS:
        for match in pattern.finditer(text):
            group = 1 if pattern.groups else 0
            value = match[group].strip()
            valid = is_valid is None or is_valid(value)
            if name == "IBAN" and not valid:
                continue  # Too many upper-case codes look alike.
            note = None if valid else f"The check digit of this {name} is wrong."
            _add(
                found,
                PatternMatch(
                    KeyKind.IDENTIFIER, match.start(group), match.end(group), value, None, name, note
                ),
            )
    for pattern in (_LABELLED_CHINESE, _LABELLED_ENGLISH):
        for match in pattern.finditer(text):
            if pattern is _LABELLED_ENGLISH and not _is_named(match):
                continue
            _add(
                found,
                PatternMatch(
                    KeyKind.IDENTIFIER,
                    match.start("value"),
                    match.end("value"),
                    match["value"],
                    None,
                    " ".join(match["label"].split()) or label_before(text, match.start("value")),
                ),
            )
    yield from sorted(found, key=lambda item: item.start)


def _is_named(match: re.Match[str]) -> bool:
    """``contract INV-12`` and ``Ref: 12`` are identifiers; ``Report 2024`` is not."""
    between = match.string[match.end("label") : match.start("value")]
    if _CODE_SHAPED.fullmatch(match["value"]) or _NEEDS_MARK.search(match["label"]):
        return True
    return ":" in between or "#" in between or "：" in between


def _add(found: list[PatternMatch], item: PatternMatch) -> None:
    if not any(item.start < other.end and other.start < item.end for other in found):
        found.append(item)
