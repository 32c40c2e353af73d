"""A live source: read while it lives, opened again when it is lost, its last minutes kept as pictures."""

from __future__ import annotations

import math
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from open_autoglm.errors import InputError
from open_autoglm.video.decode import DecodedFrame, StreamLost, VideoDecoder
from open_autoglm.video.limits import VideoLimits
from open_autoglm.video.observation import Gap
from open_autoglm.video.sources import VideoSource

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FIRST_WAIT_S = 0.5
LONGEST_WAIT_S = 15.0
"""Between two attempts; doubled from the first to the longest."""

RING_S = 180.0
"""Seconds of pictures that are kept."""
RING_FPS = 5.0
RING_WIDTH = 1280

_NAME = re.compile(r"^(\d{1,12})\.jpg$")


class Away(NamedTuple):
    """The source is away; said before each attempt to reach it."""

    message: str


class LiveReader:
    """Frames of a live source, with the gaps between its connections.

    Times go on through a loss: a new connection begins at what the clock on the wall shows, so that an
    hour's event lies an hour after the start however often the stream broke.
    """

    def __init__(
        self,
        source: VideoSource,
        limits: VideoLimits,
        *,
        start_s: float = 0.0,
        end_s: float | None = None,
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """``start_s`` is what the recording's clock shows now, and ``end_s`` what it shows at the end."""
        self._source = source
        self._limits = limits
        self._now = now
        self._sleep = sleep
        self._began = now() - start_s
        self._end_s = math.inf if end_s is None else end_s
        self._last_s: float | None = start_s if start_s > 0 else None
        self._number = 0
        self._over = False
        self.end_reason: str | None = None

    def frames(self, first: VideoDecoder) -> Iterator[DecodedFrame | Gap | Away]:
        """Goes on to ``end_s``, or until it was away for ``live_give_up_s``: ``end_reason`` then says so.

        ``first`` is already open, and closed here.
        """
        decoder: VideoDecoder | None = first
        reason = "the stream was lost"
        while decoder is not None:
            # A server may have sent a few seconds ahead of the clock; times rise all the same.
            began_s = max(self._now() - self._began, self._last_s) if self._last_s is not None else 0.0
            with decoder:
                try:
                    yield from self._one_connection(decoder, began_s, reason)
                    reason = "the stream ended"
                except (StreamLost, InputError) as error:
                    reason = error.message.removesuffix(".")
            decoder = None
            if self._over:
                return
            for attempt in self._attempts(reason):
                if isinstance(attempt, Away):
                    yield attempt
                else:
                    decoder = attempt

    def _one_connection(
        self, decoder: VideoDecoder, began_s: float, reason: str
    ) -> Iterator[DecodedFrame | Gap]:
        fresh = self._last_s is not None
        for frame in decoder.frames():
            time_s = began_s + frame.time_s
            if time_s > self._end_s:
                self._over = True
                return
            if fresh and self._last_s is not None:
                yield Gap(
                    start_s=self._last_s, end_s=max(self._last_s, time_s), reason=f"No picture: {reason}"
                )
            fresh = False
            if self._last_s is not None and time_s <= self._last_s:
                continue  # a second connection may begin with what the first one had already
            self._last_s = time_s
            yield DecodedFrame(time_s, self._number, frame.frame)
            self._number += 1

    def _attempts(self, reason: str) -> Iterator[Away | VideoDecoder]:
        lost_at = self._now()
        wait_s = FIRST_WAIT_S
        while (away_s := self._now() - lost_at) < self._limits.live_give_up_s:
            left_s = self._began + self._end_s - self._now()
            if left_s <= 0:
                return
            more_s = min(self._limits.live_give_up_s - away_s, left_s)
            yield Away(f"{reason}; trying again for {more_s:.0f} s more")
            self._sleep(min(wait_s, left_s))
            wait_s = min(LONGEST_WAIT_S, 2 * wait_s)
            try:
                decoder = VideoDecoder.open(self._source, self._limits)
            except InputError:
                continue
            try:
                decoder.facts()  # a first frame has to come
            except InputError:
                decoder.close()
                continue
            yield decoder
            return
        self.end_reason = f"It did not come back within {self._limits.live_give_up_s:g} s ({reason})."


class PictureRing:
    """The last RING_S seconds as JPEG files named by their time in milliseconds; a bounded folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._kept: list[int] = []

    def add(self, picture_bgr: NDArray[np.uint8], time_s: float) -> None:
        """Keep a picture, unless the one before is younger than 1 / RING_FPS seconds."""
        import cv2

        moment = round(time_s * 1000)
        if self._kept and moment < self._kept[-1] + 1000 / RING_FPS - 20:
            return
        height, width = picture_bgr.shape[:2]
        if width > RING_WIDTH:
            size = (RING_WIDTH, round(height * RING_WIDTH / width))
            small = cv2.resize(picture_bgr, size, interpolation=cv2.INTER_AREA)
        else:
            small = picture_bgr
        whole, data = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, 80])
        if not whole:
            return
        part = self._folder / "picture.part"
        part.write_bytes(data.tobytes())
        part.replace(self._folder / f"{moment}.jpg")
        self._kept.append(moment)
        while self._kept[0] < moment - RING_S * 1000:
            (self._folder / f"{self._kept.pop(0)}.jpg").unlink(missing_ok=True)


def ring_pictures(folder: Path) -> list[tuple[float, Path]]:
    """Times in seconds and files of what a ring holds now, in order."""
    found = [(int(match[1]) / 1000, path) for path in folder.iterdir() if (match := _NAME.match(path.name))]
    return sorted(found)
