"""Answers under way. Each is made by a task of the server; pages only watch, and may come and go."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace

from open_autoglm.context.conversations import Conversations
from open_autoglm.errors import EngineError, OpenAutoGLMError
from open_autoglm.serving.service import Service
from open_autoglm.tasks.converse import AnswerSoFar, Turn, converse

_log = logging.getLogger(__name__)

SHOW_AGAIN_S = 1.0
"""While nothing comes, what it waits for may change: the queue, a model that is loaded."""
SHOW_EVERY_S = 0.08
"""A page is drawn again at most this often: more is not seen, and costs the model's processor."""


class RunningAnswer:
    """One answer under way: what has come so far, and a way to wait for more."""

    def __init__(self, turn: Turn) -> None:
        self.turn = turn
        self.so_far = AnswerSoFar("waiting")
        self._changed = asyncio.Event()

    async def watch(self) -> AsyncGenerator[AnswerSoFar, None]:
        """The answer now and after changes, at most every SHOW_EVERY_S, until it has ended.

        It comes again every SHOW_AGAIN_S where nothing changes.
        """
        while True:
            changed, shown = self._changed, self.so_far
            yield shown
            if shown.has_ended:
                return
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(changed.wait(), SHOW_AGAIN_S)
            await asyncio.sleep(SHOW_EVERY_S)

    def tell(self, so_far: AnswerSoFar) -> None:
        self.so_far = so_far
        self._changed.set()
        self._changed = asyncio.Event()


class RunningAnswers:
    """At most one answer under way in each conversation. Belongs to one event loop."""

    def __init__(self, service: Service, conversations: Conversations) -> None:
        self._service = service
        self._conversations = conversations
        self._running: dict[str, tuple[RunningAnswer, asyncio.Task[None]]] = {}

    def begin(self, turn: Turn) -> RunningAnswer:
        """Begin to answer; an answer of the same conversation that is under way is stopped."""
        self.stop(turn.conversation)
        running = RunningAnswer(turn)
        task = asyncio.create_task(self._run(running), name=f"answer {turn.answer}")
        self._running[turn.conversation] = running, task
        task.add_done_callback(lambda _: self._ended(running))
        return running

    def of(self, conversation: str) -> RunningAnswer | None:
        """The answer under way in a conversation."""
        found = self._running.get(conversation)
        return found[0] if found is not None else None

    def stop(self, conversation: str) -> None:
        """End an answer where it is; what has come is kept."""
        found = self._running.get(conversation)
        if found is not None:
            found[1].cancel()

    async def close(self) -> None:
        """Stop all of them, and wait until what has come is kept."""
        tasks = [task for _, task in self._running.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _run(self, running: RunningAnswer) -> None:
        try:
            async with aclosing(converse(self._service, self._conversations, running.turn)) as answer:
                async for so_far in answer:
                    running.tell(so_far)
        except OpenAutoGLMError as error:  # the answer could not be kept
            self._fail(running, error)
        except Exception as error:  # noqa: BLE001 - whoever watches must learn that it is over
            _log.exception("an answer failed unexpectedly")
            self._fail(running, EngineError(f"Unexpected {type(error).__name__}: a defect."))

    def _fail(self, running: RunningAnswer, error: OpenAutoGLMError) -> None:
        running.tell(replace(running.so_far, phase="failed", error=error))

    def _ended(self, running: RunningAnswer) -> None:
        """Its task is over, perhaps cancelled before it began."""
        if not running.so_far.has_ended:
            running.tell(replace(running.so_far, phase="stopped"))
        found = self._running.get(running.turn.conversation)
        if found is not None and found[0] is running:
            del self._running[running.turn.conversation]
