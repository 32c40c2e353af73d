"""Talks to a llama.cpp server: the OpenAI chat format and what llama.cpp has beside it."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Any

from open_autoglm.engine.base import SlotUse
from open_autoglm.engine.fill_in_middle import Markers, fill_in_prompt, find_markers
from open_autoglm.engine.llama_cpp_format import completion_body, completion_event
from open_autoglm.engine.openai_client import OpenAIClient
from open_autoglm.engine.openai_events import chat_event
from open_autoglm.engine.openai_format import DIALECTS, chat_body
from open_autoglm.engine.slot_files import require_slot_file
from open_autoglm.engine.token_memory import TokenMemory
from open_autoglm.engine.tool_calls import ToolCallReader
from open_autoglm.engine.tool_prompts import describe_tools, hold_to_a_call
from open_autoglm.errors import EngineError, NotSupported, UsageError
from open_autoglm.values import ChatRequest, EngineRequest, StreamEvent, TextRequest


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """What the server says of its model, once it is loaded; the same after every restart."""

    context_window: int
    slots: int
    vision: bool
    template_has_tools: bool
    markers: Markers | None
    """How it fills in the middle; None: it can't."""
    first_tokens: tuple[int, ...]
    """What stands before every text, for many models one token."""


class LlamaCppClient(OpenAIClient):
    """``facts`` are learned once, with ``learn``, and then given to every client of the same model."""

    def __init__(
        self,
        base_url: str,
        *,
        model: str,
        api_key: str = "",
        idle_timeout_s: float = 600.0,
        local: bool = False,
        facts: ModelFacts | None = None,
    ) -> None:
        super().__init__(
            base_url,
            model=model,
            api_key=api_key,
            dialect=DIALECTS["llama.cpp"],
            idle_timeout_s=idle_timeout_s,
            local=local,
        )
        self._root = self.base_url.removesuffix("/v1")
        self._facts = facts
        self._remembered = TokenMemory(self._marked)

    async def learn(self) -> ModelFacts:
        """Raises EngineError when the server is not llama.cpp."""
        props = await self._call("GET", "/props")
        try:
            facts = ModelFacts(
                context_window=int(props["default_generation_settings"]["n_ctx"]),
                slots=int(props["total_slots"]),
                vision=bool(props.get("modalities", {}).get("vision")),
                template_has_tools=bool(props.get("chat_template_caps", {}).get("supports_tools")),
                markers=await find_markers(self._marked),
                first_tokens=await self.tokenize("", first=True),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise EngineError(f"The engine at {self.base_url} is not a llama.cpp server.") from error
        self._facts = facts
        return facts

    async def tokenize(self, text: str, *, markers: bool = True, first: bool = False) -> tuple[int, ...]:
        """Tokens of a text; ``markers`` in it are read as such, ``first`` adds what begins every text."""
        body = {"content": text, "add_special": first, "parse_special": markers}
        return tuple((await self._call("POST", "/tokenize", body))["tokens"])

    async def detokenize(self, tokens: Sequence[int]) -> str:
        return str((await self._call("POST", "/detokenize", {"tokens": list(tokens)}))["content"])

    async def save_slot(self, slot: int, name: str) -> int:
        return int((await self._slot(slot, "save", require_slot_file(name)))["n_saved"])

    async def restore_slot(self, slot: int, name: str) -> int:
        require_slot_file(name)
        try:
            return int((await self._slot(slot, "restore", name))["n_restored"])
        except UsageError as error:
            raise EngineError(f"The saved slot {name} can't be restored: {error.message}") from error

    async def erase_slot(self, slot: int) -> None:
        await self._call("POST", f"/slots/{slot}?action=erase", {})

    async def count_tokens(self, request: EngineRequest) -> int:
        """As the chat template renders the conversation, or as the text itself is read."""
        if isinstance(request, TextRequest):
            prompt = await self._text_prompt(request)
            if isinstance(prompt, str):
                return len(await self.tokenize(prompt, first=True))
            return len(prompt)
        counted = await self.post(str(self._dialect.count_path), self._chat_body(self._prepared(request)))
        try:
            return int(counted["input_tokens"])
        except (KeyError, TypeError, ValueError) as error:
            raise EngineError(f"The engine at {self.base_url} does not count tokens.") from error

    async def stream(
        self, request: EngineRequest, *, slot: SlotUse | None = None
    ) -> AsyncGenerator[StreamEvent, None]:
        chosen = {} if slot is None else {"id_slot": slot.slot, "cache_prompt": slot.reuse}
        if isinstance(request, TextRequest):
            body = completion_body(request, await self._text_prompt(request), self._dialect)
            answer = self._events(f"{self._root}/completion", body | chosen, completion_event)
        else:
            answer = self._chat_events(request, chosen)
        async with aclosing(answer) as events:
            async for event in events:
                yield _only_asked(event, request.logprobs)

    async def _chat_events(
        self, request: ChatRequest, chosen: dict[str, Any]
    ) -> AsyncGenerator[StreamEvent, None]:
        prepared = self._prepared(request)
        body = self._chat_body(prepared) | chosen
        answer = self._events(f"{self.base_url}/chat/completions", body, chat_event)
        if request.tools and request.tool_choice != "none":
            reader = ToolCallReader(
                (tool.name for tool in prepared.tools or request.tools),
                parallel=request.parallel_tool_calls,
            )
            answer = _with_calls(answer, reader)
        async with aclosing(answer) as events:
            async for event in events:
                yield event

    def _chat_body(self, prepared: ChatRequest) -> dict[str, Any]:
        body = chat_body(prepared, self._model, self._dialect)
        if prepared.tools and prepared.logprobs is not None:
            body["stream"] = False  # "logprobs is not supported with tools + stream"
        return body

    def _prepared(self, request: ChatRequest) -> ChatRequest:
        held = hold_to_a_call(request)
        if self._facts is None or self._facts.template_has_tools:
            return held
        return describe_tools(held)

    async def _text_prompt(self, request: TextRequest) -> str | list[int]:
        if request.suffix is None:
            return request.prompt
        if self._facts is None or self._facts.markers is None:
            raise NotSupported(f"Model {self._model!r} can't fill in the middle: it has no markers for it.")
        middle = await fill_in_prompt(request, self._facts.markers, self._remembered)
        return [*self._facts.first_tokens, *middle]

    async def _marked(self, text: str, markers: bool = True) -> Sequence[int]:
        return await self.tokenize(text, markers=markers)

    async def _slot(self, slot: int, action: str, name: str) -> Any:
        return await self._call("POST", f"/slots/{slot}?action={action}", {"filename": name})

    async def _call(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        """One of llama.cpp's own endpoints, which lie beside ``/v1``."""
        return await self._json(method, self._root + path, body)


async def _with_calls(
    answer: AsyncGenerator[StreamEvent, None], reader: ToolCallReader
) -> AsyncGenerator[StreamEvent, None]:
    """The same answer, in which calls written as text stand as calls."""
    async with aclosing(answer) as events:
        async for event in events:
            if event.finish_reason is None:
                event = reader.read(event)
                if event != StreamEvent():
                    yield event
                continue
            rest = reader.finish()
            if rest.text:
                yield rest
            ended_by_call = reader.called and event.finish_reason == "stop"
            yield replace(event, finish_reason="tool_calls") if ended_by_call else event


def _only_asked(event: StreamEvent, alternatives: int | None) -> StreamEvent:
    """llama.cpp reports one alternative where none was asked for."""
    if alternatives != 0 or not event.logprobs:
        return event
    return replace(event, logprobs=tuple(replace(row, alternatives=()) for row in event.logprobs))
