"""One place a pattern matched, and the words before it that say what it is."""

from __future__ import annotations

import re
from dataclasses import dataclass

from open_autoglm.tasks.document_result import KeyKind

MAX_LABEL_CHARACTERS = 40

_LABEL = re.compile(r"([^\n:：;；,，。.!?！？|()（）]{1,60}?)\s*[:：]\s*$")
_LEAD_IN = re.compile(
    r"((?:[A-Za-z][\w'-]*\s+){1,4}|[\u4e00-\u9fff]{2,12}?)(?:of|is|was|on|by|to|at|dated|为|于|共计|合计|计|是|达到?)?\s*$"
)


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
    clause = re.split(r"[\n:：;；,，。!?！？|()（）]|\.\s", before)[-1]
    lead = _LEAD_IN.search(clause)
    return " ".join(lead[1].split())[-MAX_LABEL_CHARACTERS:] if lead else ""
