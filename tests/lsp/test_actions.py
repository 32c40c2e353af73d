"""What an editor offers about a place: the rule's own mending, an explanation, a repair."""

from __future__ import annotations

import ast
import asyncio
from pathlib import Path

from editor_client import EditorClient, editing_here
from lsprotocol import types
from scripted_editor import scripted

TEXT = "def is_home(path):\n    return path is 'home'\n"


async def offered(editor: EditorClient, uri: str, line: int) -> dict[str, types.CodeAction | types.Command]:
    where = types.Range(types.Position(line, 0), types.Position(line, 0))
    asked = types.CodeActionParams(
        types.TextDocumentIdentifier(uri), where, types.CodeActionContext(diagnostics=[])
    )
    found = await editor.text_document_code_action_async(asked)
    return {action.title: action for action in found or ()}


async def run(editor: EditorClient, action: types.CodeAction | types.Command) -> object:
    """Choose an action. lsprotocol reads an action that has a command as that command's own text."""
    assert isinstance(action, types.Command)
    command = ast.literal_eval(action.command)
    asked = types.ExecuteCommandParams(command["command"], command["arguments"])
    return await editor.workspace_execute_command_async(asked)


def test_what_the_linter_can_mend_is_checked_before_it_is_offered(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with editing_here(tmp_path, scripted()) as editor:
            uri = editor.open(tmp_path / "a.py", TEXT)
            (fault,) = await editor.diagnosed(uri, 1)
            assert fault.code == "F632"
            actions = await offered(editor, uri, 1)
            mend = actions["Fix: Use `==` to compare constant literals (checked)"]
            assert isinstance(mend, types.CodeAction)
            assert mend.edit is not None
            assert mend.edit.document_changes is not None
            (changed,) = mend.edit.document_changes
            assert isinstance(changed, types.TextDocumentEdit)
            assert changed.text_document.version == 1
            assert [edit.new_text for edit in changed.edits] == ["    return path == 'home'"]  # type: ignore[union-attr]
            assert list(await offered(editor, uri, 0)) == ["Fix this file (runs its tests in a sandbox)"]

    asyncio.run(scenario())


def test_an_explanation_is_the_models_and_says_so(tmp_path: Path) -> None:
    async def scenario() -> None:
        script = ["`is` asks for the same object."]
        async with editing_here(tmp_path, scripted(script), locale="zh-CN") as editor:
            uri = editor.open(tmp_path / "a.py", TEXT)
            await editor.diagnosed(uri, 1)
            actions = await offered(editor, uri, 1)
            explain = next(action for title, action in actions.items() if title.startswith("解释"))
            said = str(await run(editor, explain))
            assert "由模型 scripted 撰写，未经检查" in said
            (shown,) = editor.shown.values()
            assert shown == said
            assert "asks for the same object" in shown
            assert "## What it does" in shown

    asyncio.run(scenario())


def test_without_a_model_the_rule_itself_is_explained(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with editing_here(tmp_path, scripted(asks_for="absent")) as editor:
            uri = editor.open(tmp_path / "a.py", TEXT)
            await editor.diagnosed(uri, 1)
            asked = types.ExecuteCommandParams("open-autoglm.explain", [uri, 2, "F632", "Use `==`"])
            said = await editor.workspace_execute_command_async(asked)
            assert "No model is named 'absent'" in said
            assert "## What it does" in said

    asyncio.run(scenario())
