"""Changes of whole texts as the editor takes them, each with what it is and how sure it is."""

from __future__ import annotations

from dataclasses import dataclass

from lsprotocol import types

from open_autoglm.code.repair.edit import edit_between
from open_autoglm.lsp.editor import Editor
from open_autoglm.lsp.positions import TextPlaces

ANNOTATION = "open-autoglm"


@dataclass(frozen=True, slots=True)
class ChangedText:
    """One file before and after. ``version`` is the editor's, None where it is not open there."""

    uri: str
    version: int | None
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Label:
    """What the editor shows beside a change."""

    title: str
    description: str
    confirm: bool
    """Whether it is to be shown as a difference, and applied only when somebody says so."""


def workspace_edit(editor: Editor, changes: list[ChangedText], label: Label) -> types.WorkspaceEdit:
    """In the fullest form that the editor takes."""
    annotated = editor.can("workspace.workspace_edit.change_annotation_support")
    if not editor.can("workspace.workspace_edit.document_changes"):
        return types.WorkspaceEdit(changes={one.uri: [_edit(editor, one)] for one in changes})
    documents: list[types.TextDocumentEdit] = []
    for one in changes:
        edit: types.TextEdit | types.AnnotatedTextEdit = _edit(editor, one)
        held = types.OptionalVersionedTextDocumentIdentifier(one.uri, one.version)
        if annotated:
            edit = types.AnnotatedTextEdit(ANNOTATION, edit.range, edit.new_text)
        documents.append(types.TextDocumentEdit(held, [edit]))
    annotations = {
        ANNOTATION: types.ChangeAnnotation(
            label.title, needs_confirmation=label.confirm, description=label.description or None
        )
    }
    return types.WorkspaceEdit(
        document_changes=documents, change_annotations=annotations if annotated else None
    )


def confirms(editor: Editor) -> bool:
    """Whether the editor itself shows a change and asks before it applies it."""
    return editor.can("workspace.workspace_edit.document_changes") and editor.can(
        "workspace.workspace_edit.change_annotation_support"
    )


def _edit(editor: Editor, changed: ChangedText) -> types.TextEdit:
    places = TextPlaces(changed.before, editor.encoding)
    edit = edit_between(changed.uri, changed.before, changed.after)
    return types.TextEdit(places.lines_range(edit.first_line, edit.last_line), edit.new)
