"""List markers of a Word document: what its numbering definitions show before a paragraph."""

from __future__ import annotations

import re
from typing import Any

from docx.oxml.ns import qn

_BULLETS = {"\uf0b7": "•", "\uf0a7": "▪", "o": "○", "\uf0d8": "➢", "\uf0fc": "✓"}
_MAX_DEPTH = 6
_DIGITS = "零一二三四五六七八九"


class Numbering:
    """Counts along as paragraphs are met in order (ECMA-376 part 1, section 17.9)."""

    def __init__(self, document: Any) -> None:
        self._counters: dict[str, list[int]] = {}
        self._abstract: dict[str, Any] = {}
        self._levels: dict[tuple[str, int], Any] = {}
        self._styles: dict[str, tuple[str, int]] = {}
        root = _numbering_root(document)
        if root is None:
            return
        definitions = {node.get(qn("w:abstractNumId")): node for node in root.iter(qn("w:abstractNum"))}
        for number in root.iter(qn("w:num")):
            link = number.find(qn("w:abstractNumId"))
            definition = definitions.get(link.get(qn("w:val"))) if link is not None else None
            for level in () if definition is None else definition.iter(qn("w:lvl")):
                depth = level.get(qn("w:ilvl"), "")
                if depth.isdigit():
                    self._levels[(number.get(qn("w:numId"), ""), int(depth))] = level
        for style in document.styles.element.iter(qn("w:style")):
            found = _reference(style)
            if found is not None:
                self._styles[style.get(qn("w:styleId"), "")] = found

    def item(self, paragraph: Any, style: str) -> tuple[int, str] | None:
        """Depth (1 is outermost) and marker of a list item; None for a paragraph outside lists."""
        style_id = paragraph.find(f"{qn('w:pPr')}/{qn('w:pStyle')}")
        inherited = self._styles.get(style_id.get(qn("w:val"), "")) if style_id is not None else None
        found = _reference(paragraph) or inherited
        if found is None:
            return (1, "•") if style.lower().startswith("list bullet") else None
        number, depth = found
        if number == "0":
            return None  # numbering switched off for this paragraph
        return min(depth + 1, _MAX_DEPTH), self._marker(number, depth)

    def _marker(self, number: str, depth: int) -> str:
        level = self._levels.get((number, depth))
        if level is None:
            return "•"
        pattern = _attribute(level, "w:lvlText") or ""
        if _attribute(level, "w:numFmt") in ("bullet", "none", None):
            return _BULLETS.get(pattern, pattern if pattern.isprintable() and pattern.strip() else "•")
        counts = self._counters.setdefault(number, [])
        del counts[depth + 1 :]
        while len(counts) <= depth:
            counts.append(self._start(number, len(counts)) - (len(counts) == depth))
        counts[depth] += 1

        def place(match: re.Match[str]) -> str:
            index = int(match[1]) - 1
            shown = self._levels.get((number, index))
            if index >= len(counts) or shown is None:
                return ""
            return _written(counts[index], _attribute(shown, "w:numFmt") or "decimal")

        return re.sub(r"%([1-9])", place, pattern) or "•"

    def _start(self, number: str, depth: int) -> int:
        level = self._levels.get((number, depth))
        start = _attribute(level, "w:start") if level is not None else None
        return int(start) if start and start.isdigit() else 1


def _numbering_root(document: Any) -> Any:
    for relation in document.part.rels.values():
        if not relation.is_external and relation.reltype.endswith("/numbering"):
            return relation.target_part.element
    return None


def _reference(element: Any) -> tuple[str, int] | None:
    properties = element.find(f"{qn('w:pPr')}/{qn('w:numPr')}")
    number = _attribute(properties, "w:numId") if properties is not None else None
    if number is None:
        return None
    depth = _attribute(properties, "w:ilvl") or "0"
    return number, min(int(depth), 8) if depth.isdigit() else 0


def _attribute(parent: Any, child: str) -> str | None:
    found = parent.find(qn(child))
    return None if found is None else found.get(qn("w:val"))


def _written(count: int, form: str) -> str:
    if form in ("lowerLetter", "upperLetter"):
        letters = chr(ord("a") + (count - 1) % 26) * ((count - 1) // 26 % 5 + 1)
        return letters if form == "lowerLetter" else letters.upper()
    if form in ("lowerRoman", "upperRoman"):
        return _roman(count) if form == "upperRoman" else _roman(count).lower()
    if form.startswith(("chinese", "japanese", "ideograph", "taiwanese")) and 0 < count < 100:
        tens, ones = divmod(count, 10)
        head = ("" if tens == 1 else _DIGITS[tens]) + "十" if tens else ""
        return head + (_DIGITS[ones] if ones or not tens else "")
    return f"{count:02}" if form == "decimalZero" else str(count)


def _roman(count: int) -> str:
    written = ""
    for value, letters in (
        (1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL"),
        (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"),
    ):  # fmt: skip
        written += letters * (count // value)
        count %= value
    return written
