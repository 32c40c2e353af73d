"""One place a pattern matched, and the words before it that say what it is."""

from __future__ import annotations

import re
from dataclasses import dataclass

from open_autoglm.tasks.document_result import KeyKind

MAX_LABEL_CHARACTERS = 40

_LABEL = re.compile(r"([^\n:：;；,，。.!?！？|()（）]{1,60}?)\s*[:：]\s*$")
_CLAUSE_BORDER = re.compile(r"[\n:：;；。!?！？|()（）]|(?<!\d)[,，]|[,，](?!\d)|\.\s|\.(?=[\u3400-\u9fff])")
_CONNECTOR = re.compile(
    r"(?:\s+(?:of|is|was|are|were|on|by|to|at|from|dated|the|a|an|and|made|than|for)"
    r"|为|于|在|共计|合计|计|是|约|由|至|到)+\s*$"
)
_LEADING = re.compile(r"^(?:(?:the|a|an|this|and)\s+|即|并|其中)+", re.IGNORECASE)
_PREDICATE = re.compile(
    r"\b(?:is|are|was|were|be|been|has|have|had|will|shall|must|may|can|should|which|that|who)\b"
    r"|应当|[应须由]$|必须|不得|请|将|已|可以|出现|发生",
    re.IGNORECASE,
)
"""In a clause that says something instead of naming it."""
_LAST_ARTICLE = re.compile(r"^.*(?<!\bof )(?<!\bfor )(?<!\bin )\b(?:the|an?)\s+(?=\S)", re.IGNORECASE | re.S)
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
    """The words in front that name the value: ``签署日期：`` or a short lead-in of the same clause.

    Empty where the clause in front says something (``was read on``) instead of naming it.
    """
    before = text[max(0, start - 80) : start]
    named = _LABEL.search(before)
    if named:
        return " ".join(named[1].split())[-MAX_LABEL_CHARACTERS:]
    lead = _CLAUSE_BORDER.split(before)[-1].strip()
    clause = _LEADING.sub("", _CONNECTOR.sub("", lead))
    if _PREDICATE.search(clause):
        return ""
    clause = _LAST_ARTICLE.sub("", clause).strip()
    words = clause.split()
    if len(words) > 1:
        words = words[-_MAX_LEAD_WORDS:]
        while len(words) > 1 and len(" ".join(words)) > MAX_LABEL_CHARACTERS:
            words = words[1:]
        return " ".join(words)[-MAX_LABEL_CHARACTERS:]
    return clause[-_MAX_LEAD_CHARACTERS:]
