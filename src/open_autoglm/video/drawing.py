"""Draws what was found into frames: boxes, zones, heat."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any

import cv2
import numpy as np

from open_autoglm.video.geometry import Box, Point

Image = np.ndarray[Any, np.dtype[np.uint8]]
"""Height x width x 3, BGR."""

ZONE_COLOUR = (0, 200, 255)
EVENT_COLOUR = (40, 40, 235)
PERSON_COLOUR = (235, 160, 40)
HEAT_CELLS = 96
"""Cells of the heat map along the picture's width."""


def decode_jpeg(data: bytes) -> Image | None:
    """None where it is no picture."""
    image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR) if data else None
    return None if image is None else np.asarray(image, dtype=np.uint8)


def encode_jpeg(image: Image, quality: int = 82) -> bytes:
    done, data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return bytes(data) if done else b""


def draw_box(image: Image, box: Box, scale: float, text: str = "", *, event: bool = False) -> None:
    """``scale`` leads from the recording's pixels to those of ``image``. ``text`` is shown in ASCII alone."""
    colour = EVENT_COLOUR if event else PERSON_COLOUR
    left, top = round(box.x * scale), round(box.y * scale)
    right, bottom = round((box.x + box.width) * scale), round((box.y + box.height) * scale)
    cv2.rectangle(image, (left, top), (right, bottom), colour, 3 if event else 2, cv2.LINE_AA)
    if text:
        _draw_text(image, text, left, top, colour)


def draw_polygon(image: Image, fractions: Sequence[Point], *, closed: bool = True) -> None:
    """A zone's polygon or line; its points are fractions of the picture."""
    height, width = image.shape[:2]
    points = np.array([[round(x * width), round(y * height)] for x, y in fractions], np.int32)
    cv2.polylines(image, [points], closed, ZONE_COLOUR, 2, cv2.LINE_AA)


def heat_map(background: Image, paths: Iterable[Sequence[Point]]) -> Image:
    """Where paths lie densest, in colour over the grey picture. Points are fractions, one a second."""
    height, width = background.shape[:2]
    rows = max(1, round(HEAT_CELLS * height / width))
    heat = np.zeros((rows, HEAT_CELLS), np.float32)
    for path in paths:
        cells = [_cell(point, rows) for point in path]
        for here, there in pairwise(cells):
            cv2.line(stroke := np.zeros_like(heat), here, there, 1.0, 1)
            heat += stroke / max(1.0, float(stroke.sum()))
        if len(cells) == 1:
            heat[cells[0][1], cells[0][0]] += 1
    heat = cv2.GaussianBlur(heat, (0, 0), 1.5)
    # Where one person stood for minutes, all the rest would vanish: the root keeps both visible.
    strength = np.sqrt(heat / heat.max()) if heat.max() > 0 else heat
    strength = cv2.resize(strength, (width, height), interpolation=cv2.INTER_CUBIC).clip(0, 1)
    colours = cv2.applyColorMap((strength * 255).astype(np.uint8), cv2.COLORMAP_TURBO)
    grey = cv2.cvtColor(cv2.cvtColor(background, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR)
    opacity = (0.75 * np.clip(strength * 2, 0, 1))[..., None]
    return (grey * (1 - opacity) + colours * opacity).astype(np.uint8)


def draw_moment(
    image: Image,
    boxes: Iterable[tuple[int, str, Box]],
    zones: Iterable[tuple[Sequence[Point], Sequence[Point]]],
    marked: Mapping[int, str],
    objects: Iterable[tuple[Box, str]] = (),
    *,
    scale: float,
) -> None:
    """Zones (polygon, line), tracked boxes (id, class, box); ``marked`` ones bear the word of their event."""
    for polygon, line in zones:
        draw_polygon(image, polygon)
        if line:
            draw_polygon(image, line, closed=False)
    for track_id, class_name, box in boxes:
        word = marked.get(track_id)
        draw_box(image, box, scale, f"{track_id} {word or class_name}", event=word is not None)
    for box, word in objects:
        draw_box(image, box, scale, word, event=True)


def draw_banner(image: Image, time: str, lines: Sequence[str]) -> None:
    """The time at the upper left, what goes on below it. Letters beyond ASCII can't be drawn."""
    step = round(image.shape[1] / 60) + 8
    _draw_text(image, time, 4, step, (60, 60, 60))
    for number, line in enumerate(lines):
        _draw_text(image, line, 4, step * (number + 2), EVENT_COLOUR)


def _cell(point: Point, rows: int) -> tuple[int, int]:
    return (
        min(HEAT_CELLS - 1, max(0, int(point.x * HEAT_CELLS))),
        min(rows - 1, max(0, int(point.y * rows))),
    )


def _draw_text(image: Image, text: str, left: int, top: int, colour: tuple[int, int, int]) -> None:
    size = max(0.4, image.shape[1] / 1800)
    text = text.encode("ascii", "replace").decode("ascii")
    (width, height), _base = cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, size, 1)
    left = max(0, min(left, image.shape[1] - width - 4))
    top = max(height + 6, top)
    cv2.rectangle(image, (left, top - height - 6), (left + width + 4, top), colour, cv2.FILLED)
    cv2.putText(
        image, text, (left + 2, top - 4), cv2.FONT_HERSHEY_SIMPLEX, size, (255, 255, 255), 1, cv2.LINE_AA
    )
