"""Measures whether the camera still sees what it used to see."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from open_autoglm.video.observation import CameraState

if TYPE_CHECKING:
    from numpy.typing import NDArray

WIDTH = 160
"""Pixels of the longer side that edges are compared at."""

FOLLOW_S = 30.0
"""The remembered edges follow what they resemble within about this time."""

RESEMBLES = 0.5
"""Edges that match less are not learned: somebody may stand before the camera."""

RELEARN_S = 60.0
"""A view that has not matched for so long is the new view."""

MAX_SHIFT = 0.2
"""Of the width."""

MIN_RESPONSE = 0.15


class CameraWatch:
    """Frames come in the order of their times."""

    def __init__(self) -> None:
        self._edges: NDArray[np.float32] | None = None
        self._gray: NDArray[np.float32] | None = None
        """The background's gray levels, blurred by following."""
        self._before: NDArray[np.uint8] | None = None
        self._time_s = 0.0
        self._strange_since_s: float | None = None

    def update(self, frame_bgr: NDArray[np.uint8], time_s: float) -> CameraState:
        """``frame_bgr`` is height × width × 3."""
        step = max(1, max(frame_bgr.shape[:2]) // 320)
        # Rows and columns picked, not averaged: averaging would hide the noise that tells a live picture.
        sparse = np.ascontiguousarray(frame_bgr[::step, ::step])
        gray = np.asarray(cv2.cvtColor(sparse, cv2.COLOR_BGR2GRAY), np.uint8)
        scale = min(1.0, WIDTH / max(gray.shape))
        size = (max(8, round(gray.shape[1] * scale)), max(8, round(gray.shape[0] * scale)))
        small = cv2.resize(gray, size, interpolation=cv2.INTER_AREA).astype(np.float32)
        edges = _edges(small)
        if self._edges is None or self._gray is None or self._edges.shape != edges.shape:
            self._edges, self._gray, self._before, self._time_s = edges, small, None, time_s
        match = _correlation(edges, self._edges)
        shift = self._shift(small, self._gray, step / scale) if match < RESEMBLES + 0.3 else (0.0, 0.0)
        self._follow(small, edges, match, time_s)
        difference = 0.0
        if self._before is not None and self._before.shape == gray.shape:
            difference = float(cv2.absdiff(gray, self._before).mean())
        elif self._before is None:
            difference = 1.0  # nothing to compare with: not frozen
        self._before = gray
        return CameraState(
            brightness=round(float(small.mean()), 2),
            sharpness=round(float(cv2.Laplacian(small, cv2.CV_32F, ksize=1).var()), 2),
            background_match=round(max(-1.0, min(1.0, match)), 3),
            difference=round(difference, 4),
            shift=shift,
        )

    def _shift(
        self, now: NDArray[np.float32], before: NDArray[np.float32], scale: float
    ) -> tuple[float, float]:
        """In pixels of the frame; (0, 0) where no shift explains the picture."""
        window = cv2.createHanningWindow((now.shape[1], now.shape[0]), cv2.CV_32F)
        # Copies: phaseCorrelate writes the window into pictures whose size needs no padding.
        (x, y), response = cv2.phaseCorrelate(before.copy(), now.copy(), window)
        if response < MIN_RESPONSE or max(abs(x), abs(y)) > MAX_SHIFT * now.shape[1]:
            return 0.0, 0.0
        return round(float(x) * scale, 1), round(float(y) * scale, 1)

    def _follow(
        self, small: NDArray[np.float32], edges: NDArray[np.float32], match: float, time_s: float
    ) -> None:
        passed_s = min(1.0, max(0.0, time_s - self._time_s))
        self._time_s = time_s
        assert self._edges is not None  # noqa: S101 - set by ``update``
        assert self._gray is not None  # noqa: S101 - set by ``update``
        if match >= RESEMBLES:
            self._strange_since_s = None
            part = passed_s / FOLLOW_S
            self._edges += part * (edges - self._edges)
            self._gray += part * (small - self._gray)
            return
        if self._strange_since_s is None:
            self._strange_since_s = time_s
        if time_s - self._strange_since_s >= RELEARN_S:
            self._edges, self._gray, self._strange_since_s = edges, small, None


def _edges(gray: NDArray[np.float32]) -> NDArray[np.float32]:
    """How steep each place is, widened so that a nudge of a few pixels changes little."""
    across = cv2.Sobel(gray, cv2.CV_32F, 1, 0, ksize=3)
    down = cv2.Sobel(gray, cv2.CV_32F, 0, 1, ksize=3)
    # The root keeps one strong edge from deciding alone.
    steep = np.sqrt(cv2.magnitude(across, down))
    return np.asarray(cv2.GaussianBlur(steep, (5, 5), 1.2), np.float32)


def _correlation(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    first, second = one - one.mean(), other - other.mean()
    size = float(np.sqrt((first * first).sum() * (second * second).sum()))
    return float((first * second).sum()) / size if size > 1e-3 else 0.0
