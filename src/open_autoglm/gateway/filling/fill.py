"""One completion for an editor, whatever dialect the editor speaks."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

import anyio.to_thread

from open_autoglm.code.completion.check import ParseCheck
from open_autoglm.code.completion.finish import Finished
from open_autoglm.code.completion.place import Place
from open_autoglm.code.completion.rank import Candidate, best
from open_autoglm.code.completion.request import another_try
from open_autoglm.code.completion.suggest import GrowingCompletion
from open_autoglm.code.completion.typed_ahead import TypedAhead
from open_autoglm.serving.request import Answer, AnswerAbout, ServedRequest
from open_autoglm.serving.service import Service
from open_autoglm.values import FinishReason, StreamEvent, TextRequest, Usage

MAX_CANDIDATES = 2
"""A second one is asked for where the first brings a fault; a third would come too late for who types."""


@dataclass(frozen=True, slots=True)
class Filled:
    """A completion and how it came about."""

    about: AnswerAbout
    finished: Finished
    usage: Usage
    finish_reason: FinishReason
    prompt_s: float = 0.0
    """Until the first token."""
    predict_s: float = 0.0
    candidates: int = 1
    """0: it was kept from an earlier keystroke."""


@dataclass(frozen=True, slots=True)
class Filling:
    """A place to fill in. ``predict_s`` bounds the time after the first token, once a line is whole."""

    place: Place
    predict_s: float | None = None


class FilledAnswers:
    """Answers of a service, each a whole completion that is checked before it is shown."""

    def __init__(self, service: Service, typed: TypedAhead, filling: Filling) -> None:
        self._service = service
        self._typed = typed
        self._filling = filling

    @asynccontextmanager
    async def answer(self, asked: ServedRequest) -> AsyncIterator[Answer]:
        """The completion as an answer of one piece, for whoever streams."""
        filled = await self.fill(asked)
        yield Answer(filled.about, _as_events(filled))

    async def fill(self, asked: ServedRequest) -> Filled:
        """Raises what the service raises."""
        request = asked.request
        assert isinstance(request, TextRequest)  # noqa: S101 - only places in a text are filled in
        place = self._filling.place
        owner = (asked.owner, asked.model, request.files, request.stop, request.max_tokens)
        repeatable = request.sampling.temperature == 0 and asked.use_cache
        if repeatable and (rest := self._typed.rest(owner, place.prefix, place.suffix)) is not None:
            served = await self._service.resolve(asked.model)
            about = AnswerAbout(served.name, served.reason, "hit", None)
            return Filled(about, Finished(rest, None), Usage(0, 0), "stop", candidates=0)
        filled = await self._fill(asked, request)
        if repeatable:
            self._typed.keep(owner, place.prefix, place.suffix, filled.finished.text)
        return filled

    async def _fill(self, asked: ServedRequest, request: TextRequest) -> Filled:
        attempt = _Attempt(self._filling)
        first = await attempt.ask(self._service, asked)
        # Parsing takes some milliseconds, which others should not have to wait for.
        check = await anyio.to_thread.run_sync(ParseCheck, self._filling.place)
        candidates = [await _finished(attempt, check)]
        wanted = MAX_CANDIDATES if attempt.ended_itself else 1
        while candidates[-1].finished.parses is False and len(candidates) < wanted:
            again = _Attempt(self._filling)
            await again.ask(
                self._service, replace(asked, request=another_try(request, len(candidates)), use_cache=False)
            )
            candidates.append(await _finished(again, check))
        chosen = best(candidates)
        return replace(first, finished=chosen.finished, candidates=len(candidates))


async def _finished(attempt: _Attempt, check: ParseCheck) -> Candidate:
    finished = await anyio.to_thread.run_sync(attempt.growing.finished, check)
    return Candidate(finished, attempt.mean_logprob)


class _Attempt:
    """One answer of the model, ended as soon as the completion is over."""

    def __init__(self, filling: Filling, now: Callable[[], float] = time.monotonic) -> None:
        self.growing = GrowingCompletion(filling.place)
        self._predict_s = filling.predict_s
        self._now = now
        self.ended_itself = True
        """Not cut by time or length, which would cut another answer too."""
        self._first: float | None = None
        self._logprobs: list[float] = []

    @property
    def mean_logprob(self) -> float | None:
        return sum(self._logprobs) / len(self._logprobs) if self._logprobs else None

    async def ask(self, service: Service, asked: ServedRequest) -> Filled:
        began = self._now()
        usage = Usage(0, 0)
        reason: FinishReason = "stop"
        async with service.answer(replace(asked, over=self._is_over)) as answer:
            async for event in answer.events:
                self._logprobs.extend(one.logprob for one in event.logprobs)
                usage = event.usage or usage
                reason = event.finish_reason or reason
        ended = self._now()
        if reason == "length":
            self.ended_itself = False
            if "\n" in self.growing.text:
                self.growing.cut_at_line()
        first = self._first if self._first is not None else ended
        return Filled(
            answer.about,
            Finished("", None),
            usage,
            reason,
            first - began,
            ended - first,
        )

    def _is_over(self, piece: str) -> bool:
        if piece and self._first is None:
            self._first = self._now()
        if self.growing.add(piece):
            return True
        if self._predict_s is None or self._first is None or "\n" not in self.growing.text:
            return False
        if self._now() - self._first < self._predict_s:
            return False
        self.growing.cut_at_line()
        self.ended_itself = False
        return True


async def _as_events(filled: Filled) -> AsyncGenerator[StreamEvent, None]:
    yield StreamEvent(text=filled.finished.text)
    yield StreamEvent(finish_reason=filled.finish_reason, usage=filled.usage)
