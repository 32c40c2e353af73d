"""Draws the frames of a scene."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from video_scenes.bags import draw_bag
from video_scenes.cast import Cast
from video_scenes.scene import HEIGHT, WIDTH, Actor, Scene


@dataclass(frozen=True, slots=True)
class Rendered:
    time_s: float
    picture: NDArray[np.uint8]
    people: dict[int, tuple[float, float, float, float]]
    """Box of each actor: x, y, width, height."""


def rendered(scene: Scene, cast: Cast, fps: float) -> Iterator[Rendered]:
    """Every frame at ``fps`` frames a second; the same for the same scene."""
    rng = np.random.default_rng(scene.seed)
    things = [
        (thing, *draw_bag(thing.shape, thing.colour, thing.width, thing.height, rng))
        for thing in scene.things
    ]
    frozen: NDArray[np.uint8] | None = None
    for index in range(int(scene.length_s * fps)):
        time_s = index / fps
        picture = cast.square.copy()
        people = {}
        drawn: list[tuple[float, int, object]] = []
        for number, (thing, body, alpha) in enumerate(things):
            if thing.from_s <= time_s < thing.until_s:
                drawn.append((thing.y, number, (thing, body, alpha)))
        drawn += [
            (place[1], 1000 + actor.number, actor)
            for actor in scene.actors
            if (place := actor.place(time_s)) is not None
        ]
        for _y, _number, what in sorted(drawn, key=lambda one: one[:2]):
            if isinstance(what, Actor):
                people[what.number] = _draw_person(picture, what, cast, time_s)
            else:
                thing, body, alpha = what
                _shade(picture, thing.x, thing.y, thing.width)
                _paste(picture, body, alpha, thing.x - thing.width / 2, thing.y - thing.height)
        picture, people = _through_the_camera(picture, people, scene, time_s, rng)
        if scene.frozen is not None and scene.frozen[0] <= time_s < scene.frozen[1]:
            frozen = picture if frozen is None else frozen
            picture = frozen
        yield Rendered(time_s, picture, people)


def _draw_person(
    picture: NDArray[np.uint8], actor: Actor, cast: Cast, time_s: float
) -> tuple[float, float, float, float]:
    place = actor.place(time_s)
    assert place is not None
    x, y, walks, to_right = place
    sprite = cast.people[actor.sprite % len(cast.people)]
    count = len(sprite.pictures)
    # Back and forth through the pictures; who stands only sways.
    step = int(time_s * 10) if walks else int(time_s * 10) // 7 % 3
    at = step % (2 * count - 2)
    at = at if at < count else 2 * count - 2 - at
    body, alpha = sprite.pictures[at], sprite.alphas[at]
    if walks and to_right != sprite.to_right:
        body, alpha = body[:, ::-1], alpha[:, ::-1]
    height = cast.person_height(y)
    scale = height / body.shape[0]
    size = (max(4, round(body.shape[1] * scale)), round(height))
    body = np.asarray(cv2.resize(body, size, interpolation=cv2.INTER_LINEAR), np.uint8)
    alpha = np.asarray(cv2.resize(alpha, size, interpolation=cv2.INTER_LINEAR), np.float32)
    sway = 0.0 if walks else 1.2 * np.sin(time_s * 1.3 + actor.number)
    left, top = x - size[0] / 2 + sway, y - size[1]
    _shade(picture, x, y, size[0])
    _paste(picture, body, alpha, left, top)
    return (left, top, float(size[0]), float(size[1]))


def _shade(picture: NDArray[np.uint8], x: float, y: float, width: float) -> None:
    """A soft shadow on the ground."""
    left, top = int(x - width), int(y - width / 3)
    right, bottom = int(x + width), int(y + width / 3)
    if left < 0 or top < 0 or right > WIDTH or bottom > HEIGHT:
        return
    part = np.zeros((bottom - top, right - left), np.float32)
    center = (int(x) - left, int(y) - top)
    cv2.ellipse(part, center, (int(0.55 * width), max(1, int(0.12 * width))), 0, 0, 360, 0.35, -1)
    part = cv2.GaussianBlur(part, (0, 0), max(1.0, width / 12))
    area = picture[top:bottom, left:right]
    area[:] = (area * (1 - part[:, :, None])).astype(np.uint8)


def _paste(
    picture: NDArray[np.uint8], body: NDArray[np.uint8], alpha: NDArray[np.float32], x: float, y: float
) -> None:
    left, top = round(x), round(y)
    x0, y0 = max(0, left), max(0, top)
    x1, y1 = min(WIDTH, left + body.shape[1]), min(HEIGHT, top + body.shape[0])
    if x1 <= x0 or y1 <= y0:
        return
    part = alpha[y0 - top : y1 - top, x0 - left : x1 - left, None]
    area = picture[y0:y1, x0:x1]
    area[:] = (body[y0 - top : y1 - top, x0 - left : x1 - left] * part + area * (1 - part)).astype(np.uint8)


def _through_the_camera(
    picture: NDArray[np.uint8],
    people: dict[int, tuple[float, float, float, float]],
    scene: Scene,
    time_s: float,
    rng: np.random.Generator,
) -> tuple[NDArray[np.uint8], dict[int, tuple[float, float, float, float]]]:
    """Light, shaking, a hand before the lens, noise."""
    gains = [gain for from_s, gain in scene.light if time_s >= from_s]
    values = picture.astype(np.float32)
    if gains:
        values *= np.array(gains[-1], np.float32)
    shifts = [shift for from_s, shift in scene.nudges if time_s >= from_s]
    x, y = shifts[-1] if shifts else (0.0, 0.0)
    if scene.trembles:
        x, y = x + rng.normal(0, scene.trembles), y + rng.normal(0, scene.trembles)
    if x or y:
        matrix = np.array([[1, 0, x], [0, 1, y]], np.float32)
        values = cv2.warpAffine(values, matrix, (WIDTH, HEIGHT), borderMode=cv2.BORDER_REFLECT)
        people = {key: (box[0] + x, box[1] + y, box[2], box[3]) for key, box in people.items()}
    if scene.covered is not None and scene.covered[0] <= time_s < scene.covered[1]:
        values = np.full_like(values, 38.0)
        values[:, :, 2] += np.linspace(0, 18, WIDTH, dtype=np.float32)
        people = {}
    # Half of the noise is drawn once for a block of rows: a whole frame of it costs more than all else.
    noise = rng.normal(0, scene.noise, (HEIGHT // 4, WIDTH, 3)).astype(np.float32)
    shuffled = [np.roll(noise, int(rng.integers(0, WIDTH)), axis=1) for _block in range(4)]
    values += np.concatenate(shuffled)
    return np.clip(values, 0, 255).astype(np.uint8), people
