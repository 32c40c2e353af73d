"""Workers seen from the program: one after the other until a source is seen through.

A worker that crashes, hangs or takes too much memory costs a part of the recording, which is reported as a
gap; a new one goes on after it.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from types import TracebackType

from open_autoglm.child_process import ChildProcess
from open_autoglm.errors import DamagedInput, LimitExceeded, OpenAutoGLMError
from open_autoglm.video.limits import MAX_MESSAGE_BYTES
from open_autoglm.video.observation import Gap, Observation, VideoFacts
from open_autoglm.video.workers.messages import (
    Analyse,
    Answer,
    Command,
    Failed,
    Finished,
    Measured,
    Missing,
    Opened,
    Position,
    Seen,
    Waiting,
    answer_from,
    encoded,
)

POLL_S = 0.1
"""How often cancellation, deadlines and memory are looked at."""

START_LIMIT_S = 60.0
"""Loading the worker's code and the detector; beside the time for opening the source."""

FIRST_STEP_S = 1.0
"""How far behind the place of a crash the next worker begins; doubled while it does not help."""

MAX_LOST_IN_A_ROW = 6
"""Workers lost with less than PROGRESS_S seen between them, before the rest is given up."""

PROGRESS_S = 5.0

STILL_IDS_OF_A_WORKER = 1_000_000
"""Every worker counts its still regions from the beginning; its number keeps them apart."""

_log = logging.getLogger(__name__)


class VideoWorker:
    """One worker process and what it says."""

    def __init__(self, first: Command) -> None:
        self._answers: SimpleQueue[Answer | None] = SimpleQueue()
        self._heard_at = time.monotonic()
        self._ended = False
        self._child = ChildProcess(
            "open_autoglm.video.workers.worker",
            on_message=lambda body: self._answers.put(answer_from(body)),
            on_end=lambda: self._answers.put(None),
            max_message_bytes=MAX_MESSAGE_BYTES,
        )
        self.give(first)

    @property
    def silent_s(self) -> float:
        """Seconds since it last said something."""
        return time.monotonic() - self._heard_at

    @property
    def ended(self) -> bool:
        return self._ended

    @property
    def ending(self) -> str:
        return self._child.ending

    @property
    def last_words(self) -> str:
        return self._child.last_words

    def give(self, command: Command) -> None:
        self._child.send(encoded(command))

    def answer(self) -> Answer | None:
        """The next answer, waiting for at most POLL_S; None where there is none. ``ended`` tells why."""
        if self._ended:
            return None
        try:
            answer = self._answers.get(timeout=POLL_S)
        except Empty:
            return None
        if answer is None:
            self._ended = True
        else:
            self._heard_at = time.monotonic()
        return answer

    def resident_bytes(self) -> int:
        return self._child.resident_bytes()

    def stop(self) -> None:
        """End the process now. Safe to call twice."""
        self._child.stop()


@dataclass(slots=True)
class _Place:
    """How far the workers have come."""

    seen_s: float
    """The last observation."""
    decoded_s: float
    """The last frame that is known to have been decoded; a crash happened behind it."""


