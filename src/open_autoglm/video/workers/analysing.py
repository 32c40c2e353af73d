"""Inside the worker: opens a source, settles the detector's rate, and sees it through to its end."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import cv2

from open_autoglm.video.decode import DecodedFrame, VideoDecoder
from open_autoglm.video.live import Away, LiveReader, PictureRing
from open_autoglm.video.observation import Gap
from open_autoglm.video.sampling import (
    SPARSE,
    MeasuredCost,
    Sampler,
    background_fps,
    choose_rate,
)
from open_autoglm.video.workers.messages import Analyse, Answer, Finished, Measured, Opened
from open_autoglm.video.workers.openers import named
from open_autoglm.video.workers.seeing import Seeing

if TYPE_CHECKING:
    from open_autoglm.video.workers.seeing import FrameDetector
    from open_autoglm.video.workers.watcher import Watcher

MAX_DETECT_THREADS = 8
MEASURED_FRAMES = 12
"""Decoded to measure what decoding costs; not more, because they are held in memory."""
MEASURED_BYTES = 128 << 20

_Item = DecodedFrame | Gap | Away


def analyse(command: Analyse, send: Callable[[Answer], None]) -> None:
    """Raises the errors of ``open_autoglm.errors`` where the source can't be opened."""
    # Frames are spread over the cores; OpenCV's own threads would only get in the way.
    cv2.setNumThreads(1)
    threads = max(1, min(command.cores, MAX_DETECT_THREADS))
    decoder = VideoDecoder.open(command.source, command.limits, threads=max(1, command.cores // 2))
    facts = decoder.facts()
    send(Opened(facts=facts))
    detector: FrameDetector | None = None
    if command.detector is not None:
        detector = named(command.detector.opener)(command.detector)
    watcher: Watcher | None = named(command.watcher)() if command.watcher is not None else None
    live = None
    if facts.live:
        live = LiveReader(command.source, command.limits, start_s=command.start_s, end_s=command.max_live_s)
    frames: Iterable[_Item] = (
        live.frames(decoder) if live is not None else decoder.frames(command.start_s, command.anchor)
    )
    detect_fps = command.detect_fps if detector is not None else None
    frame_bytes = facts.width * facts.height * 3
    if detector is not None and detect_fps is None:
        frames, cost = _measured(frames, detector, command, facts.frame_rate or 25.0, frame_bytes)
        detect_fps = choose_rate(cost, "live" if facts.live else "file")
        send(Measured(detect_fps=detect_fps, detect_ms=cost.detect_s * 1000))
    else:
        send(Measured(detect_fps=detect_fps))
    looks = background_fps(detect_fps)
    if not facts.live and not command.every_frame and looks <= SPARSE * (facts.frame_rate or 0):
        decoder.skip_unreferenced()
    seeing = Seeing(
        detector,
        watcher,
        Sampler(detect_fps, looks),
        threads=threads,
        frame_bytes=frame_bytes,
        live=facts.live,
        ring=PictureRing(Path(command.ring_folder)) if facts.live and command.ring_folder else None,
    )
    seeing.run(frames, send)
    send(
        Finished(
            damaged_packets=decoder.damaged_packets, reason=live.end_reason if live is not None else None
        )
    )


def _measured(
    frames: Iterable[_Item], detector: FrameDetector, command: Analyse, rate: float, frame_bytes: int
) -> tuple[Iterable[_Item], MeasuredCost]:
    """The same frames, and what the first of them cost. Takes about half a second."""
    rest = iter(frames)
    count = max(2, min(MEASURED_FRAMES, MEASURED_BYTES // max(1, frame_bytes)))
    held: list[_Item] = []
    began, busy = time.perf_counter(), time.thread_time()
    for item in rest:
        held.append(item)
        if len(held) >= count:
            break
    spent, worked = time.perf_counter() - began, time.thread_time() - busy
    # A live source is waited for; only the work counts.
    decode_s = (worked if command.source.kind != "file" else spent) / max(1, len(held))
    first = next((item for item in held if isinstance(item, DecodedFrame)), None)
    look_s = detect_s = 0.0
    if first is not None:
        watcher: Watcher | None = named(command.watcher)() if command.watcher is not None else None
        looks: list[float] = []
        detections: list[float] = []
        for repeat in range(3):
            began = time.perf_counter()
            picture = first.bgr()
            if watcher is not None:
                watcher.look(picture, first.time_s + repeat, ())
            looks.append(time.perf_counter() - began)
            began = time.perf_counter()
            detector.detect(picture)
            detections.append(time.perf_counter() - began)
        # The smallest: what other programs did meanwhile is not the cost.
        look_s, detect_s = min(looks), min(detections)
    cost = MeasuredCost(decode_s, look_s, detect_s, frame_rate=rate, cores=command.cores)
    return chain(held, rest), cost
