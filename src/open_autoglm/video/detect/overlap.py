"""Of boxes that cover the same object only the surest stays."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def keep_best(
    boxes: NDArray[np.float32],
    scores: NDArray[np.float32],
    classes: NDArray[np.int64],
    max_overlap: float,
) -> NDArray[np.int64]:
    """Which boxes stay, the surest first (non-maximum suppression within each class).

    ``boxes`` has the shape (count, 4): left, top, right, bottom. ``max_overlap`` is intersection over union.
    """
    order = np.argsort(-scores, kind="stable")
    areas = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    kept: list[int] = []
    while len(order):
        best, rest = int(order[0]), order[1:]
        kept.append(best)
        low = np.maximum(boxes[best, :2], boxes[rest, :2])
        high = np.minimum(boxes[best, 2:], boxes[rest, 2:])
        shared = np.prod((high - low).clip(0), axis=1)
        union = areas[best] + areas[rest] - shared
        same = (classes[rest] == classes[best]) & (shared > max_overlap * union)
        order = rest[~same]
    return np.array(kept, np.int64)
