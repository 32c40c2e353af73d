"""Inside the worker: decoding, detecting and watching side by side, observations in the order of time.

One thread decodes and converts the frames that are looked at; a few threads detect, several frames at once,
each on one core; the main thread watches for still objects and sends what was seen. Between them lie queues
of a few frames, so memory does not grow with the recording.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from queue import Empty, Full, Queue
from typing import TYPE_CHECKING, Protocol

from open_autoglm.video.decode import DecodedFrame
from open_autoglm.video.geometry import Box
from open_autoglm.video.live import Away, PictureRing
from open_autoglm.video.observation import Detection, Gap, Observation
from open_autoglm.video.sampling import Sampler
from open_autoglm.video.workers.messages import Answer, Missing, Position, Seen, Waiting
from open_autoglm.video.workers.watcher import Watcher

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

POSITION_EVERY_S = 0.5
SURE_SCORE = 0.5
"""A detection of a person below it may be a bag."""
MAX_QUEUED_BYTES = 96 << 20
"""Frames between decoding and looking; at least two, whatever their size."""


class FrameDetector(Protocol):
    """What is used of ``video.detect``; called from several threads at once."""

    def detect(self, frame_bgr: NDArray[np.uint8]) -> tuple[Detection, ...]: ...


@dataclass(frozen=True, slots=True)
class _Chosen:
    """A frame to look at. ``detections`` is None where the detector is not asked."""

    time_s: float
    number: int
    picture: NDArray[np.uint8]
    detections: Future[tuple[Detection, ...]] | None


@dataclass(slots=True)
class _Counters:
    """Written by the decoding thread, read by the main thread."""

    frames: int = 0
    dropped: int = 0
    time_s: float = 0.0


class Seeing:
    def __init__(
        self,
        detector: FrameDetector | None,
        watcher: Watcher | None,
        sampler: Sampler,
        *,
        threads: int,
        frame_bytes: int,
        live: bool,
        ring: PictureRing | None = None,
    ) -> None:
        """``threads`` detect at the same time; ``frame_bytes`` is the size of one picture."""
        self._detector = detector
        self._watcher = watcher
        self._sampler = sampler
        self._threads = threads
        self._live = live
        self._ring = ring
        room = max(2, min(2 * threads + 2, MAX_QUEUED_BYTES // max(1, frame_bytes)))
        self._queue: Queue[_Chosen | Gap | Away | BaseException | None] = Queue(room)
        self._counters = _Counters()
        self._stop = threading.Event()
        self._people: list[Box] = []
        self._unsure: list[Box] = []

    def run(self, frames: Iterable[DecodedFrame | Gap | Away], send: Callable[[Answer], None]) -> None:
        """Look at all of ``frames``. Raises what decoding or detecting raised."""
        with ThreadPoolExecutor(self._threads, "detect") as pool:
            decoding = threading.Thread(target=self._decode, args=(frames, pool), name="decode", daemon=True)
            decoding.start()
            try:
                for item in self._items(send):
                    self._handle(item, send)
            finally:
                self._stop.set()

    def _items(self, send: Callable[[Answer], None]) -> Iterator[_Chosen | Gap | Away]:
        sent_at = sent_frames = 0.0
        while True:
            now = time.monotonic()
            # Nothing is said while no frame comes: that is how the program knows a decoder that hangs.
            if now - sent_at >= POSITION_EVERY_S and self._counters.frames > sent_frames:
                send(self._position())
                sent_at, sent_frames = now, self._counters.frames
            try:
                item = self._queue.get(timeout=POSITION_EVERY_S)
            except Empty:
                continue
            if item is None:
                send(self._position())
                return
            if isinstance(item, BaseException):
                raise item
            yield item

    def _position(self) -> Position:
        counters = self._counters
        return Position(time_s=counters.time_s, frames_decoded=counters.frames, dropped=counters.dropped)

    def _handle(self, item: _Chosen | Gap | Away, send: Callable[[Answer], None]) -> None:
        if isinstance(item, Gap):
            send(Missing(gap=item))
        elif isinstance(item, Away):
            send(Waiting(message=item.message))
        else:
            send(Seen(observation=self._look(item)))

    def _look(self, chosen: _Chosen) -> Observation:
        detections = None if chosen.detections is None else chosen.detections.result()
        if detections is not None:
            people = [found for found in detections if found.class_name == "person"]
            self._people = [found.box for found in people if found.score >= SURE_SCORE]
            self._unsure = [found.box for found in people if found.score < SURE_SCORE]
        if self._ring is not None:
            self._ring.add(chosen.picture, chosen.time_s)
        if self._watcher is None:
            return Observation(time_s=chosen.time_s, frame=chosen.number, detections=detections)
        watched = self._watcher.look(chosen.picture, chosen.time_s, self._people, self._unsure)
        return Observation(
            time_s=chosen.time_s,
            frame=chosen.number,
            detections=detections,
            still=watched.still,
            camera=watched.camera,
        )

    def _decode(self, frames: Iterable[DecodedFrame | Gap | Away], pool: ThreadPoolExecutor) -> None:
        last: BaseException | None = None
        try:
            for item in frames:
                if self._stop.is_set():
                    return
                if isinstance(item, DecodedFrame):
                    self._count(item)
                    self._choose(item, pool)
                else:
                    self._queue.put(item)
        except BaseException as error:  # noqa: BLE001 - handed to the main thread, which raises it
            last = error
        self._queue.put(last)

    def _count(self, frame: DecodedFrame) -> None:
        self._counters.time_s = frame.time_s
        self._counters.frames += 1

    def _choose(self, frame: DecodedFrame, pool: ThreadPoolExecutor) -> None:
        choice = self._sampler.choose(frame.time_s)
        if not choice.analyse:
            return
        if self._live and self._queue.full():
            # What is late is worth less than what is now.
            self._counters.dropped += 1
            return
        picture = frame.bgr()
        detections = None
        if choice.detect and self._detector is not None:
            detections = pool.submit(self._detector.detect, picture)
        chosen = _Chosen(frame.time_s, frame.number, picture, detections)
        if not self._live:
            self._queue.put(chosen)
            return
        try:
            self._queue.put_nowait(chosen)
        except Full:
            self._counters.dropped += 1
