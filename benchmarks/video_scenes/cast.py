"""The empty square of vtest.avi and the people who walk over it, cut out."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

SHARED = Path(__file__).parents[2].parent / "shared/data/video"
CLIP = SHARED / "vtest.avi"
LABELS = SHARED / "vtest.people.frames-1-400.mot.txt"

DIFFERS = 26
"""Levels that a person differs from the empty square."""
ALONE = 0.05
"""Of a box that other people may cover."""
LEAST_FRAMES = 24


@dataclass(frozen=True, slots=True)
class Sprite:
    """One person, frame by frame at 10 a second."""

    pictures: tuple[NDArray[np.uint8], ...]
    """Height × width × 3."""
    alphas: tuple[NDArray[np.float32], ...]
    """Height × width, 0 to 1."""
    to_right: bool


@dataclass(frozen=True, slots=True)
class Cast:
    square: NDArray[np.uint8]
    """576 × 768 × 3, without anybody."""
    people: tuple[Sprite, ...]

    @staticmethod
    def person_height(foot_y: float) -> float:
        """Of a person whose feet are there, in pixels: a line through the labels of the clip."""
        return max(40.0, 62.0 + 0.085 * foot_y)


def load_cast() -> Cast:
    """Raises SystemExit where the clip is missing."""
    if not CLIP.is_file():
        raise SystemExit(f"{CLIP} is missing: the scenes are composed of it.")
    video = cv2.VideoCapture(str(CLIP))
    frames: list[NDArray[np.uint8]] = []
    while (read := video.read())[0]:
        frames.append(np.asarray(read[1], np.uint8))
    square = np.median(np.stack(frames[::12]), axis=0).astype(np.uint8)
    return Cast(square, tuple(_people(frames, square)))


def _people(frames: list[NDArray[np.uint8]], square: NDArray[np.uint8]) -> list[Sprite]:
    boxes: dict[int, dict[int, tuple[float, float, float, float]]] = {}
    for line in LABELS.read_text(encoding="utf-8").splitlines():
        frame, track, x, y, width, height, *_rest = map(float, line.split(","))
        boxes.setdefault(int(frame) - 1, {})[int(track)] = (x, y, width, height)
    runs: dict[int, list[list[int]]] = {}
    for number in sorted(boxes):
        for track, box in boxes[number].items():
            if not _is_alone(box, [other for key, other in boxes[number].items() if key != track]):
                continue
            known = runs.setdefault(track, [])
            if known and known[-1][-1] == number - 1:
                known[-1].append(number)
            else:
                known.append([number])
    sprites = []
    for track in sorted(runs):
        run = max(runs[track], key=len)
        if len(run) >= LEAST_FRAMES:
            sprites.append(_cut(frames, square, run[:60], {n: boxes[n][track] for n in run}))
    return [sprite for sprite in sprites if len(sprite.pictures) >= LEAST_FRAMES // 2]


def _is_alone(
    box: tuple[float, float, float, float], others: list[tuple[float, float, float, float]]
) -> bool:
    x, y, width, height = box
    if x < 8 or y < 8 or x + width > 760 or y + height > 568 or 350 < x + width / 2 < 470:
        return False  # at the border, or near the post that hides people
    for left, top, wide, high in others:
        shared = max(0.0, min(x + width, left + wide) - max(x, left)) * max(
            0.0, min(y + height, top + high) - max(y, top)
        )
        if shared > ALONE * width * height:
            return False
    return True


def _cut(
    frames: list[NDArray[np.uint8]],
    square: NDArray[np.uint8],
    run: list[int],
    boxes: dict[int, tuple[float, float, float, float]],
) -> Sprite:
    pictures, alphas = [], []
    for number in run:
        x, y, width, height = boxes[number]
        left, top = int(x - 0.15 * width), int(y - 0.05 * height)
        right, bottom = int(x + 1.15 * width), int(y + 1.05 * height)
        crop = frames[number][max(0, top) : bottom, max(0, left) : right]
        empty = square[max(0, top) : bottom, max(0, left) : right]
        mask = (cv2.absdiff(crop, empty).max(axis=2) > DIFFERS).astype(np.uint8)
        mask = np.asarray(cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8)), np.uint8)
        count, labels, stats, _centers = cv2.connectedComponentsWithStats(mask)
        if count < 2:
            continue
        label = 1 + int(np.argmax(stats[1:, cv2.CC_STAT_AREA]))
        x0, y0, wide, high, area = (int(value) for value in stats[label])
        if area < 0.2 * width * height or high < 0.75 * height:
            continue
        one = (labels == label).astype(np.float32)
        alpha = np.asarray(cv2.GaussianBlur(one, (3, 3), 0), np.float32)
        pictures.append(crop[y0 : y0 + high, x0 : x0 + wide].copy())
        alphas.append(alpha[y0 : y0 + high, x0 : x0 + wide].copy())
    return Sprite(tuple(pictures), tuple(alphas), boxes[run[-1]][0] >= boxes[run[0]][0])
