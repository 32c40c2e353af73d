"""One place a pattern matched, and the words before it that say what it is."""

from __future__ import annotations

import re
from dataclasses import dataclass

from open_autoglm.tasks.document_result import KeyKind

MAX_LABEL_CHARACTERS = 40

_LABEL = re.compile(r"([^\n:：;；,，。.!?！？|()（）]{1,60}?)\s*[:：]\s*$")
_CLAUSE_BORDER = re.compile(r"[\n:：;；。!?！？|()（）]|(?<!\d)[,，]|[,，](?!\d)|\.\s")
_CONNECTOR = re.compile(
    r"(?:\s+(?:of|is|was|are|were|on|by|to|at|from|dated|the|a|an|and|made|than)"
    r"|为|于|在|共计|合计|计|是|约|由|至|到)+\s*$"
)
_LEADING = re.compile(r"^(?:(?:the|a|an|this|and)\s+|即|并|其中)+", re.IGNORECASE)
_MAX_LEAD_WORDS = 6
_MAX_LEAD_CHARACTERS = 16


@dataclass(frozen=True, slots=True)
class PatternMatch:
    """``text[start:end]`` of the searched text. ``note`` is a plain doubt, for example an ambiguous date."""

    kind: KeyKind
    start: int
    end: int
    value: str
    normalized: str | None = None
    label: str = ""
    note: str | None = None


def label_before(text: str, start: int) -> str:
    """The words in front that name the value: ``签署日期：`` or a short lead-in of the same clause."""
    before = text[max(0, start - 80) : start]
    named = _LABEL.search(before)
    if named:
        return " ".join(named[1].split())[-MAX_LABEL_CHARACTERS:]
    clause = _LEADING.sub("", _CONNECTOR.sub("", _CLAUSE_BORDER.split(before)[-1].strip()))
    words = clause.split()
    if len(words) > 1:
        return " ".join(words[-_MAX_LEAD_WORDS:])[-MAX_LABEL_CHARACTERS:]
    return clause[-_MAX_LEAD_CHARACTERS:]
