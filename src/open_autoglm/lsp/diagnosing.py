"""Diagnostics: published when a document is opened, saved, or has rested for a moment."""

from __future__ import annotations

import asyncio

from lsprotocol import types

from open_autoglm.lsp.documents import EditorDocument
from open_autoglm.lsp.editor import Editor
from open_autoglm.lsp.findings import Finding, find_faults

REST_S = 0.3
"""Of typing, before a document is looked at."""
_SEVERITIES = {"error": types.DiagnosticSeverity.Error, "warning": types.DiagnosticSeverity.Warning}


class Diagnosing:
    """One look at a document at a time; a newer version takes the place of one that waits."""

    def __init__(self, editor: Editor, rest_s: float = REST_S) -> None:
        self._editor = editor
        self._rest_s = rest_s
        self._looking: dict[str, asyncio.Task[None]] = {}
        self._found: dict[str, tuple[EditorDocument, tuple[Finding, ...]]] = {}

    def look_at(self, uri: str, *, at_once: bool) -> None:
        self.forget(uri)
        look = self._look(uri, 0.0 if at_once else self._rest_s)
        self._looking[uri] = asyncio.create_task(look, name=f"look at {uri}")

    def findings_in(self, uri: str, where: types.Range) -> tuple[EditorDocument, tuple[Finding, ...]] | None:
        """What was found last in the lines of a range; None where the document has changed since."""
        document, found = self._found.get(uri, (None, ()))
        if document is None or document.version != self._editor.document(uri).version:
            return None
        first, last = where.start.line + 1, where.end.line + 1
        return document, tuple(one for one in found if one.start[0] <= last and first <= one.end[0])

    def closed(self, uri: str) -> None:
        """Nothing is said any more of a document that nobody sees."""
        self.forget(uri)
        self._found.pop(uri, None)
        self._editor.publish(self._editor.document(uri), [])

    async def close(self) -> None:
        looking = list(self._looking.values())
        for task in looking:
            task.cancel()
        await asyncio.gather(*looking, return_exceptions=True)

    def forget(self, uri: str) -> None:
        if (task := self._looking.pop(uri, None)) is not None:
            task.cancel()

    async def _look(self, uri: str, rest_s: float) -> None:
        await asyncio.sleep(rest_s)
        document = self._editor.document(uri)
        found: tuple[Finding, ...] = ()
        if document.is_code:
            found = await asyncio.to_thread(find_faults, document, self._editor.texts)
        if self._editor.is_open(uri) and self._editor.document(uri).version == document.version:
            self._found[uri] = document, found
            self._editor.publish(document, [self.diagnostic(document, one) for one in found])

    def diagnostic(self, document: EditorDocument, finding: Finding) -> types.Diagnostic:
        return types.Diagnostic(
            document.places.range(finding.start, finding.end),
            finding.message,
            severity=_SEVERITIES[finding.severity],
            code=finding.code or None,
            source=self._editor.texts.source,
        )
