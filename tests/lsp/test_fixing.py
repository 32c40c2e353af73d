"""A repair in the editor: run in the sandbox when it is asked for, shown with its evidence, then applied."""

from __future__ import annotations

import asyncio
from pathlib import Path

from editor_client import CAPABILITIES, EditorClient, editing_here
from lsprotocol import types
from scripted_editor import scripted

CODE = 'def read_price(text):\n    return float(txt)\n\n\nprint(read_price("88.50"))\n'
PLAIN = types.ClientCapabilities()
"""Of an editor that can only show messages."""


def broken(folder: Path) -> Path:
    path = folder / "shop.py"
    path.write_text(CODE, encoding="utf-8")
    return path


async def fix(editor: EditorClient, uri: str) -> str:
    asked = types.ExecuteCommandParams("open-autoglm.fix", [uri])
    return str(await editor.workspace_execute_command_async(asked))


def test_a_proven_repair_is_shown_and_handed_to_the_editor_to_confirm(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with editing_here(tmp_path, scripted()) as editor:
            uri = editor.open(broken(tmp_path))
            said = await fix(editor, uri)
            assert said.startswith("Applied: Repaired (proven): ")
            (applied,) = editor.edits
            assert applied.label is not None
            assert applied.label.startswith("Repaired (proven): ")
            (changed,) = applied.edit.document_changes or ()
            assert isinstance(changed, types.TextDocumentEdit)
            assert (changed.text_document.uri, changed.text_document.version) == (uri, 1)
            assert [edit.new_text for edit in changed.edits] == ["    return float(text)"]  # type: ignore[union-attr]
            annotations = applied.edit.change_annotations or {}
            assert [one.needs_confirmation for one in annotations.values()] == [True]
            (shown,) = editor.shown.values()
            assert "+    return float(text)" in shown
            assert "no network" in shown
            kinds = [value["kind"] for value in editor.progress]
            assert (kinds[0], kinds[-1]) == ("begin", "end")
            assert (tmp_path / "shop.py").read_text(encoding="utf-8") == CODE  # the editor's to write

    asyncio.run(scenario())


def test_an_editor_that_shows_no_changes_is_asked_first_with_the_diff(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with editing_here(tmp_path, scripted(), capabilities=PLAIN, locale="zh") as editor:
            uri = editor.open(broken(tmp_path))
            editor.choice = lambda choices: "应用" if choices == ["应用", "保持原样"] else None
            assert (await fix(editor, uri)).startswith("已应用：已修复（已证实）：")
            asked = next(message for message in editor.messages if "要应用吗？" in message)
            assert "+    return float(text)" in asked
            (applied,) = editor.edits
            assert list(applied.edit.changes or {}) == [uri]

    asyncio.run(scenario())


def test_what_was_not_saved_is_not_run(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with editing_here(tmp_path, scripted()) as editor:
            uri = editor.open(broken(tmp_path), CODE + "# more\n")
            assert await fix(editor, uri) == "Save shop.py first: what is run is what lies on the disk."

    asyncio.run(scenario())


def test_a_program_without_a_fault_is_left_alone(tmp_path: Path) -> None:
    async def scenario() -> None:
        (tmp_path / "shop.py").write_text("print(1)\n", encoding="utf-8")
        async with editing_here(tmp_path, scripted()) as editor:
            said = await fix(editor, editor.open(tmp_path / "shop.py"))
            assert "No fault found" in said
            assert editor.edits == []

    asyncio.run(scenario())


def test_a_repair_is_stopped_by_the_editors_button(tmp_path: Path) -> None:
    (tmp_path / "shop.py").write_text("import time\ntime.sleep(60)\n", encoding="utf-8")

    async def scenario() -> None:
        async with editing_here(tmp_path, scripted(), capabilities=CAPABILITIES) as editor:
            working = asyncio.create_task(fix(editor, editor.open(tmp_path / "shop.py")))
            await editor.until(lambda: any("running" in str(value) for value in editor.progress))
            editor.window_work_done_progress_cancel(types.WorkDoneProgressCancelParams(editor.tokens[-1]))
            assert await asyncio.wait_for(working, 20) == "Stopped."

    asyncio.run(scenario())