class AnalysisSession:
    """All that is said about one source. Use as a context manager: leaving it ends the worker."""

    def __init__(self, command: Analyse, check: Callable[[], None]) -> None:
        """``check`` is called at least every 0.1 s while waiting and raises to stop."""
        self._command = command
        self._check = check
        self._place = _Place(command.start_s, command.start_s)
        self._facts: VideoFacts | None = None
        self._worker: VideoWorker | None = None
        self._workers = 0
        self._lost_in_a_row = 0
        self._progress_from_s = command.start_s
        self._gap_reason: str | None = None
        self._moving = False
        self._began = time.monotonic()
        self.error: OpenAutoGLMError | None = None
        """Why the rest of the source could not be analysed."""
        self.peak_bytes = 0
        """The largest memory of a worker that was seen."""

    def __enter__(self) -> AnalysisSession:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._worker is not None:
            self._worker.stop()

    def answers(self) -> Iterator[Answer | None]:
        """What the workers say; None now and then, so that the caller can tell its progress.

        Raises what prevents the source from being opened at all. A failure later on ends the answers and
        stands in ``error``.
        """
        self._start(self._command)
        while (worker := self._worker) is not None:
            self._check()
            answer = worker.answer()
            reason = self._why_lost(worker)
            if answer is not None:
                yield from self._heard(answer)
            elif reason is not None:
                _log.debug("video worker lost, %s: %s", reason, worker.last_words)
                yield from self._replace(reason)
            else:
                yield None

    def _start(self, command: Analyse) -> None:
        self._workers += 1
        self._moving = False
        self._worker = VideoWorker(command)

    def _heard(self, answer: Answer) -> Iterator[Answer]:
        if isinstance(answer, Opened):
            if self._facts is not None:
                return
            self._facts = answer.facts
        elif isinstance(answer, Measured):
            # The next worker, if one is needed, goes on with the same rate.
            self._command = self._command.model_copy(update={"detect_fps": answer.detect_fps})
        elif isinstance(answer, Seen):
            answer = Seen(observation=_with_own_ids(answer.observation, self._workers - 1))
            yield from self._gap_before(answer.observation.time_s)
            self._advance(answer.observation.time_s)
            self._place.seen_s = answer.observation.time_s
        elif isinstance(answer, Position):
            self._advance(answer.time_s)
        elif isinstance(answer, Finished):
            self._end()
            if self._gap_reason is not None:
                yield from self._gap_before(self._end_s())
        elif isinstance(answer, Failed):
            if self._facts is None:
                raise answer.as_error()
            yield from self._replace(answer.message.rstrip("."))
            return
        yield answer

    def _advance(self, time_s: float) -> None:
        self._moving = True
        self._place.decoded_s = max(self._place.decoded_s, time_s)
        if time_s > self._progress_from_s + PROGRESS_S:
            self._lost_in_a_row = 0

    def _gap_before(self, time_s: float) -> Iterator[Answer]:
        if self._gap_reason is not None:
            start_s = self._place.seen_s
            yield Missing(gap=Gap(start_s=start_s, end_s=max(start_s, time_s), reason=self._gap_reason))
            self._gap_reason = None

    def _end(self) -> None:
        if self._worker is not None:
            self._worker.stop()
            self._worker = None

    def _end_s(self) -> float:
        duration_s = self._facts.duration_s if self._facts is not None else None
        return max(duration_s or 0.0, self._place.decoded_s)

    def _why_lost(self, worker: VideoWorker) -> str | None:
        """Why a worker has to be given up, as a clause; None where it works."""
        limits = self._command.limits
        if worker.ended:
            return f"the decoder crashed ({worker.ending})"
        quiet_s = limits.stall_timeout_s
        if not self._moving:
            quiet_s += START_LIMIT_S + limits.open_timeout_s
        elif self._facts is not None and self._facts.live:
            quiet_s += 2 * limits.open_timeout_s
        if worker.silent_s > quiet_s:
            return f"the decoder gave no frame for {quiet_s:g} s"
        resident = worker.resident_bytes()
        self.peak_bytes = max(self.peak_bytes, resident)
        if resident > limits.worker_memory_mb << 20:
            return f"the decoder needed more than {limits.worker_memory_mb:,} MB of memory"
        return None

    def _replace(self, reason: str) -> Iterator[Answer]:
        self._end()
        name = self._command.source.name
        if self._facts is None:
            kind = LimitExceeded if "memory" in reason else DamagedInput
            raise kind(
                f"{name} can't be opened: {reason}.",
                hint="The file may be damaged; convert it with a video program.",
            )
        self._lost_in_a_row += 1
        self._gap_reason = self._gap_reason or reason[0].upper() + reason[1:]
        step_s = FIRST_STEP_S * 2 ** (self._lost_in_a_row - 1)
        start_s = self._place.decoded_s + step_s
        if self._facts.live:
            start_s = time.monotonic() - self._began + self._command.start_s
        if self._lost_in_a_row >= MAX_LOST_IN_A_ROW:
            self.error = DamagedInput(
                f"{name} is analysed up to {self._place.seen_s:.0f} s: behind it {reason}, "
                f"{MAX_LOST_IN_A_ROW} times in a row.",
                hint="Convert the rest with a video program and analyse the copy.",
            )
            yield from self._gap_before(self._end_s())
            return
        if not self._facts.live and start_s >= (self._facts.duration_s or float("inf")):
            yield from self._gap_before(self._end_s())
            yield Finished()
            return
        self._progress_from_s = start_s
        yield Waiting(message=f"{reason}; going on at {start_s:.0f} s")
        self._start(self._command.model_copy(update={"start_s": start_s, "anchor": None}))


def _with_own_ids(observation: Observation, worker: int) -> Observation:
    if worker == 0 or not observation.still:
        return observation
    still = tuple(
        region.model_copy(update={"id": region.id + worker * STILL_IDS_OF_A_WORKER})
        for region in observation.still
    )
    return observation.model_copy(update={"still": still})
