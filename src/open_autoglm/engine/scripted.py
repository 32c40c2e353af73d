"""A deterministic engine without a model, for tests: it answers what it is told to answer.

It keeps the promises of the protocol and runs the same contract tests as the real engines.
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass

import anyio

from open_autoglm.engine.base import Capabilities, Engine
from open_autoglm.errors import EngineError, EngineUnavailable, OpenAutoGLMError
from open_autoglm.values import ChatRequest, FinishReason, ImagePart, StreamEvent, Usage

# A token: an ideograph or kana, a run of other word characters, or any other single sign, with the
# space before it. An image is TOKENS_PER_IMAGE, and every message costs TOKENS_PER_MESSAGE more.
_TOKEN = re.compile(r"\s*(?:[\u3040-\u30ff\u3400-\u9fff]|[^\W\u3040-\u30ff\u3400-\u9fff]+|[^\w\s])|\s+")
TOKENS_PER_MESSAGE = 4
TOKENS_PER_IMAGE = 64


@dataclass(frozen=True, slots=True)
class ScriptedAnswer:
    """One answer: its text, how slowly it comes, and the error that ends it after some tokens."""

    text: str
    token_delay_s: float = 0.0
    error: OpenAutoGLMError | None = None
    tokens_before_error: int = 0


Script = Sequence[str | ScriptedAnswer] | Callable[[ChatRequest], str | ScriptedAnswer]


def split_tokens(text: str) -> list[str]:
    """The pieces that this engine counts and streams; joined, they are the text again."""
    return _TOKEN.findall(text)


class ScriptedEngine(Engine):
    """Answers from a list, in the order in which requests arrive, or from a function of the request."""

    def __init__(
        self,
        script: Script,
        *,
        model: str = "scripted",
        capabilities: Capabilities | None = None,
        start_error: OpenAutoGLMError | None = None,
    ) -> None:
        self._script = script
        self._model = model
        self._capabilities = capabilities or Capabilities(context_window=4096, slots=2, json_schema=True)
        self._start_error = start_error
        self._free_slots: anyio.Semaphore | None = None
        self.requests: list[ChatRequest] = []
        """Every request that was begun, in order."""
        self.busy_slots = 0

    @property
    def model(self) -> str:
        return self._model

    @property
    def capabilities(self) -> Capabilities:
        return self._capabilities

    async def open(self) -> None:
        if self._start_error is not None:
            raise self._start_error
        self._free_slots = anyio.Semaphore(self._capabilities.slots)

    async def close(self) -> None:
        self._free_slots = None

    async def count_tokens(self, request: ChatRequest) -> int:
        tokens = 0
        for message in request.messages:
            tokens += TOKENS_PER_MESSAGE
            if isinstance(message.content, str):
                tokens += len(split_tokens(message.content))
                continue
            for part in message.content:
                tokens += TOKENS_PER_IMAGE if isinstance(part, ImagePart) else len(split_tokens(part.text))
        return tokens

    async def stream(self, request: ChatRequest) -> AsyncGenerator[StreamEvent, None]:
        self.require_supported(request)
        if self._free_slots is None:
            raise EngineUnavailable(f"The engine of model {self.model!r} is not open.")
        prompt_tokens = await self.count_tokens(request)
        self.require_room(request, prompt_tokens)
        room = self._capabilities.context_window - prompt_tokens
        async with self._free_slots:
            self.busy_slots += 1
            try:
                answer = self._answer(request)
                pieces, finish = _limited(answer.text, request, room)
                for number, piece in enumerate(pieces):
                    if answer.error is not None and number >= answer.tokens_before_error:
                        raise answer.error
                    await anyio.sleep(answer.token_delay_s)
                    yield StreamEvent(text=piece)
                if answer.error is not None:
                    raise answer.error
            finally:
                self.busy_slots -= 1
        usage = Usage(prompt_tokens=prompt_tokens, completion_tokens=len(pieces))
        yield StreamEvent(finish_reason=finish, usage=usage)

    def _answer(self, request: ChatRequest) -> ScriptedAnswer:
        number = len(self.requests)
        self.requests.append(request)
        if callable(self._script):
            answer = self._script(request)
        elif number < len(self._script):
            answer = self._script[number]
        else:
            raise EngineError(f"The script has {len(self._script)} answers and this is one request more.")
        answer = ScriptedAnswer(answer) if isinstance(answer, str) else answer
        if request.json_schema is not None and answer.error is None:
            try:
                json.loads(answer.text)
            except ValueError as error:
                raise EngineError(f"The script answers {answer.text!r} where JSON was asked for.") from error
        return answer


def _limited(text: str, request: ChatRequest, room: int) -> tuple[list[str], FinishReason]:
    """The pieces up to the first stop string and the token limit."""
    ends = [at for stop in request.stop if (at := text.find(stop)) >= 0]
    pieces = split_tokens(text[: min(ends)] if ends else text)
    limit = room if request.max_tokens is None else request.max_tokens
    return (pieces[:limit], "length") if len(pieces) > limit else (pieces, "stop")
