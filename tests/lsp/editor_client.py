"""An editor: a real client of the protocol, which drives a server over standard input and output."""

from __future__ import annotations

import asyncio
import os
import sys
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, BinaryIO

from lsprotocol import types
from pygls.io_ import StdoutWriter, run_async
from pygls.lsp.client import LanguageClient

from open_autoglm.lsp.streams import EditorInput

PROGRAM = str(Path(sys.executable).with_name("open-autoglm-cli"))
WAIT_S = 30.0
END_S = 20.0

CAPABILITIES = types.ClientCapabilities(
    workspace=types.WorkspaceClientCapabilities(
        apply_edit=True,
        workspace_edit=types.WorkspaceEditClientCapabilities(
            document_changes=True,
            change_annotation_support=types.ChangeAnnotationsSupportOptions(),
        ),
    ),
    window=types.WindowClientCapabilities(
        work_done_progress=True, show_document=types.ShowDocumentClientCapabilities(support=True)
    ),
)
"""Of an editor that can do everything."""


class EditorClient(LanguageClient):
    """Keeps what the server says, and answers what it asks."""

    def __init__(self) -> None:
        super().__init__("test-editor", "1")
        self.diagnostics: dict[str, types.PublishDiagnosticsParams] = {}
        self.messages: list[str] = []
        self.shown: dict[str, str] = {}
        """Texts of the documents that were opened beside the code."""
        self.edits: list[types.ApplyWorkspaceEditParams] = []
        self.progress: list[Any] = []
        self.tokens: list[str | int] = []
        self.choice: Callable[[Sequence[str]], str | None] = lambda _: None
        self._heard = asyncio.Event()
        self._listen()

    @property
    def process(self) -> asyncio.subprocess.Process:
        assert self._server is not None
        return self._server

    def _listen(self) -> None:
        @self.feature(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
        def published(parameters: types.PublishDiagnosticsParams) -> None:
            self.diagnostics[parameters.uri] = parameters
            self._heard.set()

        @self.feature(types.WINDOW_SHOW_MESSAGE)
        def told(parameters: types.ShowMessageParams) -> None:
            self.messages.append(parameters.message)
            self._heard.set()

        @self.feature(types.WINDOW_SHOW_MESSAGE_REQUEST)
        def asked(parameters: types.ShowMessageRequestParams) -> types.MessageActionItem | None:
            self.messages.append(parameters.message)
            chosen = self.choice([action.title for action in parameters.actions or ()])
            return types.MessageActionItem(chosen) if chosen is not None else None

        @self.feature(types.WINDOW_SHOW_DOCUMENT)
        def show(parameters: types.ShowDocumentParams) -> types.ShowDocumentResult:
            path = Path(parameters.uri.removeprefix("file://"))
            self.shown[path.name] = path.read_text(encoding="utf-8")
            return types.ShowDocumentResult(success=True)

        @self.feature(types.WORKSPACE_APPLY_EDIT)
        def apply(parameters: types.ApplyWorkspaceEditParams) -> types.ApplyWorkspaceEditResult:
            self.edits.append(parameters)
            return types.ApplyWorkspaceEditResult(applied=True)

        @self.feature(types.WINDOW_WORK_DONE_PROGRESS_CREATE)
        def create(parameters: types.WorkDoneProgressCreateParams) -> None:
            self.tokens.append(parameters.token)

        @self.feature(types.PROGRESS)
        def progressed(parameters: types.ProgressParams) -> None:
            self.progress.append(parameters.value)
            self._heard.set()

    async def until(self, told: Callable[[], Any]) -> Any:
        """Wait until the server has said something."""
        async with asyncio.timeout(WAIT_S):
            while not (found := told()):
                self._heard.clear()
                await self._heard.wait()
        return found

    async def diagnosed(self, uri: str, version: int) -> Sequence[types.Diagnostic]:
        await self.until(lambda: uri in self.diagnostics and self.diagnostics[uri].version == version)
        return self.diagnostics[uri].diagnostics

    def open(self, path: Path, text: str | None = None, language: str = "python") -> str:
        """The document's address."""
        text = path.read_text(encoding="utf-8") if text is None else text
        item = types.TextDocumentItem(path.as_uri(), language, 1, text)
        self.text_document_did_open(types.DidOpenTextDocumentParams(item))
        return path.as_uri()

    def change(self, uri: str, version: int, text: str) -> None:
        whole = types.TextDocumentContentChangeWholeDocument(text)
        known = types.VersionedTextDocumentIdentifier(version, uri)
        self.text_document_did_change(types.DidChangeTextDocumentParams(known, [whole]))

    async def meet(self, folder: Path, capabilities: types.ClientCapabilities, locale: str) -> None:
        await self.initialize_async(
            types.InitializeParams(
                capabilities,
                process_id=None,
                root_uri=folder.as_uri(),
                workspace_folders=[types.WorkspaceFolder(folder.as_uri(), folder.name)],
                locale=locale,
            )
        )
        self.initialized(types.InitializedParams())

    async def end(self) -> int:
        """Leave as the protocol says. The server's exit code."""
        await self.shutdown_async(None)
        self.exit(None)
        return await asyncio.wait_for(self.process.wait(), END_S)


@asynccontextmanager
async def editing(folder: Path, *arguments: str, locale: str = "en-US") -> AsyncIterator[EditorClient]:
    """The real program, which knows its editor; it has gone when the block has ended."""
    client = EditorClient()
    await client.start_io(PROGRAM, "lsp", "--data-dir", str(folder / ".data"), *arguments)
    try:
        await client.meet(folder, CAPABILITIES, locale)
        yield client
    finally:
        if client.process.returncode is None:
            client.process.stdin.close()  # type: ignore[union-attr]
        await asyncio.wait_for(client.stop(), END_S)


Serve = Callable[[BinaryIO, BinaryIO], Coroutine[Any, Any, int]]


@asynccontextmanager
async def editing_here(
    folder: Path,
    serve: Serve,
    *,
    capabilities: types.ClientCapabilities = CAPABILITIES,
    locale: str = "en-US",
) -> AsyncIterator[EditorClient]:
    """A server in a thread of this process, behind pipes: it starts at once, and may be a scripted one."""
    client = EditorClient()
    client.report_server_error = _raise  # type: ignore[method-assign]
    (to_server, from_client), (to_client, from_server) = os.pipe(), os.pipe()
    with (
        os.fdopen(to_server, "rb", buffering=0) as server_input,
        os.fdopen(to_client, "rb", buffering=0) as client_input,
    ):
        server_output, client_output = os.fdopen(from_server, "wb"), os.fdopen(from_client, "wb")

        def run() -> int:
            with server_output:
                return asyncio.run(serve(server_input, server_output))

        serving = asyncio.create_task(asyncio.to_thread(run))
        client.protocol.set_writer(StdoutWriter(client_output))
        hearing = asyncio.create_task(
            run_async(threading.Event(), EditorInput(client_input), client.protocol)  # type: ignore[arg-type]
        )
        try:
            await client.meet(folder, capabilities, locale)
            yield client
            await client.shutdown_async(None)
            client.exit(None)
            assert await asyncio.wait_for(serving, END_S) == 0
        finally:
            client_output.close()
            await asyncio.wait_for(asyncio.gather(serving, hearing, return_exceptions=True), END_S)


def _raise(error: Exception, _source: object) -> None:
    raise error
