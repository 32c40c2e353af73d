"""A GGUF model served by llama.cpp in a supervised child process."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager

import anyio.to_thread
import psutil

from open_autoglm.engine.base import Capabilities, Engine, SlotUse
from open_autoglm.engine.llama_cpp_client import LlamaCppClient, ModelFacts
from open_autoglm.engine.llama_cpp_options import LlamaCppOptions
from open_autoglm.engine.supervisor import Supervisor
from open_autoglm.engine.worker_process import Endpoint
from open_autoglm.errors import EngineStartFailed, EngineUnavailable
from open_autoglm.values import EngineRequest, StreamEvent

DEPARTURE_NEWS_S = 1.0


class LlamaCppEngine(Engine):
    """Joins the supervisor, which keeps the worker alive, and the client, which talks to it.

    A request under way when the worker dies fails with EngineUnavailable and the reason; the next
    one waits for the restarted worker.
    """

    def __init__(self, options: LlamaCppOptions) -> None:
        self.options = options
        self._supervisor = Supervisor(options)
        self._facts: ModelFacts | None = None
        self._capabilities: Capabilities | None = None
        self._endpoint: Endpoint | None = None
        self._client: LlamaCppClient | None = None

    @property
    def model(self) -> str:
        return self.options.model_name

    @property
    def capabilities(self) -> Capabilities:
        if self._capabilities is None:
            raise EngineUnavailable(f"The engine of model {self.model!r} is not open.")
        return self._capabilities

    @property
    def endpoint(self) -> Endpoint | None:
        """Where the worker answers now; None while there is none."""
        return self._supervisor.endpoint_now()

    @property
    def answering(self) -> bool:
        return self._supervisor.endpoint_now() is not None

    @property
    def incarnation(self) -> int:
        endpoint = self._supervisor.endpoint_now()
        return 0 if endpoint is None else endpoint.pid

    def resident_bytes(self) -> int | None:
        endpoint = self._supervisor.endpoint_now()
        if endpoint is None:
            return None
        try:
            return int(psutil.Process(endpoint.pid).memory_info().rss)
        except psutil.Error:  # it has just ended
            return None

    async def open(self) -> None:
        try:
            await anyio.to_thread.run_sync(self._supervisor.start, abandon_on_cancel=True)
            client, _ = await self._connect()
            self._facts = await client.learn()
        except EngineUnavailable as error:
            raise EngineStartFailed(
                f"Model {self.model!r} was loaded but does not answer: {error.message}"
            ) from error
        self._capabilities = capabilities_of(self._facts, saved_slots=self.options.slot_folder is not None)

    async def close(self) -> None:
        with anyio.CancelScope(shield=True):
            await anyio.to_thread.run_sync(self._supervisor.stop)
            if self._client is not None:
                await self._client.close()

    async def count_tokens(self, request: EngineRequest) -> int:
        async with self._worker() as client:
            return await client.count_tokens(request)

    async def tokenize(self, text: str) -> tuple[int, ...]:
        async with self._worker() as client:
            return await client.tokenize(text)

    async def detokenize(self, tokens: Sequence[int]) -> str:
        async with self._worker() as client:
            return await client.detokenize(tokens)

    async def save_slot(self, slot: int, name: str) -> int:
        async with self._slot_worker() as client:
            return await client.save_slot(slot, name)

    async def restore_slot(self, slot: int, name: str) -> int:
        async with self._slot_worker() as client:
            return await client.restore_slot(slot, name)

    async def erase_slot(self, slot: int) -> None:
        async with self._slot_worker() as client:
            await client.erase_slot(slot)

    async def stream(
        self, request: EngineRequest, *, slot: SlotUse | None = None, prompt_tokens: int | None = None
    ) -> AsyncGenerator[StreamEvent, None]:
        self.require_supported(request)
        async with self._worker() as client:
            counted = await client.count_tokens(request) if prompt_tokens is None else prompt_tokens
            self.require_room(request, counted)
            async with aclosing(client.stream(request, slot=slot)) as events:
                async for event in events:
                    yield event

    @asynccontextmanager
    async def _worker(self) -> AsyncIterator[LlamaCppClient]:
        """A client of the worker that runs now; if that worker ends, the error says how."""
        client, endpoint = await self._connect()
        try:
            yield client
        except EngineUnavailable as error:
            raise await self._with_reason(error, endpoint) from error

    @asynccontextmanager
    async def _slot_worker(self) -> AsyncIterator[LlamaCppClient]:
        if not self.capabilities.saved_slots:
            raise self._lacks("saved_slots")
        async with self._worker() as client:
            yield client

    async def _connect(self) -> tuple[LlamaCppClient, Endpoint]:
        """A client of the worker that runs now; waits while one is starting."""
        endpoint = self._supervisor.endpoint_now()
        if endpoint is None:
            endpoint = await anyio.to_thread.run_sync(self._supervisor.endpoint, abandon_on_cancel=True)
        if self._client is None or self._endpoint != endpoint:
            retired, self._endpoint = self._client, endpoint
            self._client = LlamaCppClient(
                endpoint.address,
                model=self.model,
                api_key=endpoint.api_key,
                idle_timeout_s=self.options.idle_timeout_s,
                local=True,
                facts=self._facts,
            )
            if retired is not None:
                await retired.close()
        return self._client, endpoint

    async def _with_reason(self, error: EngineUnavailable, endpoint: Endpoint) -> EngineUnavailable:
        """The same error with what the supervisor knows about the worker's end."""
        how = await anyio.to_thread.run_sync(self._supervisor.departure, endpoint, DEPARTURE_NEWS_S)
        if how is None:
            return error
        return EngineUnavailable(
            f"The worker of model {self.model!r} {how}.", hint="It is restarted; send the request again."
        )


def capabilities_of(facts: ModelFacts, *, saved_slots: bool) -> Capabilities:
    """What llama.cpp can do with this model. Tools it can always: where the chat template knows none,
    they are described in the system message."""
    return Capabilities(
        context_window=facts.context_window,
        slots=facts.slots,
        json_schema=True,
        grammar=True,
        vision=facts.vision,
        tools=True,
        fill_in_middle=facts.markers is not None,
        text_completion=True,
        logprobs=True,
        saved_slots=saved_slots,
        tells_prompt_length=True,
    )
