"""Finds where text stands in a picture, as one tilted rectangle per line.

The network is a differentiable binarization detector (Liao et al., 2020, arXiv:1911.08947): it gives
each pixel a probability of lying in the shrunken core of a line; cores are boxed and grown back.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from open_autoglm.documents.content import Image
from open_autoglm.documents.ocr.models import FloatArray, Network

Quad = NDArray[np.float32]
"""Corners of a line in pixels, shape (4, 2): top left, top right, bottom right, bottom left."""

CORE_PROBABILITY = 0.3
LINE_SCORE = 0.5
"""Mean probability inside a box below which it is not text."""
GROWTH = 1.6
"""Area × growth / perimeter is how far a core grows back (the paper's unclip ratio)."""
MAX_LINES = 3000
STRIDE = 32
"""The network halves the picture five times."""
INK_CONTRAST = 24
"""Gray levels from the paper's own at which a pixel counts as ink."""
MARGIN = 16
"""Pixels of paper left around the ink: a line at the very border is found less surely."""


class Frame(NamedTuple):
    """The part of the picture that carries ink, in pixels of the scaled picture."""

    x0: int
    y0: int
    x1: int
    y1: int


def detect_lines(network: Network, image: Image, scale: float) -> list[Quad]:
    """Boxes of all lines, in pixels of ``image``, from top to bottom.

    ``scale`` is the size at which the network looks, relative to ``image``; its cost grows with the
    square. Empty margins are cut off before, which halves the work on a page that is half empty.
    """
    height, width = image.shape[:2]
    size = (max(STRIDE, round(width * scale)), max(STRIDE, round(height * scale)))
    filter_ = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    small = np.asarray(cv2.resize(image, size, interpolation=filter_), dtype=np.uint8)
    frame = _ink_frame(small)
    if frame is None:
        return []
    probability = network(_to_tensor(small[frame.y0 : frame.y1, frame.x0 : frame.x1]))[0, 0]
    factor = np.array([width / size[0], height / size[1]], dtype=np.float32)
    offset = np.array([frame.x0, frame.y0], dtype=np.float32)
    limit = np.array([width - 1, height - 1], dtype=np.float32)
    quads = [np.clip((quad + offset) * factor, 0, limit) for quad in _boxes(probability)]
    return sorted(quads, key=lambda quad: (float(quad[:, 1].min()), float(quad[:, 0].min())))


def _ink_frame(image: Image) -> Frame | None:
    gray = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    paper = int(np.bincount(gray.ravel(), minlength=256).argmax())
    ink = cv2.absdiff(gray, np.full_like(gray, paper)) > INK_CONTRAST
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    if rows.size == 0:
        return None
    height, width = gray.shape
    return Frame(
        max(0, int(columns[0]) - MARGIN),
        max(0, int(rows[0]) - MARGIN),
        min(width, int(columns[-1]) + 1 + MARGIN),
        min(height, int(rows[-1]) + 1 + MARGIN),
    )


def _to_tensor(image: Image) -> FloatArray:
    """Shape (1, 3, height, width), values from -1 to 1, padded with the border to the network's stride."""
    height, width = image.shape[:2]
    bottom, right = -height % STRIDE, -width % STRIDE
    padded = cv2.copyMakeBorder(image, 0, bottom, 0, right, cv2.BORDER_REPLICATE)
    tensor = padded[:, :, ::-1].astype(np.float32)  # trained on blue first
    tensor *= 2 / 255
    tensor -= 1
    return np.ascontiguousarray(tensor.transpose(2, 0, 1)[np.newaxis])


def _boxes(probability: FloatArray) -> list[Quad]:
    cores = (probability > CORE_PROBABILITY).astype(np.uint8)
    joined = cv2.dilate(cores, np.ones((2, 2), np.uint8))
    contours, _ = cv2.findContours(joined, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
    quads = []
    for contour in contours[:MAX_LINES]:
        center, (width, height), angle = cv2.minAreaRect(contour)
        if min(width, height) < 3 or _score(probability, np.asarray(contour)) < LINE_SCORE:
            continue
        growth = 2 * (width * height * GROWTH / (2 * (width + height)))
        quads.append(_corners((center[0], center[1]), (width + growth, height + growth), angle))
    return quads


def _score(probability: FloatArray, contour: NDArray[Any]) -> float:
    """Mean probability inside the contour."""
    x, y, width, height = cv2.boundingRect(contour)
    mask = np.zeros((height, width), np.uint8)
    cv2.fillPoly(mask, [contour], 1, offset=(-x, -y))
    return float(cv2.mean(probability[y : y + height, x : x + width], mask)[0])


def _corners(center: tuple[float, float], size: tuple[float, float], angle: float) -> Quad:
    """Corners of a rectangle turned by ``angle`` degrees, named so that its top edge points right."""
    width, height = size
    quarters = round(angle / 90)
    if quarters % 2:
        width, height = height, width
    radians = np.deg2rad(angle - 90 * quarters)
    along = np.array([np.cos(radians), np.sin(radians)]) * width / 2
    across = np.array([-np.sin(radians), np.cos(radians)]) * height / 2
    middle = np.array(center)
    corners = [
        middle - along - across,
        middle + along - across,
        middle + along + across,
        middle - along + across,
    ]
    return np.array(corners, dtype=np.float32)
