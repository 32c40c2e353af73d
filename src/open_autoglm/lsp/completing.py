"""Completions while somebody types: the newest request of a document is answered, older ones are let go."""

from __future__ import annotations

import asyncio

from lsprotocol import types

from open_autoglm.code.repository.indexes import RepositoryIndexes
from open_autoglm.code.repository.kept import GatheredContext
from open_autoglm.engine.blocking import BlockingEngine
from open_autoglm.errors import Cancelled, OpenAutoGLMError
from open_autoglm.lsp.documents import EditorDocument
from open_autoglm.lsp.editor import Editor
from open_autoglm.lsp.hovering import name_at
from open_autoglm.lsp.models import EditorModels
from open_autoglm.stop_signal import StopSignal
from open_autoglm.tasks.complete_code import complete_code

REST_S = 0.06
"""Of typing, before a model is asked on its own account: the next key is often there by then."""


class Completing:
    def __init__(self, editor: Editor, models: EditorModels, indexes: RepositoryIndexes) -> None:
        self._editor = editor
        self._models = models
        self._indexes = indexes
        self._gathered = GatheredContext()
        self._under_way: dict[str, StopSignal] = {}

    async def inline(self, parameters: types.InlineCompletionParams) -> types.InlineCompletionList:
        asked = parameters.context.trigger_kind is types.InlineCompletionTriggerKind.Invoked
        text = await self._complete(parameters.text_document.uri, parameters.position, 0 if asked else REST_S)
        where = types.Range(parameters.position, parameters.position)
        return types.InlineCompletionList([types.InlineCompletionItem(text, range=where)] if text else [])

    async def listed(self, parameters: types.CompletionParams) -> types.CompletionList:
        """For editors that know only lists: one item, which takes the place of the word that is begun."""
        uri, position = parameters.text_document.uri, parameters.position
        text = await self._complete(uri, position, REST_S)
        if not text:
            return types.CompletionList(is_incomplete=True, items=[])
        places = self._editor.document(uri).places
        line, column = places.place(position)
        begun = name_at(places.lines[line - 1][:column], column)
        start = begun[1] if begun is not None and begun[2] == column else column
        whole = places.lines[line - 1][start:column] + text
        first = whole.split("\n", 1)[0]
        item = types.CompletionItem(
            label=first.strip() or whole.strip(),
            kind=types.CompletionItemKind.Snippet,
            detail=self._editor.texts.source,
            documentation=types.MarkupContent(types.MarkupKind.PlainText, whole),
            filter_text=first,
            text_edit=types.TextEdit(places.range((line, start), (line, column)), whole),
        )
        return types.CompletionList(is_incomplete=True, items=[item])

    async def _complete(self, uri: str, position: types.Position, rest_s: float) -> str:
        """What to put in at a position; empty where there is nothing, or the person has typed on."""
        stop = StopSignal()
        if (older := self._under_way.get(uri)) is not None:
            older.stop()
        self._under_way[uri] = stop
        try:
            await asyncio.sleep(rest_s)
            if stop():
                return ""
            document = self._editor.document(uri)
            if not document.is_code:
                return ""
            async with self._models.lent(self._editor, stop, "interactive") as engine:
                return await asyncio.to_thread(self._text, document, position, engine, stop)
        except Cancelled:
            return ""
        except OpenAutoGLMError as error:
            self._models.tell_once(self._editor, error)
            return ""
        finally:
            stop.stop()  # where this request was cancelled, the thread that works for it goes on until now
            if self._under_way.get(uri) is stop:
                del self._under_way[uri]

    def _text(
        self, document: EditorDocument, position: types.Position, engine: BlockingEngine, stop: StopSignal
    ) -> str:
        source = document.source
        line, column = document.places.place(position)
        index = None
        if document.folder is not None:
            index = self._indexes.index_of(document.folder, document.name)
            index.edited(document.name)
        found = complete_code(
            source, line, column, engine, index=index, gathered=self._gathered, cancelled=stop
        )
        # What does not parse is not worth an interruption.
        return "" if found.check == "faulty" else found.text
