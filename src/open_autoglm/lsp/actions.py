"""What can be done about a place: mend it by the linter's own rule, have it explained, have it repaired."""

from __future__ import annotations

import asyncio

from lsprotocol import types

from open_autoglm.lsp.diagnosing import Diagnosing
from open_autoglm.lsp.documents import EditorDocument
from open_autoglm.lsp.editor import Editor
from open_autoglm.lsp.edits import ChangedText, Label, workspace_edit
from open_autoglm.lsp.findings import Finding, is_mended

EXPLAIN = "open-autoglm.explain"
FIX = "open-autoglm.fix"
MAX_TITLE = 90
KINDS = types.CodeActionOptions([types.CodeActionKind.QuickFix, types.CodeActionKind.Empty])


class Actions:
    """Nothing of a project is run for them; only the command FIX does that, when somebody chooses it."""

    def __init__(self, editor: Editor, diagnosing: Diagnosing) -> None:
        self._editor = editor
        self._diagnosing = diagnosing

    async def offered(self, parameters: types.CodeActionParams) -> list[types.CodeAction]:
        uri = parameters.text_document.uri
        found = self._diagnosing.findings_in(uri, parameters.range)
        actions: list[types.CodeAction] = []
        document = self._editor.document(uri)
        if found is not None:
            for finding in found[1]:
                if finding.mended is not None:
                    actions.append(await self._mend(found[0], finding))
                actions.append(self._explain(found[0], finding))
        if document.path is not None and document.is_code:
            actions.append(self._command(self._editor.texts.fix_file, FIX, [uri]))
        return [action for action in actions if _is_wanted(action, parameters.context.only)]

    async def _mend(self, document: EditorDocument, finding: Finding) -> types.CodeAction:
        assert finding.mended is not None  # noqa: S101 - looked at by the caller
        texts = self._editor.texts
        checked = await asyncio.to_thread(is_mended, document, finding)
        state = texts.states["checked" if checked else "suggested"]
        title = _short(f"{texts.fix.format(finding.message)} ({state})")
        changed = ChangedText(document.uri, document.version, document.text, finding.mended)
        edit = workspace_edit(self._editor, [changed], Label(title, state, confirm=not checked))
        return types.CodeAction(
            title,
            types.CodeActionKind.QuickFix,
            diagnostics=[self._diagnosing.diagnostic(document, finding)],
            is_preferred=checked,
            edit=edit,
        )

    def _explain(self, document: EditorDocument, finding: Finding) -> types.CodeAction:
        title = self._editor.texts.explain.format(finding.message)
        arguments: list[str | int] = [document.uri, finding.start[0], finding.code, finding.message]
        action = self._command(title, EXPLAIN, arguments)
        action.diagnostics = [self._diagnosing.diagnostic(document, finding)]
        return action

    @staticmethod
    def _command(title: str, command: str, arguments: list[str | int]) -> types.CodeAction:
        title = _short(title)
        return types.CodeAction(
            title, types.CodeActionKind.QuickFix, command=types.Command(title, command, arguments=arguments)
        )


def _is_wanted(action: types.CodeAction, only: object) -> bool:
    """Editors ask for some kinds of actions alone, for example when a file is saved."""
    if not isinstance(only, list | tuple) or not only:
        return True
    kind = str(getattr(action.kind, "value", action.kind))
    wanted = [str(getattr(one, "value", one)) for one in only]
    return any(kind == one or kind.startswith(f"{one}.") or not one for one in wanted)


def _short(title: str) -> str:
    title = " ".join(title.split())
    return title if len(title) <= MAX_TITLE else f"{title[: MAX_TITLE - 1]}…"
