"""Where an object is and how it moves: a Kalman filter of constant velocity, by timestamps.

Lengths are counted in heights of the object, so that one set of numbers holds for near and far. Position
and velocity have one uncertainty for both directions; width and height follow what is seen.
"""

from __future__ import annotations

from math import log

from open_autoglm.video.geometry import Box

SIGHTING_DEVIATION = 0.085
"""How far a detected box lies off, in heights."""
FIRST_SPEED_DEVIATION = 0.7
"""Of an object just seen for the first time, in heights a second: somebody walking makes about 0.8."""
ACCELERATION = 0.36
"""Heights a second, changed within a second."""
MAX_DOUBT = 7.0
"""What not knowing where an object may be costs at most, or nothing seen seldom would be found again."""
SIZE_FOLLOWS = 0.3
"""Share of a new sighting in width and height."""
SIZE_DEVIATION = 0.18
"""Of the logarithm of the height, from one sighting to the next."""


class Motion:
    """One object's position and velocity in pixels."""

    def __init__(self, box: Box, time_s: float) -> None:
        center = box.center
        self._x, self._y = center.x, center.y
        self._width, self._height = box.width, box.height
        self._speed_x = self._speed_y = 0.0
        self._time_s = time_s
        # Variances of position and speed and what they share, in heights.
        self._place = SIGHTING_DEVIATION**2
        self._shared = 0.0
        self._speed = FIRST_SPEED_DEVIATION**2

    def box_at(self, time_s: float) -> Box:
        """Where it must be."""
        step = time_s - self._time_s
        x, y = self._x + self._speed_x * step, self._y + self._speed_y * step
        return Box(x - self._width / 2, y - self._height / 2, self._width, self._height)

    def distance(self, box: Box, time_s: float) -> float:
        """How little ``box`` fits: squared deviations, with what uncertainty itself costs.

        About 3 for a sighting as they are; from about 10 on it is hardly the same object.
        """
        step = time_s - self._time_s
        center = box.center
        scale = max(1.0, self._height)
        off_x = (center.x - self._x - self._speed_x * step) / scale
        off_y = (center.y - self._y - self._speed_y * step) / scale
        spread = self._place_after(step) + SIGHTING_DEVIATION**2
        size = log(max(1.0, box.height) / scale) / SIZE_DEVIATION
        doubt = min(MAX_DOUBT, 2 * log(spread / (2 * SIGHTING_DEVIATION**2)))
        return (off_x**2 + off_y**2) / spread + size**2 + doubt

    def see(self, box: Box, time_s: float, trust: float = 1.0) -> None:
        """Take in a sighting; ``trust`` below 1 lets it count less."""
        step = max(0.0, time_s - self._time_s)
        place, shared, speed = self._after(step)
        self._x += self._speed_x * step
        self._y += self._speed_y * step
        total = place + (SIGHTING_DEVIATION / trust) ** 2
        gain, speed_gain = place / total, shared / total
        off_x, off_y = box.center.x - self._x, box.center.y - self._y
        self._x += gain * off_x
        self._y += gain * off_y
        self._speed_x += speed_gain * off_x
        self._speed_y += speed_gain * off_y
        self._place = (1 - gain) * place
        self._shared = (1 - gain) * shared
        self._speed = speed - speed_gain * shared
        follows = SIZE_FOLLOWS * trust
        self._width += follows * (box.width - self._width)
        self._height += follows * (box.height - self._height)
        self._time_s = time_s

    def _place_after(self, step: float) -> float:
        return self._after(step)[0]

    def _after(self, step: float) -> tuple[float, float, float]:
        """Variances after so many seconds; speed changes at random (white acceleration)."""
        noise = ACCELERATION**2 * step
        return (
            self._place + 2 * step * self._shared + step**2 * self._speed + noise * step**2 / 3,
            self._shared + step * self._speed + noise * step / 2,
            self._speed + noise,
        )
