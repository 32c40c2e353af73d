"""Inside the worker: pictures of a file at given moments, as JPEG."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from typing import NoReturn

import cv2

from open_autoglm.errors import DamagedInput
from open_autoglm.video.decode import DecodedFrame, VideoDecoder
from open_autoglm.video.sampling import Sampler
from open_autoglm.video.workers.messages import (
    Answer,
    At,
    Between,
    Command,
    Finished,
    More,
    ShowFrames,
    Shown,
)

EARLIER_S = 1.0
"""Where reading begins before a moment, so that the frame that is still shown then is among those read."""

ROUNDING_S = 1e-3
PAST_END_S = 1.0
"""The last frame is shown so long."""


def show(
    command: ShowFrames, next_command: Callable[[], Command], send: Callable[[Answer], None]
) -> NoReturn:
    """Serve requests until the program ends this process."""
    shop = _Shop(command, next_command, send)
    while True:
        request = next_command()
        if isinstance(request, At | Between):
            shop.serve(request)


class _Shop:
    def __init__(
        self, command: ShowFrames, next_command: Callable[[], Command], send: Callable[[Answer], None]
    ) -> None:
        self._command = command
        self._next_command = next_command
        self._send = send
        self._allowed = 0

    def serve(self, request: At | Between) -> None:
        with VideoDecoder.open(self._command.source, self._command.limits) as decoder:
            found = _at(decoder, request.times) if isinstance(request, At) else _between(decoder, request)
            for time_s, frame in found:
                self._await_demand()
                self._send(_shown(time_s, frame, request))
        self._send(Finished())

    def _await_demand(self) -> None:
        while self._allowed == 0:
            command = self._next_command()
            if isinstance(command, More):
                self._allowed += command.count
        self._allowed -= 1


def _at(decoder: VideoDecoder, times: tuple[float, ...]) -> Iterator[tuple[float, DecodedFrame]]:
    """For each moment the frame that is shown then; none after the end."""
    frames: Iterator[DecodedFrame] = iter(())
    shown: DecodedFrame | None = None
    coming: DecodedFrame | None = None
    for time_s in sorted(times):
        position = shown or coming
        begin_s = max(0.0, time_s - EARLIER_S)
        if position is None or decoder.worth_a_jump(position.time_s, begin_s):
            frames = decoder.frames(begin_s)
            shown, coming = None, next(frames, None)
        while coming is not None and coming.time_s <= time_s + ROUNDING_S:
            shown, coming = coming, next(frames, None)
        nearest = shown or coming
        if nearest is not None and (coming is not None or time_s <= nearest.time_s + PAST_END_S):
            yield time_s, nearest


def _between(decoder: VideoDecoder, request: Between) -> Iterator[tuple[float, DecodedFrame]]:
    sampler = None if request.fps is None else Sampler(None, request.fps)
    # ``frames`` gives what is later than its start; the frame at the start itself is wanted too.
    for frame in decoder.frames(max(0.0, request.start_s - ROUNDING_S)):
        if frame.time_s > request.end_s + ROUNDING_S:
            return
        if sampler is None or sampler.choose(frame.time_s).analyse:
            yield frame.time_s, frame


def _shown(time_s: float, frame: DecodedFrame, request: At | Between) -> Shown:
    whole, data = cv2.imencode(".jpg", frame.bgr(request.width), [cv2.IMWRITE_JPEG_QUALITY, request.quality])
    if not whole:
        raise DamagedInput(f"The frame at {frame.time_s:.2f} s can't be written as a JPEG.")
    return Shown(time_s=time_s, frame_time_s=frame.time_s, jpeg=base64.b64encode(data.tobytes()))
