"""What is wrong with a document, found without running any of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from open_autoglm.code.diagnose.lint import LintFault, lint
from open_autoglm.code.syntax.faults import SyntaxFault, syntax_faults
from open_autoglm.code.syntax.parse import parse
from open_autoglm.errors import LimitExceeded, UsageError
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
    """The rule's, for example ``F821``; ``syntax`` for what does not parse."""
    mended: str | None = None
    """The whole text with the change that the rule itself offers; None where it offers none."""


def find_faults(document: EditorDocument, texts: EditorTexts) -> tuple[Finding, ...]:
    """By the parser; for Python by the linter first, whose words for what does not parse are better."""
    if document.language is None:
        return ()
    linted = lint(document.text, document.name) if document.language.name == "python" else ()
    found = tuple(_of_lint(document, fault) for fault in linted)
    if any(one.code == "syntax" for one in found):
        return found
    return _faults(document, texts) + found


def is_mended(document: EditorDocument, finding: Finding) -> bool:
    """Whether the change that a rule offers takes its own fault away and brings no other."""
    if finding.mended is None:
        return False
    before = [fault.code for fault in lint(document.text, document.name)]
    after = [fault.code for fault in lint(finding.mended, document.name)]
    new = [code for code in after if after.count(code) > before.count(code)]
    return after.count(finding.code) < before.count(finding.code) and not new


def _faults(document: EditorDocument, texts: EditorTexts) -> tuple[Finding, ...]:
    """Nothing for what takes too long to parse: it is not known."""
    assert document.language is not None  # noqa: S101 - only code is looked at
    try:
        faults = syntax_faults(parse(document.text, document.language))
    except LimitExceeded:
        return ()
    return tuple(_of_fault(document, fault, texts) for fault in faults)


def _of_fault(document: EditorDocument, fault: SyntaxFault, texts: EditorTexts) -> Finding:
    end = max(len(_line(document, fault.line).rstrip()), fault.column + 1)
    message = fault_words(fault.message, texts)
    return Finding((fault.line, fault.column), (fault.line, end), message, "error", "syntax")


def _of_lint(document: EditorDocument, fault: LintFault) -> Finding:
    line = _line(document, fault.line)
    syntax = fault.code in ("invalid-syntax", "E999")
    return Finding(
        (fault.line, len(line) - len(line.lstrip())),
        (fault.line, len(line.rstrip())),
        fault.message,
        "error" if fault.severe else "warning",
        "syntax" if syntax else fault.code,
        _with_fix(document, fault),
    )


def _with_fix(document: EditorDocument, fault: LintFault) -> str | None:
    if not fault.fix:
        return None
    text, source = document.text, document.source
    try:
        for (line, column), (end_line, end_column), new in sorted(fault.fix, reverse=True):
            start, end = source.offset(line, column - 1), source.offset(end_line, end_column - 1)
            text = text[:start] + new + text[end:]
    except UsageError:  # behind the last line: the linter counts one more
        return None
    return text


def _line(document: EditorDocument, line: int) -> str:
    return document.places.lines[min(line, len(document.places.lines)) - 1]
