"""From a frame's timestamp to seconds since the first frame, whatever the timestamps do."""

from __future__ import annotations

from fractions import Fraction

MAX_STEP_S = 3600.0
"""A longer step forward is a broken timestamp, not a pause of the recorder."""


class FrameClock:
    """Times rise strictly. Missing timestamps go on by the frame rate; broken ones shift all that follow."""

    def __init__(self, time_base: Fraction | None, rate: float) -> None:
        self._time_base = float(time_base) if time_base else 0.0
        self._frame_s = 1.0 / rate
        self._origin = 0
        self._shift_s = 0.0
        self._last_s: float | None = None

    def begin(self, timestamp: int | None) -> None:
        """``timestamp`` is that of the first frame, which gets the time 0."""
        self._origin = timestamp or 0

    def jumped(self) -> None:
        """The next frame may lie anywhere: the reader has moved."""
        self._last_s = None
        self._shift_s = 0.0

    def timestamp_of(self, time_s: float) -> int:
        """In units of the time base."""
        return self._origin + (int(time_s / self._time_base) if self._time_base else 0)

    def time_of(self, timestamp: int | None) -> float:
        last = self._last_s
        if timestamp is None or not self._time_base:
            time_s = 0.0 if last is None else last + self._frame_s
        else:
            raw = (timestamp - self._origin) * self._time_base
            time_s = raw + self._shift_s
            if last is not None and not last < time_s <= last + MAX_STEP_S:
                time_s = last + self._frame_s
                self._shift_s = time_s - raw
            time_s = max(0.0, time_s)
        self._last_s = time_s
        return time_s
