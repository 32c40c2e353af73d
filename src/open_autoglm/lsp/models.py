"""The model behind the editor: loaded when it is first needed, lent to one request at a time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import TYPE_CHECKING, TypeAlias

from anyio.from_thread import BlockingPortal
from lsprotocol import types

from open_autoglm.engine.blocking import BlockingEngine
from open_autoglm.errors import MissingPiece, OpenAutoGLMError
from open_autoglm.lsp.editor import Editor
from open_autoglm.stop_signal import StopSignal

if TYPE_CHECKING:  # they bring much along, which an editor need not wait for
    from open_autoglm.serving.request import Priority
    from open_autoglm.serving.service import Service

OpenService: TypeAlias = "Callable[[], AbstractAsyncContextManager[Service]]"


class EditorModels:
    """``with`` it ends what it has started. The service itself begins with the first request for a model."""

    def __init__(self, open_service: OpenService, model: str) -> None:
        self._open_service = open_service
        self._model = model
        self._opening: asyncio.Task[None] | None = None
        self._opened: asyncio.Future[tuple[Service, BlockingPortal]] | None = None
        self._close = asyncio.Event()
        self._told: set[str] = set()
        self._loading = asyncio.Lock()

    async def __aenter__(self) -> EditorModels:
        return self

    async def __aexit__(self, *_: object) -> None:
        self._close.set()
        if self._opening is not None:
            await self._opening

    @asynccontextmanager
    async def lent(
        self, editor: Editor, stop: StopSignal, priority: Priority = "batch"
    ) -> AsyncIterator[BlockingEngine]:
        """The model for one piece of work, which ``stop`` ends. Raises MissingPiece, EngineStartFailed."""
        from open_autoglm.serving.served_engine import ServedEngine

        service, portal = await self._service()
        await self._load(service, editor)
        engine = BlockingEngine(ServedEngine(service, self._model, priority=priority), portal)
        await asyncio.to_thread(engine.__enter__)
        stop.on_stop(engine.cancel)
        try:
            yield engine
        finally:
            engine.cancel()  # nothing of it may go on once the work has ended
            await asyncio.shield(asyncio.to_thread(engine.__exit__, None, None, None))

    async def available(self, editor: Editor) -> bool:
        """Whether there is a model at all; that there is none is told once."""
        try:
            service, _ = await self._service()
            await service.resolve(self._model)
        except OpenAutoGLMError as error:
            self.tell_once(editor, error)
            return False
        return True

    def tell_once(self, editor: Editor, error: OpenAutoGLMError) -> None:
        """Why there is no model; the same sentence is not told again with every keystroke."""
        sentence = editor.texts.no_model.format(error) if isinstance(error, MissingPiece) else str(error)
        if sentence not in self._told:
            self._told.add(sentence)
            editor.tell(sentence, types.MessageType.Warning)

    async def _service(self) -> tuple[Service, BlockingPortal]:
        if self._opened is None:
            self._opened = asyncio.get_running_loop().create_future()
            self._opening = asyncio.create_task(self._hold(self._opened), name="hold models")
        return await asyncio.shield(self._opened)

    async def _hold(self, opened: asyncio.Future[tuple[Service, BlockingPortal]]) -> None:
        """One task opens and closes the service, as its task groups want it."""
        try:
            async with self._open_service() as service, BlockingPortal() as portal:
                opened.set_result((service, portal))
                await self._close.wait()
        except OpenAutoGLMError as error:
            if opened.done():
                raise
            opened.set_exception(error)
        finally:
            opened.cancel()  # where a defect has ended it, nobody waits for ever

    async def _load(self, service: Service, editor: Editor) -> None:
        async with self._loading:
            name = (await service.resolve(self._model)).name
            if any(status.name == name and status.slots for status in service.status()):
                return
            async with editor.progress(editor.texts.loading.format(name)):
                # Whoever asked may leave; the model is loaded for the next one.
                await asyncio.shield(asyncio.ensure_future(service.load(self._model)))
