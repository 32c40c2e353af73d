"""One turn of a stored conversation: the branch becomes a request, the answer is kept while it grows.

The page and the terminal chat both take this way. It is asynchronous, unlike other tasks, because a person
watches every word of it.
"""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from typing import Literal

import anyio.to_thread

from open_autoglm.context.conversation import AnswerDetails, AttachedDocument, StoredMessage
from open_autoglm.context.conversations import Conversations
from open_autoglm.context.report import ContextPolicy
from open_autoglm.errors import OpenAutoGLMError
from open_autoglm.serving.request import LOCAL_OWNER, AnswerAbout, ServedRequest
from open_autoglm.serving.service import Service
from open_autoglm.values import (
    ChatRequest,
    FinishReason,
    Message,
    Part,
    PromptProgress,
    Sampling,
    StreamEvent,
    TextPart,
    Usage,
)

CHAT_SAMPLING = Sampling(temperature=0.7, top_p=0.95, min_p=0.05)
"""An answer that is asked for again should be another one."""
LEAST_MEASURED_S = 0.05
"""An answer that came in less time has no speed worth telling."""
SAVE_EVERY_S = 2.0
"""How much of an answer the end of the program may cost."""

Phase = Literal["waiting", "reading", "answering", "done", "stopped", "failed"]
DocumentText = Callable[[str, AttachedDocument], str]
"""From the owner and an attached document to what the model is given of it."""


@dataclass(frozen=True, slots=True)
class Turn:
    """Who asks which model, in which conversation. ``answer`` is the message that is to be written."""

    conversation: str
    answer: int
    model: str
    owner: str = LOCAL_OWNER
    policy: ContextPolicy = "summarize"
    sampling: Sampling = CHAT_SAMPLING
    document_text: DocumentText = field(default=lambda _owner, document: f"({document.name})")


@dataclass(frozen=True, slots=True)
class AnswerSoFar:
    """An answer on its way, as it is shown."""

    phase: Phase
    text: str = ""
    reasoning: str = ""
    progress: PromptProgress | None = None
    details: AnswerDetails | None = None
    error: OpenAutoGLMError | None = None

    @property
    def has_ended(self) -> bool:
        return self.phase in ("done", "stopped", "failed")


async def converse(
    service: Service, conversations: Conversations, turn: Turn
) -> AsyncGenerator[AnswerSoFar, None]:
    """The answer each time it has grown, until it has ended; a failure ends it like any other end.

    What has come is kept every SAVE_EVERY_S, at the end, and when the reader leaves: then as stopped.
    """
    growing = _GrowingAnswer(turn)
    saved = time.monotonic()
    try:
        yield growing.shown()
        before = await anyio.to_thread.run_sync(_before, conversations, turn)
        messages = prompt_messages(before, lambda document: turn.document_text(turn.owner, document))
        for stored in before:
            if stored.details is not None and stored.details.context is not None:
                service.recall_summary(turn.owner, messages, stored.details.context)
        request = ChatRequest(messages, sampling=turn.sampling)
        asked = ServedRequest(turn.model, request, owner=turn.owner, context_policy=turn.policy)
        async with service.answer(asked) as answer, aclosing(answer.events) as events:
            growing.begun(answer.about)
            async for event in events:
                growing.add(event)
                yield growing.shown()
                if time.monotonic() - saved > SAVE_EVERY_S:
                    await anyio.to_thread.run_sync(growing.save, conversations)
                    saved = time.monotonic()
        growing.phase = "done"
    except OpenAutoGLMError as error:
        growing.phase, growing.error = "failed", error
    except BaseException as error:  # the reader has left, its task was cancelled, or there is a defect
        growing.phase = "failed" if isinstance(error, Exception) else "stopped"
        growing.save(conversations)
        raise
    await anyio.to_thread.run_sync(growing.save, conversations)
    yield growing.shown()


class _GrowingAnswer:
    """What has come of an answer, with its times."""

    def __init__(self, turn: Turn) -> None:
        self._turn = turn
        self._asked = time.monotonic()
        self._first: float | None = None
        self._last = self._asked
        self._text: list[str] = []
        self._reasoning: list[str] = []
        self._pieces = 0
        self._about: AnswerAbout | None = None
        self._usage: Usage | None = None
        self._finish: FinishReason | None = None
        self._progress: PromptProgress | None = None
        self.phase: Phase = "waiting"
        self.error: OpenAutoGLMError | None = None

    def begun(self, about: AnswerAbout) -> None:
        self._about, self.phase = about, "reading"

    def add(self, event: StreamEvent) -> None:
        self._progress = event.progress or self._progress
        if event.text or event.reasoning:
            self.phase, self._last = "answering", time.monotonic()
            self._first = self._first or self._last
            self._pieces += 1
        self._text.append(event.text)
        self._reasoning.append(event.reasoning)
        self._usage, self._finish = event.usage or self._usage, event.finish_reason or self._finish

    def shown(self) -> AnswerSoFar:
        return AnswerSoFar(
            self.phase,
            "".join(self._text),
            "".join(self._reasoning),
            self._progress,
            self._details(),
            self.error,
        )

    def save(self, conversations: Conversations) -> None:
        conversations.update(
            self._turn.owner,
            self._turn.answer,
            "".join(self._text),
            reasoning="".join(self._reasoning),
            details=self._details(),
            whole=self.phase in ("done", "stopped", "failed"),
        )

    def _details(self) -> AnswerDetails:
        about = self._about
        tokens = self._usage.completion_tokens if self._usage is not None else self._pieces
        seconds = self._last - self._first if self._first is not None else 0.0
        return AnswerDetails(
            model=about.model if about is not None else self._turn.model,
            finish_reason=self._finish,
            usage=self._usage,
            context=about.context if about is not None else None,
            cache=about.cache if about is not None else "off",
            first_token_s=None if self._first is None else self._first - self._asked,
            tokens_per_s=(tokens - 1) / seconds if seconds >= LEAST_MEASURED_S else None,
            stopped=self.phase == "stopped",
            error=str(self.error) if self.error is not None else "",
        )


def _before(conversations: Conversations, turn: Turn) -> list[StoredMessage]:
    """The branch that ends before the answer."""
    branch = conversations.branch(turn.owner, turn.conversation)
    return [message for message in branch if message.id < turn.answer]


def prompt_messages(
    branch: Sequence[StoredMessage], document_text: Callable[[AttachedDocument], str]
) -> tuple[Message, ...]:
    """What the model is given: documents before the words about them, and no answer that never came.

    What was said twice by the same side in a row, because an answer failed, becomes one message: many chat
    templates refuse anything but turns.
    """
    messages: list[Message] = []
    for stored in branch:
        message = stored.message
        if stored.role == "assistant" and not (stored.text or stored.tool_calls):
            continue
        if texts := [document_text(document) for document in stored.attachments.documents]:
            message = replace(message, content=(*map(TextPart, texts), *message.parts))
        if messages and messages[-1].role == message.role == "user":
            message = replace(message, content=(*messages.pop().parts, TextPart("\n\n"), *message.parts))
        messages.append(message)
    return tuple(replace(message, content=_plain(message.parts)) for message in messages)


def _plain(parts: Sequence[Part]) -> str | tuple[Part, ...]:
    """Text alone where there is nothing but text."""
    if all(isinstance(part, TextPart) for part in parts):
        return "".join(part.text for part in parts if isinstance(part, TextPart))
    return tuple(parts)
