"""A deterministic engine without a model, for tests: it answers what it is told to answer.

It keeps the promises of the protocol and runs the same contract tests as the real engines.
"""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anyio

from open_autoglm.engine.base import Capabilities, Engine, SlotUse
from open_autoglm.engine.scripted_slots import ScriptedSlots, common_prefix
from open_autoglm.engine.scripted_tokens import Vocabulary, opening, render, split_tokens, token_id
from open_autoglm.errors import EngineError, EngineUnavailable, OpenAutoGLMError
from open_autoglm.values import (
    ChatRequest,
    EngineRequest,
    FinishReason,
    PromptProgress,
    StreamEvent,
    TokenLogprob,
    ToolCall,
    ToolCallPiece,
    Usage,
)

FORBIDDEN = -100
"""The bias of a token that is never taken."""


@dataclass(frozen=True, slots=True)
class ScriptedAnswer:
    """One answer: reasoning, text and tool calls in that order, how slowly they come, and the error
    that ends them after some tokens."""

    text: str = ""
    token_delay_s: float = 0.0
    error: OpenAutoGLMError | None = None
    tokens_before_error: int = 0
    reasoning: str = ""
    tool_calls: tuple[ToolCall, ...] = ()


Script = Sequence[str | ScriptedAnswer] | Callable[[Any], str | ScriptedAnswer]
"""Answers in the order in which requests arrive, or a function of the request."""


class ScriptedEngine(Engine):
    """Answers from a script.

    ``slot_folder`` is where slots are saved; ``prefill_delay_s`` is what each prompt token takes that
    its slot does not hold already.
    """

    def __init__(
        self,
        script: Script,
        *,
        model: str = "scripted",
        capabilities: Capabilities | None = None,
        start_error: OpenAutoGLMError | None = None,
        slot_folder: Path | None = None,
        prefill_delay_s: float = 0.0,
    ) -> None:
        self._script = script
        self._model = model
        self._capabilities = capabilities or default_capabilities(saved_slots=slot_folder is not None)
        self._start_error = start_error
        self._slot_folder = slot_folder
        self._prefill_delay_s = prefill_delay_s
        self._slots: ScriptedSlots | None = None
        self._vocabulary = Vocabulary()
        self.requests: list[EngineRequest] = []
        """Every request that was begun, in order."""

    @property
    def model(self) -> str:
        return self._model

    @property
    def capabilities(self) -> Capabilities:
        return self._capabilities

    @property
    def answering(self) -> bool:
        return self._slots is not None

    @property
    def busy_slots(self) -> int:
        return self._slots.busy if self._slots is not None else 0

    async def open(self) -> None:
        if self._start_error is not None:
            raise self._start_error
        self._slots = ScriptedSlots(self._capabilities.slots, self._model, self._slot_folder)

    async def close(self) -> None:
        self._slots = None

    async def count_tokens(self, request: EngineRequest) -> int:
        return len(render(request))

    async def tokenize(self, text: str) -> tuple[int, ...]:
        return self._vocabulary.numbers(split_tokens(text))

    async def detokenize(self, tokens: Sequence[int]) -> str:
        return self._vocabulary.text(tokens)

    async def save_slot(self, slot: int, name: str) -> int:
        return await self._savable().save(slot, name)

    async def restore_slot(self, slot: int, name: str) -> int:
        return await self._savable().restore(slot, name)

    async def erase_slot(self, slot: int) -> None:
        await self._savable().erase(slot)

    async def stream(
        self, request: EngineRequest, *, slot: SlotUse | None = None, prompt_tokens: int | None = None
    ) -> AsyncGenerator[StreamEvent, None]:
        self.require_supported(request)
        slots = self._opened()
        prompt = self._vocabulary.numbers(render(request))
        self.require_room(request, len(prompt) if prompt_tokens is None else prompt_tokens)
        async with slots.occupy(slot, prompt) as taken:
            reusable = slots.held(taken) if slot is None or slot.reuse else ()
            cached = min(common_prefix(reusable, prompt), max(0, len(prompt) - 1))
            answer = self._answer(request)
            slots.hold(taken, prompt[:cached])
            if self._prefill_delay_s or self._capabilities.tells_prompt_length:
                yield StreamEvent(progress=PromptProgress(cached, len(prompt)))
            if self._prefill_delay_s:
                await anyio.sleep(self._prefill_delay_s * (len(prompt) - cached))
                slots.hold(taken, prompt)
                yield StreamEvent(progress=PromptProgress(len(prompt), len(prompt)))
            pieces, finish = _limited(answer, request, self._capabilities.context_window - len(prompt))
            said = opening("assistant")
            try:
                for number, piece in enumerate(pieces):
                    if answer.error is not None and number >= answer.tokens_before_error:
                        raise answer.error
                    await anyio.sleep(answer.token_delay_s)
                    said.append(piece.token)
                    yield piece.event(request.logprobs)
                if answer.error is not None:
                    raise answer.error
            finally:  # a reader may leave in the middle; the slot holds what was said until then
                slots.hold(taken, prompt + self._vocabulary.numbers(said))
        yield StreamEvent(finish_reason=finish, usage=Usage(len(prompt), len(pieces), cached))

    def _answer(self, request: EngineRequest) -> ScriptedAnswer:
        number = len(self.requests)
        self.requests.append(request)
        if callable(self._script):
            answer = self._script(request)
        elif number < len(self._script):
            answer = self._script[number]
        else:
            raise EngineError(f"The script has {len(self._script)} answers and this is one request more.")
        answer = ScriptedAnswer(answer) if isinstance(answer, str) else answer
        if answer.error is None:
            _require_fit(answer, request)
        return answer

    def _opened(self) -> ScriptedSlots:
        if self._slots is None:
            raise EngineUnavailable(f"The engine of model {self.model!r} is not open.")
        return self._slots

    def _savable(self) -> ScriptedSlots:
        if not self._capabilities.saved_slots or self._slot_folder is None:
            raise self._lacks("saved_slots")
        return self._opened()


