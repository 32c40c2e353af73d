"""A model behind the file of its answers: what it said in a run before, it is not asked again."""

from __future__ import annotations

import time
from collections.abc import Generator
from contextlib import closing

from open_autoglm.engine.base import Capabilities
from open_autoglm.engine.blocking import AnsweringModel
from open_autoglm.evaluation.answer_file import AnswerFile
from open_autoglm.values import ChatRequest, Completion, FinishReason, StreamEvent, Usage


class KeptModel:
    """Answers are found by all that the model was asked, so by the passages too: where the base has changed,
    it is asked anew. ``remembered_s`` is what the answers that were kept took when they were made.
    """

    def __init__(self, kept: AnswerFile, name: str, model: AnsweringModel) -> None:
        self._kept = kept
        self._name = name
        self._model = model
        self.remembered_s = 0.0

    @property
    def capabilities(self) -> Capabilities:
        return self._model.capabilities

    def chat(self, request: ChatRequest) -> Completion:
        completion = self._remembered(request)
        if completion is None:
            began = time.monotonic()
            completion = self._model.chat(request)
            self._kept.add(self._name, request, completion, time.monotonic() - began)
        return completion

    def stream(self, request: ChatRequest) -> Generator[StreamEvent, None, None]:
        """A kept answer comes as one piece; a new one is kept once it has come to its end."""
        known = self._remembered(request)
        if known is not None:
            yield StreamEvent(known.text, finish_reason=known.finish_reason, usage=known.usage)
            return
        began = time.monotonic()
        pieces: list[str] = []
        finish: FinishReason | None = None
        usage = Usage(0, 0)
        with closing(self._model.stream(request)) as events:
            for event in events:
                pieces.append(event.text)
                finish, usage = event.finish_reason or finish, event.usage or usage
                yield event
        if finish is not None and finish != "cancelled":
            completion = Completion("".join(pieces), finish, usage, self._name)
            self._kept.add(self._name, request, completion, time.monotonic() - began)

    def _remembered(self, request: ChatRequest) -> Completion | None:
        found = self._kept.find(self._name, request)
        if found is None:
            return None
        self.remembered_s += found[1]
        return found[0]
