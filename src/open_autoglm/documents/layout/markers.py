"""Markers at the start of a line: bullets, numbers, letters and Chinese enumerations."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

_CHINESE = "一二三四五六七八九十百零〇"
_BULLET = re.compile(r"([•‣⁃▪▫●○◦■□❑❖➢✓✔◆◇★·∙◉➔→])\s*(?=\S)")
_DASH = re.compile(r"([-–—*])\s+(?=\S)")
_CERTAIN = re.compile(
    rf"([(（](?:\d{{1,3}}|[{_CHINESE}]{{1,4}}|[a-zA-Z]|[ivx]{{2,5}})[)）]|[{_CHINESE}]{{1,4}}、|[①-⑳]|\d{{1,3}}、)\s*(?=\S)"
)
_NUMBER = re.compile(r"(\d{1,3}[.．]|\d{1,2}[)）]|[a-zA-Z][.)]|[ivxIVX]{2,5}[.)])\s+(?=\S)")
_CHAPTER = re.compile(rf"(第\s*[{_CHINESE}\d]{{1,5}}\s*([章节篇部]))[\s:：、]*(?=\S)")
_ARTICLE = re.compile(rf"(第\s*[{_CHINESE}\d]{{1,5}}\s*[条款项])[\s:：、]*(?=\S)")
_DECIMAL = re.compile(r"((?:\d{1,2}|[A-Z])(?:\.\d{1,2}){1,5}\.?)\s+(?=\S)")

MarkerKind = Literal["bullet", "dash", "number", "chapter", "decimal"]

_IN_TEXT: tuple[tuple[re.Pattern[str], MarkerKind], ...] = (
    (_BULLET, "bullet"),
    (_CERTAIN, "number"),
    (_CHAPTER, "chapter"),
)
_AT_START: tuple[tuple[re.Pattern[str], MarkerKind], ...] = (
    (_DASH, "dash"),
    (_ARTICLE, "number"),
    (_DECIMAL, "decimal"),
    (_NUMBER, "number"),
)


@dataclass(frozen=True, slots=True)
class Marker:
    """A marker, what follows it, and how deep it stands in a numbering such as ``2.3.1`` (1 is outermost)."""

    text: str
    rest: str
    kind: MarkerKind
    depth: int = 1


def split_marker(text: str, *, started: bool = True) -> Marker | None:
    """The marker that ``text`` starts with, or None.

    ``started`` says that a new item may begin here; inside a running paragraph only marks that no
    sentence contains count, since "…, No.\\n3. The" is no list.
    """
    for pattern, kind in _IN_TEXT:
        found = pattern.match(text)
        if found and (started or kind != "number"):
            return _marker(found, text, kind)
    if not started:
        return None
    for pattern, kind in _AT_START:
        found = pattern.match(text)
        if found:
            return _marker(found, text, kind)
    return None


def _marker(found: re.Match[str], text: str, kind: MarkerKind) -> Marker:
    mark = found.group(1)
    depth = 1
    if kind == "decimal":
        depth = mark.rstrip(".").count(".") + 1
    elif kind == "chapter":
        depth = 2 if found.group(2) == "节" else 1
    elif mark[0] in "(（":
        depth = 2
    return Marker(mark, text[found.end() :], kind, depth)
