"""A NanoDet whose numbers are written by the test."""

from __future__ import annotations

import numpy as np

from open_autoglm.video.detect.network import FloatArray, Port

STEPS = 11
"""Distances that a cell can tell: 0 to 10 steps."""
SIZES = {8: "Identity", 16: "Identity_1", 32: "Identity_2"}
DISTANCES = {8: "Identity_3", 16: "Identity_4", 32: "Identity_5"}


class ScriptedNanoDet:
    """Says what ``put`` told it, whatever it is shown."""

    def __init__(self, size: int = 416, classes: int = 80, height: int | None = None) -> None:
        """``size`` is the width, and the height where that is not given."""
        self.size = size
        height = height or size
        self.inputs = (Port("input_1", (1, 3, height, size)),)
        self.shown: FloatArray | None = None
        self._outputs = {}
        for step in (8, 16, 32):
            cells = (size // step) * (height // step)
            self._outputs[SIZES[step]] = np.zeros((1, cells, classes), np.float32)
            self._outputs[DISTANCES[step]] = np.zeros((1, cells, 4 * STEPS), np.float32)
        self.outputs = tuple(Port(name, values.shape) for name, values in self._outputs.items())

    def put(
        self,
        step: int,
        column: int,
        row: int,
        distances: tuple[int, int, int, int],
        score: float,
        class_number: int = 0,
    ) -> None:
        """One cell of the grid of ``step`` sees an object so many steps to the left, up, right, down."""
        cell = row * (self.size // step) + column
        self._outputs[SIZES[step]][0, cell, class_number] = score
        for edge, distance in enumerate(distances):
            self._outputs[DISTANCES[step]][0, cell, edge * STEPS + distance] = 50.0

    def run(self, pixels: FloatArray) -> dict[str, FloatArray]:
        self.shown = pixels
        return self._outputs
