"""Stand-ins that a worker process opens by name, and small videos drawn on the spot."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from open_autoglm.video.geometry import Box
from open_autoglm.video.observation import CameraState, Detection, Observation, StillRegion
from open_autoglm.video.scene import TrackedObject
from open_autoglm.video.workers.messages import DetectorSetup
from open_autoglm.video.workers.watcher import Watched

Picture = NDArray[np.uint8]


class BrightSpot:
    """Finds the bright square that ``draw_video`` draws, as a person."""

    def detect(self, frame_bgr: Picture) -> tuple[Detection, ...]:
        rows, columns = np.nonzero(frame_bgr[:, :, 1] > 180)
        if not len(rows):
            return ()
        left, top = columns.min(), rows.min()
        box = Box(float(left), float(top), float(columns.max() - left + 1), float(rows.max() - top + 1))
        return (Detection(box=box, class_name="person", score=0.9),)


def open_bright_spot(setup: DetectorSetup) -> BrightSpot:
    del setup
    return BrightSpot()


class CrashesOnRed(BrightSpot):
    """Does to the process, at each red frame, what is named in the detector's path."""

    def __init__(self, deed: str) -> None:
        self._deed = deed

    def detect(self, frame_bgr: Picture) -> tuple[Detection, ...]:
        if int(frame_bgr[0, 0, 2]) > 200:
            if self._deed == "crash":
                os.abort()
            if self._deed == "hang":
                time.sleep(60)
            if self._deed == "fail":
                raise ZeroDivisionError("nothing to divide")
        return super().detect(frame_bgr)


def open_crashing(setup: DetectorSetup) -> CrashesOnRed:
    return CrashesOnRed(Path(setup.path).name)


class PlainWatcher:
    """Says how bright the picture is, and that one region lies still."""

    def look(
        self, frame_bgr: Picture, time_s: float, people: Sequence[Box], unsure: Sequence[Box] = ()
    ) -> Watched:
        del people, unsure
        camera = CameraState(
            brightness=float(frame_bgr.mean()), sharpness=1.0, background_match=1.0, difference=1.0
        )
        box = Box(0, 0, 10, 10)
        return Watched((StillRegion(id=1, box=box, change="added", since_s=time_s, contrast=5.0),), camera)


def open_plain_watcher() -> PlainWatcher:
    return PlainWatcher()


class OneTrack:
    """Every detection is the same person."""

    def update(self, observation: Observation) -> tuple[TrackedObject, ...]:
        return tuple(
            TrackedObject(1, found.class_name, found.box, found.score, seen=True, since_s=0.0)
            for found in observation.detections or ()
        )


def spot_frames(count: int, width: int = 160, height: int = 120) -> Iterator[Picture]:
    """A bright square that walks to the right, two pixels a frame."""
    for number in range(count):
        picture = np.full((height, width, 3), 40, np.uint8)
        left = 10 + 2 * number % (width - 40)
        picture[40:80, left : left + 20] = 230
        yield picture


def draw_video(
    path: Path,
    count: int = 50,
    *,
    rate: int = 10,
    codec: str = "mpeg4",
    paint: Callable[[int, Picture], None] | None = None,
    times: Callable[[int], float] | None = None,
    size: tuple[int, int] = (160, 120),
    options: dict[str, str] | None = None,
    tags: dict[str, str] | None = None,
) -> Path:
    """``paint`` changes a frame; ``times`` gives its time in seconds where the rate is not constant."""
    with av.open(str(path), "w") as container:
        container.metadata.update(tags or {})
        stream = container.add_stream(codec, rate=rate, options=options or {})
        stream.width, stream.height = size
        stream.pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
        stream.codec_context.time_base = Fraction(1, 1000 if times else rate)
        stream.gop_size = 10
        for number, picture in enumerate(spot_frames(count, *size)):
            if paint is not None:
                paint(number, picture)
            frame = av.VideoFrame.from_ndarray(picture, format="bgr24")
            frame.time_base = stream.codec_context.time_base
            frame.pts = round(times(number) * 1000) if times else number
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path
