"""NanoDet: three grids of class scores and box distances become named boxes.

Each cell of a grid says, for each of its four edges, how far it lies away: a distribution over whole
steps, whose mean is the distance ("Generalized Focal Loss", Li et al., 2020). Preparation of the picture
and decoding follow https://github.com/RangiLyu/nanodet (Apache-2.0).
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from open_autoglm.video.classes import COCO_CLASSES
from open_autoglm.video.detect.network import FloatArray, Network, Port
from open_autoglm.video.detect.overlap import keep_best
from open_autoglm.video.geometry import Box
from open_autoglm.video.limits import MAX_DETECTIONS
from open_autoglm.video.observation import Detection

MEAN_BGR = np.array([103.53, 116.28, 123.675], np.float32)
DEVIATION_BGR = np.array([57.375, 57.12, 58.395], np.float32)
_PREPARED_LEVELS = ((np.arange(256, dtype=np.float32)[:, None] - MEAN_BGR) / DEVIATION_BGR).T.copy()
"""What each level of the three colours becomes, 3 × 256: looking it up is ten times as fast."""

MAX_SQUEEZE = 1.15
"""A wide picture is scaled to the width of the network, and its height by so much more at most. With its
whole height filled, 16:9 finds a tenth less: people get too thin (average precision .81 against .90)."""
BLANK = 114
"""Grey of what the picture does not fill."""
MIN_SCORE = 0.25
"""Below it a box is noise. The tracker needs the unsure ones to hold on to people half hidden."""
MAX_OVERLAP = 0.55
"""Of two boxes of one class that share more (intersection over union), the surer one stays."""
MAX_CANDIDATES = 1000


@dataclass(frozen=True, slots=True)
class _Grid:
    """One of the network's scales."""

    scores: str
    distances: str
    centers: FloatArray
    """x and y of each cell in pixels of the network's picture, shape (cells, 2)."""
    step: float
    """Pixels between two cells."""


@dataclass(frozen=True, slots=True)
class _Sized:
    """The network for one size of picture."""

    network: Network
    size: tuple[int, int]
    """Width and height."""
    grids: tuple[_Grid, ...]

    @classmethod
    def of(cls, network: Network) -> _Sized:
        height, width = _picture_size(network)
        return cls(network, (width, height), tuple(_grids(network, width, height)))


