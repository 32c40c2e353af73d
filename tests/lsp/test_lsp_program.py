"""``open-autoglm-cli lsp`` as an editor meets it: the real program, a real client."""

from __future__ import annotations

import asyncio
from pathlib import Path

from editor_client import editing
from lsprotocol import types


def test_the_program_serves_an_editor_and_says_how_to_get_a_model(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with editing(tmp_path, "--model", "smollm2-135m-instruct") as editor:
            uri = editor.open(tmp_path / "a.py", "def f(:\n    return \n")
            fault, *_ = await editor.diagnosed(uri, 1)
            assert fault.range.start.line == 0
            assert fault.severity is types.DiagnosticSeverity.Error
            editor.change(uri, 2, "def f():\n    return \n")
            assert not await editor.diagnosed(uri, 2)
            where = types.TextDocumentIdentifier(uri), types.Position(1, 11)
            found = await editor.text_document_completion_async(types.CompletionParams(*where))
            assert isinstance(found, types.CompletionList)
            assert not found.items
            (said,) = editor.messages
            assert "open-autoglm-cli pull smollm2-135m-instruct" in said
            assert await editor.end() == 0

    asyncio.run(scenario())


def test_an_editor_that_goes_away_ends_the_server(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with editing(tmp_path) as editor:
            editor.open(tmp_path / "a.py", "x = 1\n")
            editor.process.stdin.close()  # type: ignore[union-attr]
            assert await asyncio.wait_for(editor.process.wait(), 10) == 1

    asyncio.run(scenario())
