"""Bags, cases and boxes, drawn with light and wear so that no two look alike."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

COLOURS = {
    "black": (32, 30, 30),
    "navy": (95, 52, 38),
    "red": (42, 38, 168),
    "olive": (48, 88, 82),
    "brown": (45, 72, 112),
    "green": (70, 120, 40),
    "white": (232, 236, 236),
    "orange": (36, 120, 225),
}
"""BGR."""
SHAPES = ("bag", "case", "box", "backpack")


def draw_bag(
    shape: str, colour: str, width: int, height: int, rng: np.random.Generator
) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """Picture (height × width × 3) and alpha (height × width, 0 to 1), drawn four times as large first."""
    wide, high = 4 * width, 4 * height
    alpha = np.zeros((high, wide), np.uint8)
    top = int(0.22 * high) if shape in ("bag", "case") else int(0.04 * high)
    if shape == "box":
        cv2.rectangle(alpha, (2, top), (wide - 3, high - 3), 255, -1)
    elif shape == "backpack":
        cv2.ellipse(alpha, (wide // 2, high // 2), (wide // 2 - 2, high // 2 - 2), 0, 0, 360, 255, -1)
        cv2.rectangle(alpha, (3, high // 2), (wide - 4, high - 3), 255, -1)
    else:
        cv2.rectangle(alpha, (4, top), (wide - 5, high - 3), 255, -1)
        cv2.ellipse(alpha, (wide // 2, top + 2), (wide // 5, top - 2), 0, 180, 360, 255, max(3, wide // 14))
    body = np.empty((high, wide, 3), np.float32)
    body[:] = COLOURS[colour]
    slope = np.linspace(1.25, 0.7, high, dtype=np.float32)[:, None, None]
    side = np.linspace(0.9, 1.1, wide, dtype=np.float32)[None, :, None]
    body *= slope * side
    wear = cv2.GaussianBlur(rng.normal(0, 22, (high, wide)).astype(np.float32), (0, 0), 3)
    body += wear[:, :, None] * 2
    seam = int((0.4 + 0.2 * rng.random()) * high)
    cv2.line(body, (4, seam), (wide - 5, seam), tuple(0.6 * value for value in COLOURS[colour]), 4)
    picture = cv2.resize(
        np.clip(body, 0, 255).astype(np.uint8), (width, height), interpolation=cv2.INTER_AREA
    )
    small = cv2.resize(alpha, (width, height), interpolation=cv2.INTER_AREA).astype(np.float32) / 255
    return np.asarray(picture, np.uint8), np.asarray(small, np.float32)