class NanoDet:
    """Objects of the 80 COCO classes in a picture that is looked at as a whole."""

    class_names = COCO_CLASSES

    def __init__(
        self,
        network: Network,
        *,
        min_score: float = MIN_SCORE,
        max_overlap: float = MAX_OVERLAP,
        resized: Callable[[tuple[int, int]], Network | None] | None = None,
    ) -> None:
        """``network`` must be one that ``is_nanodet`` knows.

        ``resized`` gives the same network for another width and height, None where it can't: a wide frame
        is then looked at without the grey below it, which is a third of the work at 16:9.
        """
        self._min_score = min_score
        self._max_overlap = max_overlap
        self._resized = resized
        self._made = self._now = _Sized.of(network)
        self._size = self._wanted = self._made.size
        self._changing = threading.Lock()

    def detect(self, frame_bgr: NDArray[np.uint8]) -> tuple[Detection, ...]:
        """The surest first; shape of the frame: (height, width, 3)."""
        height, width = frame_bgr.shape[:2]
        filled = self._filled(width, height)
        sized = self._sized(filled)
        outputs = sized.network.run(_prepared(frame_bgr, filled, sized.size))
        boxes, scores, classes = self._decoded(outputs, sized.grids)
        boxes *= np.array([width / filled[0], height / filled[1]] * 2, np.float32)
        boxes = boxes.clip(0, np.array([width, height] * 2, np.float32))
        kept = keep_best(boxes, scores, classes, self._max_overlap)[:MAX_DETECTIONS]
        return tuple(
            Detection(
                box=Box(
                    round(float(left), 2),
                    round(float(top), 2),
                    round(float(right - left), 2),
                    round(float(bottom - top), 2),
                ),
                class_name=COCO_CLASSES[number],
                score=round(float(score), 4),
            )
            for (left, top, right, bottom), score, number in zip(
                boxes[kept], scores[kept], classes[kept], strict=True
            )
            if right > left and bottom > top
        )

    def _filled(self, width: int, height: int) -> tuple[int, int]:
        """Width and height of the frame in the network's picture, nearly in proportion."""
        across, down = self._size[0] / width, self._size[1] / height
        across, down = min(across, MAX_SQUEEZE * down), min(down, MAX_SQUEEZE * across)
        return max(1, round(width * across)), max(1, round(height * down))

    def _sized(self, filled: tuple[int, int]) -> _Sized:
        """The network for a picture that is no larger than it must be. Frames of one video have one size."""
        if self._resized is None:
            return self._now
        with self._changing:
            step = int(max(grid.step for grid in self._made.grids))
            wanted = (-(-filled[0] // step) * step, -(-filled[1] // step) * step)
            if wanted != self._wanted:
                self._wanted = wanted
                network = self._resized(wanted) if wanted != self._size else None
                self._now = _Sized.of(network) if network is not None else self._made
            return self._now

    def _decoded(
        self, outputs: dict[str, FloatArray], grids: tuple[_Grid, ...]
    ) -> tuple[FloatArray, FloatArray, NDArray[np.int64]]:
        """Boxes (left, top, right, bottom) in pixels of the network's picture, scores and classes."""
        found: list[tuple[FloatArray, FloatArray, NDArray[np.int64]]] = []
        for grid in grids:
            # One cell may hold two objects of different classes: every score above the bound counts.
            scores = outputs[grid.scores][0]
            cells, classes = np.nonzero(scores >= self._min_score)
            sure = scores[cells, classes]
            distances = _mean_distances(outputs[grid.distances][0][cells]) * grid.step
            centers = grid.centers[cells]
            boxes = np.concatenate([centers - distances[:, :2], centers + distances[:, 2:]], axis=1)
            found.append((boxes, sure, classes))
        boxes, scores, classes = (np.concatenate(parts) for parts in zip(*found, strict=True))
        best = np.argsort(-scores, kind="stable")[:MAX_CANDIDATES]
        return boxes[best], scores[best], classes[best]


def _prepared(frame_bgr: NDArray[np.uint8], filled: tuple[int, int], size: tuple[int, int]) -> FloatArray:
    """The frame at the upper left, in the numbers that the network was trained on."""
    # Every pixel must count, or thin things vanish between the samples; halving is the quick way to a mean.
    while frame_bgr.shape[1] >= 2 * filled[0] and frame_bgr.shape[0] >= 2 * filled[1]:
        half = (frame_bgr.shape[1] // 2, frame_bgr.shape[0] // 2)
        frame_bgr = np.asarray(cv2.resize(frame_bgr, half, interpolation=cv2.INTER_AREA), np.uint8)
    canvas = np.full((size[1], size[0], 3), BLANK, np.uint8)
    canvas[: filled[1], : filled[0]] = cv2.resize(frame_bgr, filled, interpolation=cv2.INTER_LINEAR)
    colours = zip(cv2.split(canvas), _PREPARED_LEVELS, strict=True)
    planes = [np.asarray(cv2.LUT(levels, prepared), np.float32) for levels, prepared in colours]
    return np.stack(planes)[None]


def is_nanodet(network: Network) -> bool:
    """Whether inputs and outputs are those of a NanoDet with the 80 COCO classes."""
    if len(network.inputs) != 1:
        return False
    shape = network.inputs[0].shape
    if len(shape) != 4 or shape[1] != 3 or None in shape:
        return False
    height, width = _picture_size(network)
    return bool(list(_grids(network, width, height)))


def _picture_size(network: Network) -> tuple[int, int]:
    _, _, height, width = network.inputs[0].shape
    assert height is not None and width is not None  # noqa: S101 - is_nanodet has seen to it
    return height, width


def _grids(network: Network, width: int, height: int) -> list[_Grid]:
    """Pairs of outputs that have the same number of cells; empty where they don't fit together."""
    scores = [port for port in network.outputs if port.shape[-1] == len(COCO_CLASSES)]
    distances = [port for port in network.outputs if port not in scores]
    if len(scores) != len(distances) or any(not _is_grid(port) for port in network.outputs):
        return []
    grids = []
    for port in scores:
        partner = next((other for other in distances if other.shape[1] == port.shape[1]), None)
        step = (width * height / (port.shape[1] or 1)) ** 0.5
        if partner is None or not step.is_integer() or width % step or height % step:
            return []
        across, down = np.meshgrid(np.arange(width / step), np.arange(height / step))
        centers = (np.stack([across.ravel(), down.ravel()], axis=1) + 0.5) * step
        grids.append(_Grid(port.name, partner.name, centers.astype(np.float32), step))
    return grids


def _is_grid(port: Port) -> bool:
    return len(port.shape) == 3 and None not in port.shape and (port.shape[2] or 0) % 4 == 0


def _mean_distances(raw: FloatArray) -> FloatArray:
    """Distances left, up, right and down in steps of the grid, shape (cells, 4)."""
    raw = raw.reshape(len(raw), 4, raw.shape[1] // 4)
    weights = np.exp(raw - raw.max(axis=2, keepdims=True))
    weights /= weights.sum(axis=2, keepdims=True)
    distances: FloatArray = weights @ np.arange(raw.shape[2], dtype=np.float32)
    return distances
