"""Fixes that ruff offers itself."""

from __future__ import annotations

from collections.abc import Iterator

from open_autoglm.code.diagnose.lint import LintFault
from open_autoglm.code.repair.edit import Candidate, Words, edit_between


def lint_candidates(file: str, text: str, faults: tuple[LintFault, ...]) -> Iterator[Candidate]:
    """One candidate for each fault that has a fix."""
    for fault in faults:
        if not fault.fix:
            continue
        changed = _fixed(text, fault)
        if changed != text:
            reason = Words(f"ruff {fault.code}: {fault.message}", f"ruff {fault.code}：{fault.message}")
            yield Candidate(
                (edit_between(file, text, changed),), "lint", reason, 0.9 if fault.severe else 0.75
            )


def _fixed(text: str, fault: LintFault) -> str:
    starts = [0]
    for content in text.split("\n"):
        starts.append(starts[-1] + len(content) + 1)
    for (line, column), (end_line, end_column), new in sorted(fault.fix, reverse=True):
        start = starts[line - 1] + column - 1
        end = min(starts[end_line - 1] + end_column - 1, len(text))
        text = text[:start] + new + text[end:]
    return text