def default_capabilities(*, saved_slots: bool = False) -> Capabilities:
    """All that can be done without a model."""
    return Capabilities(
        context_window=4096,
        slots=2,
        json_schema=True,
        tools=True,
        fill_in_middle=True,
        text_completion=True,
        logprobs=True,
        saved_slots=saved_slots,
    )


@dataclass(frozen=True, slots=True)
class _Piece:
    """One token of an answer, and where in the answer it belongs."""

    token: str
    text: str = ""
    reasoning: str = ""
    call: ToolCallPiece | None = None

    def event(self, alternatives: int | None) -> StreamEvent:
        return StreamEvent(
            text=self.text,
            reasoning=self.reasoning,
            tool_calls=() if self.call is None else (self.call,),
            logprobs=() if alternatives is None else (_logprob(self.token, alternatives),),
        )


def _pieces(answer: ScriptedAnswer, text: str) -> Iterator[_Piece]:
    for token in split_tokens(answer.reasoning):
        yield _Piece(token, reasoning=token)
    for token in split_tokens(text):
        yield _Piece(token, text=token)
    for index, call in enumerate(answer.tool_calls):
        yield _Piece(call.name, call=ToolCallPiece(index, id=call.id, name=call.name))
        for token in split_tokens(call.arguments):
            yield _Piece(token, call=ToolCallPiece(index, arguments=token))


def _limited(answer: ScriptedAnswer, request: EngineRequest, room: int) -> tuple[list[_Piece], FinishReason]:
    """The pieces up to the first stop string and the token limit, without forbidden tokens."""
    ends = [at for stop in request.stop if (at := answer.text.find(stop)) >= 0]
    forbidden = {token for token, bias in request.sampling.logit_bias if bias <= FORBIDDEN}
    pieces = [
        piece
        for piece in _pieces(answer, answer.text[: min(ends)] if ends else answer.text)
        if not forbidden or token_id(piece.token) not in forbidden
    ]
    limit = room if request.max_tokens is None else request.max_tokens
    if len(pieces) > limit:
        return pieces[:limit], "length"
    return pieces, "tool_calls" if answer.tool_calls else "stop"


def _logprob(token: str, alternatives: int) -> TokenLogprob:
    """Made up, but always the same: the token first, then others that are less and less likely."""

    def row(name: str, logprob: float) -> TokenLogprob:
        return TokenLogprob(name, name.encode(), logprob)

    others = [row(f"other {number}", -2.0 - number) for number in range(alternatives - 1)]
    chosen = row(token, -(token_id(token) % 1000) / 1000)
    return TokenLogprob(token, chosen.data, chosen.logprob, tuple([chosen, *others][:alternatives]))


def _require_fit(answer: ScriptedAnswer, request: EngineRequest) -> None:
    """A script that answers what no engine could answer is a mistake in the test."""
    names = [call.name for call in answer.tool_calls]
    if isinstance(request, ChatRequest) and request.tools:
        offered = {tool.name for tool in request.tools}
        choice = request.tool_choice
        allowed = {"none": set[str](), "auto": offered, "required": offered}.get(choice, {choice})
        wrong = set(names) - allowed or (choice not in ("auto", "none") and not names)
    else:
        wrong = bool(names)
    if wrong:
        raise EngineError(f"The script calls {names}, which is not what the request allows.")
    if request.json_schema is not None and not names:
        try:
            json.loads(answer.text)
        except ValueError as error:
            raise EngineError(f"The script answers {answer.text!r} where JSON was asked for.") from error
