"""Completions in an editor: inline where it knows them, in its list where it doesn't."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

from editor_client import CAPABILITIES, EditorClient, editing_here
from lsprotocol import types
from scripted_editor import MODEL, scripted

from open_autoglm.engine.scripted import ScriptedAnswer, ScriptedEngine, default_capabilities

INLINE = types.ClientCapabilities(
    workspace=CAPABILITIES.workspace,
    window=CAPABILITIES.window,
    text_document=types.TextDocumentClientCapabilities(
        inline_completion=types.InlineCompletionClientCapabilities()
    ),
)
TEXT = "def add(a, b):\n    return \n"
AT_END = types.Position(1, 11)


async def complete(editor: EditorClient, uri: str, position: types.Position = AT_END) -> list[str]:
    context = types.InlineCompletionContext(types.InlineCompletionTriggerKind.Invoked)
    asked = types.InlineCompletionParams(context, types.TextDocumentIdentifier(uri), position)
    found = await editor.text_document_inline_completion_async(asked)
    assert isinstance(found, types.InlineCompletionList)
    return [str(item.insert_text) for item in found.items]


def test_a_line_is_completed_where_the_cursor_is(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with editing_here(tmp_path, scripted(["a + b\n"]), capabilities=INLINE) as editor:
            uri = editor.open(tmp_path / "a.py", TEXT)
            assert await complete(editor, uri) == ["a + b"]
            titles = [value["title"] for value in editor.progress if value["kind"] == "begin"]
            assert titles == [f"Loading {MODEL}"]

    asyncio.run(scenario())


def test_an_editor_without_inline_completion_gets_one_item(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with editing_here(tmp_path, scripted(["ult = a + b\n"])) as editor:
            uri = editor.open(tmp_path / "a.py", "def add(a, b):\n    res\n")
            asked = types.CompletionParams(types.TextDocumentIdentifier(uri), types.Position(1, 7))
            found = await editor.text_document_completion_async(asked)
            assert isinstance(found, types.CompletionList)
            (item,) = found.items
            assert item.label == "result = a + b"
            assert isinstance(item.text_edit, types.TextEdit)
            assert item.text_edit.new_text == "result = a + b"
            assert item.text_edit.range.start == types.Position(1, 4)

    asyncio.run(scenario())


def test_the_next_key_lets_the_completion_before_it_go(tmp_path: Path) -> None:
    slow = ScriptedAnswer("a + b + " * 200, token_delay_s=0.05)
    engine = ScriptedEngine([slow, "a + b\n"], model=MODEL)

    async def scenario() -> None:
        async with editing_here(tmp_path, scripted(engine=engine), capabilities=INLINE) as editor:
            uri = editor.open(tmp_path / "a.py", TEXT)
            first = asyncio.create_task(complete(editor, uri))
            async with asyncio.timeout(10):
                while not engine.requests:
                    await asyncio.sleep(0.01)
                assert await complete(editor, uri) == ["a + b"]
                assert await first == []

    asyncio.run(scenario())


def test_a_cancelled_request_stops_the_model(tmp_path: Path) -> None:
    slow = ScriptedAnswer("a + b + " * 200, token_delay_s=0.05)
    engine = ScriptedEngine([slow], model=MODEL)

    async def scenario() -> None:
        async with editing_here(tmp_path, scripted(engine=engine), capabilities=INLINE) as editor:
            uri = editor.open(tmp_path / "a.py", TEXT)
            context = types.InlineCompletionContext(types.InlineCompletionTriggerKind.Automatic)
            asked = types.InlineCompletionParams(context, types.TextDocumentIdentifier(uri), AT_END)
            answer: Any = editor.protocol.send_request_async(
                types.TEXT_DOCUMENT_INLINE_COMPLETION, asked, msg_id="late"
            )
            async with asyncio.timeout(10):
                while not engine.busy_slots:
                    await asyncio.sleep(0.01)
                editor.cancel_request(types.CancelParams("late"))
                while engine.busy_slots:
                    await asyncio.sleep(0.01)
            await asyncio.wait([answer], timeout=5)
            assert "late" in str(answer.exception())

    asyncio.run(scenario())


def test_without_a_model_it_is_said_once_and_the_rest_works(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with editing_here(tmp_path, scripted(asks_for="absent"), capabilities=INLINE) as editor:
            uri = editor.open(tmp_path / "a.py", TEXT)
            assert await complete(editor, uri) == []
            assert await complete(editor, uri) == []
            (said,) = editor.messages
            assert "No model is named 'absent'." in said
            editor.change(uri, 2, "def f(:\n")
            assert await editor.diagnosed(uri, 2)

    asyncio.run(scenario())


def test_a_model_that_cannot_fill_in_says_so(tmp_path: Path) -> None:
    plain = replace(default_capabilities(), fill_in_middle=False)
    engine = ScriptedEngine([], model=MODEL, capabilities=plain)

    async def scenario() -> None:
        async with editing_here(tmp_path, scripted(engine=engine), capabilities=INLINE) as editor:
            uri = editor.open(tmp_path / "a.py", TEXT)
            assert await complete(editor, uri) == []
            assert "can't fill in code" in editor.messages[0]

    asyncio.run(scenario())
