"""Which frames are looked at: for still objects a few times a second, by the detector as often as it holds.

The choice depends on the frames' times and two rates alone, so the same rates give the same frames on every
machine and in every run.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

DETECT_RATES = (5.0, 4.0, 3.0, 2.0, 1.0)
"""Rates that are chosen among. Tracking is best at 5 a second; a higher one can be asked for."""

LEAST_USEFUL_RATE = 2.0
"""Below it a tracker loses people. It is given up only where real time itself can't be held."""

BACKGROUND_FPS = 4.0
"""At least so often still objects and the camera are looked at."""

MAX_FPS = 30.0

FILE_SPEED = 6.5
"""Times real time that is aimed at for a file. 5 are promised; the speed of one thread alone is not held
where all cores work (15 minutes of 720p: 4.9 times where 5.5 and more were expected)."""
LIVE_SPEED = 1.5
"""A live source must be held with room to spare."""

SPARSE = 0.5
"""Frames that no other needs are skipped where at most so large a part of all frames is looked at."""

_EDGE = 1e-6
"""Timestamps are rounded; one that should lie on the edge of an interval may stand just before it."""


@dataclass(frozen=True, slots=True)
class Choice:
    analyse: bool
    detect: bool


class Sampler:
    """Takes the first frame of each interval. Times must come in order."""

    def __init__(self, detect_fps: float | None, background_fps: float) -> None:
        """``detect_fps`` is None where nothing is detected. Rates are frames a second of the recording."""
        self._detect_fps = detect_fps
        self._background_fps = background_fps
        self._detect_slot = -1
        self._background_slot = -1

    def choose(self, time_s: float) -> Choice:
        background = math.floor((time_s + _EDGE) * self._background_fps)
        analyse = background > self._background_slot
        detect = False
        if self._detect_fps is not None:
            slot = math.floor((time_s + _EDGE) * self._detect_fps)
            detect = slot > self._detect_slot
            self._detect_slot = slot
        self._background_slot = background
        return Choice(analyse or detect, detect)


def background_fps(detect_fps: float | None) -> float:
    """A multiple of the detector's rate, so that both look at the same frames."""
    if detect_fps is None:
        return BACKGROUND_FPS
    return detect_fps * max(1, math.ceil(BACKGROUND_FPS / detect_fps))


@dataclass(frozen=True, slots=True)
class MeasuredCost:
    """Seconds of one thread's work."""

    decode_s: float
    """For one frame."""
    look_s: float
    """For one analysed frame: conversion, still objects, the camera."""
    detect_s: float
    """For one frame by the detector."""
    frame_rate: float
    cores: int

    def speed(self, detect_fps: float) -> float:
        """Times real time that is held at a rate."""
        looks = background_fps(detect_fps) * self.look_s
        steady = self.frame_rate * self.decode_s + looks
        whole = (steady + detect_fps * self.detect_s) / self.cores
        # Decoding and looking run one after the other in time, whatever the number of cores.
        return 1.0 / max(whole, looks, self.frame_rate * self.decode_s, 1e-9)


def choose_rate(cost: MeasuredCost, source: Literal["file", "live"]) -> float:
    """The highest of DETECT_RATES that holds the aim; for a file at least LEAST_USEFUL_RATE if possible."""
    aim = FILE_SPEED if source == "file" else LIVE_SPEED
    for rate in DETECT_RATES:
        speed = cost.speed(rate)
        if speed >= aim or (source == "file" and rate <= LEAST_USEFUL_RATE and speed >= LIVE_SPEED):
            return rate
    return DETECT_RATES[-1]
