"""A served model as an engine, so that tasks run beside chats and take no more than their share."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence

import anyio

from open_autoglm.engine.base import Capabilities, Engine, SlotUse
from open_autoglm.errors import EngineUnavailable, QueueFull
from open_autoglm.serving.request import LOCAL_OWNER, Priority, ServedRequest
from open_autoglm.serving.service import Service
from open_autoglm.values import EngineRequest, StreamEvent


class ServedEngine(Engine):
    """Sends every request through the service; with priority ``batch`` behind all that people wait for.

    It holds no lease between two requests: a document takes an hour, and a model that is leased all the
    time could never make room for another. The model may therefore be loaded again in the middle.

    A synchronous task holds it through ``BlockingEngine(engine, portal)``, with a portal into the event
    loop to which the service belongs.
    """

    def __init__(
        self,
        service: Service,
        name: str,
        owner: str = LOCAL_OWNER,
        *,
        priority: Priority = "batch",
        waits: bool = True,
    ) -> None:
        self._service = service
        self._name = name
        self._owner = owner
        self._priority: Priority = priority
        self._waits = waits
        self._model = name
        self._capabilities: Capabilities | None = None

    @property
    def model(self) -> str:
        return self._model

    @property
    def capabilities(self) -> Capabilities:
        if self._capabilities is None:
            raise EngineUnavailable(f"The engine of model {self._name!r} is not open.")
        return self._capabilities

    async def open(self) -> None:
        """Have the model loaded. Raises UnknownModel, ModelNotInstalled, EngineStartFailed."""
        self._model = (await self._service.resolve(self._name)).name
        self._capabilities = await self._service.capabilities(self._name)

    async def close(self) -> None:
        """The model stays: it belongs to the service."""
        self._capabilities = None

    async def count_tokens(self, request: EngineRequest) -> int:
        return await self._service.count_tokens(self._name, request)

    async def tokenize(self, text: str) -> tuple[int, ...]:
        return await self._service.tokenize(self._name, text)

    async def detokenize(self, tokens: Sequence[int]) -> str:
        return await self._service.detokenize(self._name, tokens)

    async def stream(
        self,
        request: EngineRequest,
        *,
        slot: SlotUse | None = None,  # noqa: ARG002 - the service chooses
        prompt_tokens: int | None = None,  # noqa: ARG002 - and counts
    ) -> AsyncGenerator[StreamEvent, None]:
        """As every engine does; where no more requests may wait, this one waits outside the queue.

        Raises QueueFull instead where it was made not to wait.
        """
        self.require_supported(request)
        asked = ServedRequest(
            self._name, request, owner=self._owner, priority=self._priority, context_policy="reject"
        )
        while True:
            try:
                async with self._service.answer(asked) as answer:
                    async for event in answer.events:
                        yield event
                return
            except QueueFull as full:  # raised on entering only
                if not self._waits:
                    raise
                await anyio.sleep(full.retry_after_s)
