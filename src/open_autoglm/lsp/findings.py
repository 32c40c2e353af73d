"""What is wrong with a document, found without running any of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from open_autoglm.code.syntax.faults import SyntaxFault, syntax_faults
from open_autoglm.code.syntax.parse import parse
from open_autoglm.errors import LimitExceeded
from open_autoglm.lsp.documents import EditorDocument
from open_autoglm.lsp.texts import EditorTexts, fault_words


@dataclass(frozen=True, slots=True)
class Finding:
    """Lines count from 1, columns in characters; the end is behind the last character."""

    start: tuple[int, int]
    end: tuple[int, int]
    message: str
    severity: Literal["error", "warning"]
    code: str = ""
    """The rule's, for example ``F821``; empty for what has none."""


def find_faults(document: EditorDocument, texts: EditorTexts) -> tuple[Finding, ...]:
    """The places that don't parse. Nothing for what takes too long to parse: it is not known."""
    if document.language is None:
        return ()
    try:
        faults = syntax_faults(parse(document.text, document.language))
    except LimitExceeded:
        return ()
    return tuple(_of_fault(document, fault, texts) for fault in faults)


def _of_fault(document: EditorDocument, fault: SyntaxFault, texts: EditorTexts) -> Finding:
    line = document.places.lines[min(fault.line, len(document.places.lines)) - 1]
    end = max(len(line.rstrip()), fault.column + 1)
    return Finding(
        (fault.line, fault.column),
        (fault.line, end),
        fault_words(fault.message, texts),
        "error",
        "syntax",
    )
