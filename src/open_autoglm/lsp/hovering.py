"""What stands under the pointer: signature and documentation of a name. No model is asked."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

from lsprotocol import types

from open_autoglm.code.languages import Language, language_of
from open_autoglm.code.repository.index import Place
from open_autoglm.code.repository.indexes import RepositoryIndexes
from open_autoglm.code.source import read_source
from open_autoglm.code.syntax.definitions import definitions
from open_autoglm.code.syntax.parse import parse
from open_autoglm.errors import InputError, LimitExceeded
from open_autoglm.lsp.documentation import documentation
from open_autoglm.lsp.documents import EditorDocument
from open_autoglm.lsp.editor import Editor

TIME_LIMIT_S = 0.5
"""A hover that comes later than this comes too late."""
_NAME = re.compile(r"[^\W\d]\w*")


class Hovering:
    def __init__(self, editor: Editor, indexes: RepositoryIndexes) -> None:
        self._editor = editor
        self._indexes = indexes

    async def hover(self, parameters: types.HoverParams) -> types.Hover | None:
        document = self._editor.document(parameters.text_document.uri)
        if not document.is_code:
            return None
        line, column = document.places.place(parameters.position)
        name = name_at(document.places.lines[line - 1], column)
        if name is None:
            return None
        looking = asyncio.to_thread(self._explained, document, name[0])
        try:
            found = await asyncio.wait_for(asyncio.shield(asyncio.ensure_future(looking)), TIME_LIMIT_S)
        except TimeoutError:
            return None
        if found is None:
            return None
        where = document.places.range((line, name[1]), (line, name[2]))
        return types.Hover(types.MarkupContent(types.MarkupKind.Markdown, found), where)

    def _explained(self, document: EditorDocument, name: str) -> str | None:
        """In Markdown; None for a name that nothing here defines."""
        assert document.language is not None  # noqa: S101 - only code is hovered over
        try:
            own = _all_shown(document.text, document.language, name)
        except LimitExceeded:  # too slow to parse
            own = []
        if own:
            return "\n\n".join(own[:2])
        return self._elsewhere(document, document.folder, name) if document.folder is not None else None

    def _elsewhere(self, document: EditorDocument, folder: Path, name: str) -> str | None:
        index = self._indexes.index_of(folder, document.name)
        places = [place for place in index.defining(name) if place.path != document.name]
        if not places:
            return None
        first, texts = places[0], self._editor.texts
        where = texts.defined_in.format(f"`{first.path}`", first.definition.first_line)
        if len(places) > 1:
            where += ", " + texts.more_definitions.format(len(places) - 1)
        return f"{_read(folder, first, name)}\n\n{where}"


def name_at(line: str, column: int) -> tuple[str, int, int] | None:
    """The name that a column touches, with its start and its end."""
    for found in _NAME.finditer(line):
        if found.start() <= column <= found.end():
            return found[0], found.start(), found.end()
    return None


def _all_shown(text: str, language: Language, name: str) -> list[str]:
    """Every definition of a name in a text: signature and documentation, in Markdown."""
    shown = []
    for one in definitions(parse(text, language)):
        if one.name == name:
            said = documentation(text, one, language)
            shown.append(_code(one.signature, language) + (f"\n\n{said}" if said else ""))
    return shown


def _read(folder: Path, place: Place, name: str) -> str:
    """What the file says now; what the index knows where it has just changed."""
    language = language_of(place.path)
    try:
        text = read_source(folder / place.path, name=place.path).text
        shown = _all_shown(text, language, name) if language is not None else []
    except InputError:
        shown = []
    return shown[0] if shown else _code(place.definition.signature, language)


def _code(signature: str, language: Language | None) -> str:
    return f"```{language.name if language else ''}\n{signature}\n```"
