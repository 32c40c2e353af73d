"""Recordings of any length: one minute is coded, the rest are its packets again."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from video_scenes.cast import CLIP

FPS = 25
MINUTE_S = 60
CLIP_FPS = 10
NOISE = 2.5
"""Levels of a camera's own noise; without it a frame between two others would cost a decoder nothing."""
BITS_A_SECOND = 3_000_000
"""What cameras are set to at this size."""


def write_minute(path: Path, size: tuple[int, int] = (1280, 720)) -> None:
    """The first minute of vtest.avi, cut to the shape of ``size`` and enlarged: H.264, 25 frames a second."""
    rng = np.random.default_rng(4)
    height, width = size[1], size[0]
    noise = [rng.normal(0, NOISE, (height, width, 1)).astype(np.float32) for _ in range(8)]
    with av.open(str(path), "w") as container:
        options = {"preset": "veryfast", "g": "50"}
        stream = container.add_stream("libx264", rate=Fraction(FPS), options=options)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.bit_rate = BITS_A_SECOND * width * height // (1280 * 720)
        for number, picture in enumerate(_pictures(size)):
            grain = np.roll(noise[number % len(noise)], int(rng.integers(width)), axis=1)
            noisy = np.clip(picture + grain, 0, 255).astype(np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(noisy, format="bgr24")))
        container.mux(stream.encode(None))


def write_repeated(minute: Path, path: Path, times: int) -> None:
    """``minute`` so many times in a row, without coding it again."""
    with av.open(str(minute)) as source, av.open(str(path), "w") as target:
        given = source.streams.video[0]
        taken = target.add_stream_from_template(given)
        assert given.time_base is not None
        length = round(MINUTE_S / given.time_base)
        for round_number in range(times):
            source.seek(0)
            for packet in source.demux(given):
                if packet.dts is None or packet.pts is None:
                    continue
                packet.pts += round_number * length
                packet.dts += round_number * length
                packet.stream = taken
                target.mux(packet)


def _pictures(size: tuple[int, int]) -> Iterator[NDArray[np.float32]]:
    """25 a second out of the clip's 10: what lies between two of them is mixed of both."""
    clip = _enlarged(size)
    before, after, at = next(clip), next(clip), 0
    for number in range(FPS * MINUTE_S):
        place = number * CLIP_FPS / FPS
        while int(place) > at:
            before, after, at = after, next(clip), at + 1
        part = np.float32(place - at)
        yield before + part * (after - before)


def _enlarged(size: tuple[int, int]) -> Iterator[NDArray[np.float32]]:
    with av.open(str(CLIP)) as container:
        for frame in container.decode(video=0):
            picture = frame.to_ndarray(format="bgr24")
            rows = min(picture.shape[0], round(picture.shape[1] * size[1] / size[0]))
            top = (picture.shape[0] - rows) // 2
            yield cv2.resize(picture[top : top + rows], size, interpolation=cv2.INTER_CUBIC).astype(
                np.float32
            )
