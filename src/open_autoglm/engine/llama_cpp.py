"""A GGUF model served by llama.cpp in a supervised child process."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

import anyio.to_thread

from open_autoglm.engine.base import Capabilities, Engine
from open_autoglm.engine.llama_cpp_options import LlamaCppOptions
from open_autoglm.engine.openai_client import OpenAIClient
from open_autoglm.engine.openai_format import DIALECTS
from open_autoglm.engine.supervisor import Supervisor
from open_autoglm.engine.worker_process import Endpoint
from open_autoglm.errors import EngineStartFailed, EngineUnavailable
from open_autoglm.values import ChatRequest, StreamEvent

DEPARTURE_NEWS_S = 1.0


class LlamaCppEngine(Engine):
    """Joins the supervisor, which keeps the worker alive, and the client, which talks to it.

    A request under way when the worker dies fails with EngineUnavailable and the reason; the next
    one waits for the restarted worker.
    """

    def __init__(self, options: LlamaCppOptions) -> None:
        self._options = options
        self._supervisor = Supervisor(options)
        self._capabilities: Capabilities | None = None
        self._endpoint: Endpoint | None = None
        self._client: OpenAIClient | None = None

    @property
    def model(self) -> str:
        return self._options.model_name

    @property
    def capabilities(self) -> Capabilities:
        if self._capabilities is None:
            raise EngineUnavailable(f"The engine of model {self.model!r} is not open.")
        return self._capabilities

    @property
    def endpoint(self) -> Endpoint | None:
        """Where the worker answers now; None while there is none."""
        return self._supervisor.endpoint_now()

    async def open(self) -> None:
        try:
            await anyio.to_thread.run_sync(self._supervisor.start, abandon_on_cancel=True)
            client, _ = await self._connect()
            self._capabilities = _capabilities(await client.get("/props"))
        except EngineUnavailable as error:
            raise EngineStartFailed(
                f"Model {self.model!r} was loaded but does not answer: {error.message}"
            ) from error

    async def close(self) -> None:
        with anyio.CancelScope(shield=True):
            await anyio.to_thread.run_sync(self._supervisor.stop)
            if self._client is not None:
                await self._client.close()

    async def count_tokens(self, request: ChatRequest) -> int:
        client, endpoint = await self._connect()
        try:
            return await client.count_tokens(request)
        except EngineUnavailable as error:
            raise await self._with_reason(error, endpoint) from error

    async def stream(self, request: ChatRequest) -> AsyncGenerator[StreamEvent, None]:
        self.require_supported(request)
        client, endpoint = await self._connect()
        try:
            self.require_room(request, await client.count_tokens(request))
            async with aclosing(client.stream(request)) as events:
                async for event in events:
                    yield event
        except EngineUnavailable as error:
            raise await self._with_reason(error, endpoint) from error

    async def _connect(self) -> tuple[OpenAIClient, Endpoint]:
        """A client of the worker that runs now; waits while one is starting."""
        endpoint = self._supervisor.endpoint_now()
        if endpoint is None:
            endpoint = await anyio.to_thread.run_sync(self._supervisor.endpoint, abandon_on_cancel=True)
        if self._client is None or self._endpoint != endpoint:
            retired, self._endpoint = self._client, endpoint
            self._client = OpenAIClient(
                endpoint.address,
                model=self.model,
                api_key=endpoint.api_key,
                dialect=DIALECTS["llama.cpp"],
                idle_timeout_s=self._options.idle_timeout_s,
                local=True,
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


def _capabilities(props: dict[str, Any]) -> Capabilities:
    """What llama.cpp says of itself under ``/props``, once the model is loaded."""
    template = props.get("chat_template_caps", {})
    return Capabilities(
        context_window=int(props["default_generation_settings"]["n_ctx"]),
        slots=int(props["total_slots"]),
        json_schema=True,
        grammar=True,
        vision=bool(props.get("modalities", {}).get("vision")),
        tools=bool(template.get("supports_tools")),
    )
