"""How fast an analysis is, over its last seconds and over all."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

WINDOW_S = 10.0


class Speed:
    def __init__(self, start_s: float = 0.0, now: Callable[[], float] = time.monotonic) -> None:
        """``start_s`` is the place in the recording where the work begins."""
        self._now = now
        self._began = now()
        self._start_s = start_s
        self._points: deque[tuple[float, float, int]] = deque([(self._began, start_s, 0)])

    @property
    def wall_s(self) -> float:
        return self._now() - self._began

    def add(self, position_s: float, frames: int) -> None:
        """``frames`` decoded so far."""
        now = self._now()
        self._points.append((now, position_s, frames))
        while len(self._points) > 2 and self._points[1][0] < now - WINDOW_S:
            self._points.popleft()

    @property
    def frames_per_second(self) -> float:
        began, ended = self._points[0], self._points[-1]
        passed = ended[0] - began[0]
        return (ended[2] - began[2]) / passed if passed > 0 else 0.0

    @property
    def real_time_factor(self) -> float:
        began, ended = self._points[0], self._points[-1]
        passed = ended[0] - began[0]
        return max(0.0, ended[1] - began[1]) / passed if passed > 0 else 0.0

    def whole_factor(self, position_s: float) -> float:
        """Over all the work."""
        passed = self.wall_s
        return max(0.0, position_s - self._start_s) / passed if passed > 0 else 0.0

    def seconds_left(self, position_s: float, duration_s: float | None) -> float | None:
        factor = self.real_time_factor
        if duration_s is None or factor <= 0:
            return None
        return max(0.0, duration_s - position_s) / factor
