"""A drawn square with noise, on which things are put: frames with exactly known contents."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from open_autoglm.video.geometry import Box
from open_autoglm.video.observation import StillRegion
from open_autoglm.video.still.still_regions import StillRegions

WIDTH, HEIGHT, FPS = 320, 240, 4.0
Frame = NDArray[np.uint8]
Change = Callable[[Frame, float], Frame]
People = Callable[[float], Sequence[Box]]


def square() -> Frame:
    """Ground with blotches and a few edges to hold on to."""
    rng = np.random.default_rng(1)
    ground = cv2.GaussianBlur(rng.normal(0, 60, (HEIGHT, WIDTH)).astype(np.float32), (0, 0), 4) + 130
    frame = np.repeat(ground[:, :, None], 3, axis=2)
    frame[20:60, 30:150] = (60, 90, 140)
    frame[:, 250:256] = (200, 190, 180)
    return np.clip(frame, 0, 255).astype(np.uint8)


def put(frame: Frame, box: Box, colour: tuple[int, int, int] = (40, 30, 30)) -> None:
    x, y, width, height = (round(value) for value in box)
    frame[max(0, y) : y + height, max(0, x) : x + width] = colour


def nobody(_time_s: float) -> Sequence[Box]:
    return ()


def watched(
    change: Change, until_s: float, people: People = nobody, *, unsure: People = nobody, noise: float = 2.0
) -> list[tuple[float, tuple[StillRegion, ...]]]:
    """What StillRegions says at each moment of a recording of the square that ``change`` draws on."""
    rng = np.random.default_rng(2)
    regions, empty = StillRegions(), square()
    moments = []
    for index in range(int(until_s * FPS)):
        time_s = index / FPS
        frame = change(empty.copy(), time_s)
        noisy = frame + rng.normal(0, noise, frame.shape)
        picture = np.clip(noisy, 0, 255).astype(np.uint8)
        moments.append((time_s, regions.update(picture, time_s, people(time_s), unsure(time_s))))
    return moments
