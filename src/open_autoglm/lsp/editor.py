"""The editor at the other end: its documents, its windows, and what it is able to show."""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import reduce
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

from lsprotocol import types
from pygls.exceptions import JsonRpcException
from pygls.lsp.server import LanguageServer
from pygls.uris import from_fs_path

from open_autoglm.code.repository.files import project_of
from open_autoglm.lsp.documents import EditorDocument, language_of_document, path_of_uri
from open_autoglm.lsp.positions import TextPlaces
from open_autoglm.lsp.texts import EditorTexts, editor_texts
from open_autoglm.stop_signal import StopSignal

logger = logging.getLogger(__name__)

Report = Callable[[str, int | None], None]
"""Told from any thread: a message, and a percentage where it is known."""


class Editor:
    """Methods belong to the event loop, except where they say otherwise."""

    def __init__(self, server: LanguageServer, language: Literal["auto", "zh", "en"]) -> None:
        self._server = server
        self._language = language
        self._folder: TemporaryDirectory[str] | None = None
        self._stops: dict[str | int, StopSignal] = {}
        self.texts: EditorTexts = editor_texts(None, language)

    def met(self, parameters: types.InitializeParams) -> None:
        """The editor has told who it is."""
        self.texts = editor_texts(parameters.locale, self._language)

    def close(self) -> None:
        """Remove what was written to be shown."""
        if self._folder is not None:
            self._folder.cleanup()

    def can(self, capability: str) -> bool:
        """Whether the editor has said so, for example ``window.showDocument.support`` in snake case."""
        asked: Any = self._server.client_capabilities
        return bool(reduce(lambda held, name: getattr(held, name, None), capability.split("."), asked))

    # documents

    @property
    def encoding(self) -> types.PositionEncodingKind | str:
        """In whose units the editor counts columns."""
        return self._server.workspace.position_encoding or types.PositionEncodingKind.Utf16

    def document(self, uri: str) -> EditorDocument:
        held = self._server.workspace.get_text_document(uri)
        path = path_of_uri(uri)
        folder = self._project(path) if path is not None else None
        name = Path(held.path).name or "untitled"
        if path is not None and folder is not None and path.is_relative_to(folder):
            name = path.relative_to(folder).as_posix()
        language = language_of_document(held.language_id, name)
        places = TextPlaces(held.source, self.encoding)
        return EditorDocument(uri, held.version, path, folder, name, language, places)

    def is_open(self, uri: str) -> bool:
        return uri in self._server.workspace.text_documents

    def uri_of(self, path: Path) -> str:
        """As the editor itself writes it, where it has the file open."""
        for uri in map(str, self._server.workspace.text_documents):
            known = path_of_uri(uri)
            if known is not None and known.resolve() == path.resolve():
                return uri
        return str(from_fs_path(str(path)))

    def _project(self, path: Path) -> Path:
        """The innermost folder that is open in the editor, else where the file's project begins."""
        opened = [path_of_uri(uri) for uri in self._server.workspace.folders]
        around = [folder for folder in opened if folder is not None and path.is_relative_to(folder)]
        return max(around, key=lambda folder: len(folder.parts)) if around else project_of(path)

    # windows

    def tell(self, text: str, kind: types.MessageType = types.MessageType.Info) -> None:
        self._server.window_show_message(types.ShowMessageParams(kind, text))

    def publish(self, document: EditorDocument, found: list[types.Diagnostic]) -> None:
        self._server.text_document_publish_diagnostics(
            types.PublishDiagnosticsParams(document.uri, found, document.version)
        )

    async def choose(self, text: str, *choices: str) -> str | None:
        """Ask; None where the person or the editor leaves it open."""
        items = [types.MessageActionItem(choice) for choice in choices]
        asked = types.ShowMessageRequestParams(types.MessageType.Info, text, items)
        try:
            chosen = await self._server.window_show_message_request_async(asked)
        except JsonRpcException as error:
            logger.info("the editor can't ask: %s", error)
            return None
        return chosen.title if chosen is not None else None

    async def show(self, name: str, text: str) -> bool:
        """Open a text beside the code; False where the editor can't."""
        if not self.can("window.show_document.support"):
            return False
        if self._folder is None:
            self._folder = TemporaryDirectory(prefix="open-autoglm-", ignore_cleanup_errors=True)
        path = Path(self._folder.name) / name
        await asyncio.to_thread(path.write_text, text, encoding="utf-8")
        try:
            shown = await self._server.window_show_document_async(
                types.ShowDocumentParams(str(from_fs_path(str(path))), take_focus=False)
            )
        except JsonRpcException as error:
            logger.info("the editor does not show %s: %s", name, error)
            return False
        return bool(shown and shown.success)

    async def apply(self, edit: types.WorkspaceEdit, label: str) -> str | None:
        """None when it was done, else why not."""
        try:
            done = await self._server.workspace_apply_edit_async(types.ApplyWorkspaceEditParams(edit, label))
        except JsonRpcException as error:
            return str(error)
        return None if done.applied else (done.failure_reason or "?")

    # progress

    @asynccontextmanager
    async def progress(self, title: str, stop: StopSignal | None = None) -> AsyncIterator[Report]:
        """Shown while the block runs; the editor's own button sets ``stop``."""
        loop = asyncio.get_running_loop()
        if not self.can("window.work_done_progress"):
            yield lambda _message, _percentage: None
            return
        token = str(uuid.uuid4())
        shown = self._server.work_done_progress
        try:
            await shown.create_async(token)
        except JsonRpcException as error:
            logger.info("the editor shows no progress: %s", error)
            yield lambda _message, _percentage: None
            return
        if stop is not None:
            self._stops[token] = stop
        shown.begin(token, types.WorkDoneProgressBegin(title, cancellable=stop is not None))

        def report(message: str, percentage: int | None) -> None:
            told = types.WorkDoneProgressReport(message=message, percentage=percentage)
            loop.call_soon_threadsafe(shown.report, token, told)

        try:
            yield report
        finally:
            self._stops.pop(token, None)
            shown.end(token, types.WorkDoneProgressEnd())
            shown.tokens.pop(token, None)

    def stop_asked(self, token: str | int) -> None:
        """The person pressed the button of a progress."""
        if (stop := self._stops.get(token)) is not None:
            stop.stop()
