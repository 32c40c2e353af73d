"""Hovering over a name: its signature, what its author said of it, and where it stands."""

from __future__ import annotations

import asyncio
from pathlib import Path

from editor_client import EditorClient, editing_here
from lsprotocol import types
from scripted_editor import scripted

LIBRARY = (
    'def fetch(url: str, tries: int = 3) -> bytes:\n    """Read a page, with patience."""\n    return b""\n'
)


async def hover(editor: EditorClient, uri: str, line: int, character: int) -> str | None:
    where = types.TextDocumentIdentifier(uri), types.Position(line, character)
    found = await editor.text_document_hover_async(types.HoverParams(*where))
    if found is None:
        return None
    assert isinstance(found.contents, types.MarkupContent)
    return found.contents.value


def test_a_name_of_the_same_document_is_explained_before_it_is_saved(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with editing_here(tmp_path, scripted()) as editor:
            uri = editor.open(tmp_path / "new.py", LIBRARY + "\nfetch('x')\n")
            said = await hover(editor, uri, 4, 2)
            assert said is not None
            assert "def fetch(url: str, tries: int = 3) -> bytes" in said
            assert "Read a page, with patience." in said
            assert await hover(editor, uri, 3, 0) is None

    asyncio.run(scenario())


def test_a_name_of_the_project_is_explained_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "library.py").write_text(LIBRARY, encoding="utf-8")

    async def scenario() -> None:
        async with editing_here(tmp_path, scripted(), locale="zh-CN") as editor:
            uri = editor.open(tmp_path / "main.py", "from library import fetch\n")
            async with asyncio.timeout(10):
                while (said := await hover(editor, uri, 0, 21)) is None:  # until it is indexed
                    await asyncio.sleep(0.02)
            assert "with patience" in said
            assert "定义于 `library.py` 第 1 行" in said

    asyncio.run(scenario())
