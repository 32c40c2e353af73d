"""The server: each request of the protocol, and the part that answers it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any, Literal, TypeVar

from lsprotocol import types
from pygls.lsp.server import LanguageServer

from open_autoglm import __version__
from open_autoglm.code.repository.indexes import RepositoryIndexes
from open_autoglm.lsp.actions import EXPLAIN, FIX, KINDS, Actions
from open_autoglm.lsp.completing import Completing
from open_autoglm.lsp.diagnosing import Diagnosing
from open_autoglm.lsp.editor import Editor
from open_autoglm.lsp.explaining import Explaining
from open_autoglm.lsp.fixing import Fixing
from open_autoglm.lsp.hovering import Hovering
from open_autoglm.lsp.models import EditorModels
from open_autoglm.lsp.protocol import EditorProtocol

logger = logging.getLogger(__name__)

Asked = TypeVar("Asked")
Answered = TypeVar("Answered")
Answer = Callable[[Asked], Awaitable[Answered]]


class EditorServer(LanguageServer):
    """Documents come whole with every change: pygls divides lines at characters where editors don't, so
    that pieces would be put into the wrong place of a file with, say, a form feed."""

    def __init__(
        self,
        language: Literal["auto", "zh", "en"],
        indexes: RepositoryIndexes,
        models: EditorModels,
        test: str | None = None,
    ) -> None:
        super().__init__(
            "open-autoglm",
            __version__,
            text_document_sync_kind=types.TextDocumentSyncKind.Full,
            protocol_cls=EditorProtocol,
        )
        self.editor = Editor(self, language)
        self.ended_properly = False
        self._diagnosing = Diagnosing(self.editor)
        self._hovering = Hovering(self.editor, indexes)
        self._completing = Completing(self.editor, models, indexes)
        self._actions = Actions(self.editor, self._diagnosing)
        self._explaining = Explaining(self.editor, models)
        self._fixing = Fixing(self.editor, models, test)
        self._indexes = indexes
        self._under_way: set[asyncio.Task[Any]] = set()
        self._answer_documents()
        self._answer_questions()

    def report_server_error(self, error: Exception, source: Any) -> None:
        """A defect is told once and logged. The error's own text may quote what somebody typed."""
        del source
        logger.error("unexpected error", exc_info=error)
        self.editor.tell(self.editor.texts.unexpected.format(type(error).__name__), types.MessageType.Error)

    async def close(self) -> None:
        """Cancel what is under way, and wait for it: what it has opened is then closed."""
        under_way = list(self._under_way)
        for task in under_way:
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)
        await self._diagnosing.close()
        self.editor.close()

    def _question(self, method: str, answer: Answer[Asked, Answered], options: Any = None) -> None:
        """Have a request answered by a coroutine that ends with the server."""

        async def followed(parameters: Asked) -> Answered:
            self._follow()
            return await answer(parameters)

        self.feature(method, options)(followed)

    def _task(self, name: str, do: Callable[..., Awaitable[Any]]) -> None:
        """The same for a command."""

        async def followed(*arguments: Any) -> Any:
            self._follow()
            return await do(*arguments)

        self.command(name)(followed)

    def _follow(self) -> None:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - a coroutine runs in one
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    def _answer_documents(self) -> None:
        @self.feature(types.INITIALIZE)
        def initialize(parameters: types.InitializeParams) -> None:
            self.editor.met(parameters)
            if not self.editor.can("text_document.inline_completion"):
                # Offered to both ways at once, an editor would show the same text twice.
                self._question(types.TEXT_DOCUMENT_COMPLETION, self._completing.listed)

        @self.feature(types.SHUTDOWN)
        def shutdown(_: None) -> None:
            self.ended_properly = True

        @self.feature(types.TEXT_DOCUMENT_DID_OPEN)
        def opened(parameters: types.DidOpenTextDocumentParams) -> None:
            uri = parameters.text_document.uri
            document = self.editor.document(uri)
            if document.folder is not None:  # its index is begun before anybody waits for it
                self._indexes.index_of(document.folder, document.name)
            self._diagnosing.look_at(uri, at_once=True)

        @self.feature(types.TEXT_DOCUMENT_DID_CHANGE)
        def changed(parameters: types.DidChangeTextDocumentParams) -> None:
            self._diagnosing.look_at(parameters.text_document.uri, at_once=False)

        @self.feature(types.TEXT_DOCUMENT_DID_SAVE)
        def saved(parameters: types.DidSaveTextDocumentParams) -> None:
            self._diagnosing.look_at(parameters.text_document.uri, at_once=True)

        @self.feature(types.TEXT_DOCUMENT_DID_CLOSE)
        def closed(parameters: types.DidCloseTextDocumentParams) -> None:
            self._diagnosing.closed(parameters.text_document.uri)

        @self.feature(types.WINDOW_WORK_DONE_PROGRESS_CANCEL)
        def stop_asked(parameters: types.WorkDoneProgressCancelParams) -> None:
            self.editor.stop_asked(parameters.token)

    def _answer_questions(self) -> None:
        self._question(types.TEXT_DOCUMENT_HOVER, self._hovering.hover)
        self._question(types.TEXT_DOCUMENT_INLINE_COMPLETION, self._completing.inline)
        self._question(types.TEXT_DOCUMENT_CODE_ACTION, self._actions.offered, KINDS)
        self._task(EXPLAIN, self._explaining.explain)
        self._task(FIX, self._fixing.fix)
