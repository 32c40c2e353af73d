"""Reads the characters of one line cut out of a picture.

The network is a recognizer trained with connectionist temporal classification (Graves et al., 2006):
for each narrow column of the line it gives every character a probability; repeats and blanks fall
away. The column of a character tells where it stands.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from open_autoglm.documents.content import Image
from open_autoglm.documents.ocr.detection import Quad
from open_autoglm.documents.ocr.models import REMEDY, FloatArray, Network, OcrModel
from open_autoglm.errors import ModelFileRejected

LINE_HEIGHT = 48
"""Pixels; what the network was trained on."""
WIDTH_STEP = 32
"""Widths are rounded up to this, so that a page needs few different shapes."""
MAX_WIDTH = 3200
"""A line wider than this at ``LINE_HEIGHT`` is squeezed; it would be 66 times as long as high."""
BLANK = 0


@dataclass(frozen=True, slots=True)
class Character:
    """One recognized character. ``position`` is its middle, as a fraction of the line's length."""

    text: str
    position: float
    confidence: float
    """Probability that the network gives it, at the column where it is surest."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a line says. ``strip`` is the upright cut-out it was read from."""

    characters: tuple[Character, ...]
    strip: Image

    @property
    def text(self) -> str:
        return "".join(character.text for character in self.characters)

    @property
    def confidence(self) -> float:
        """Mean over the characters that are not spaces; 0 where nothing was read."""
        values = [character.confidence for character in self.characters if not character.text.isspace()]
        return sum(values) / len(values) if values else 0.0


class LineRecognizer:
    """Reads one line at a time: on a processor, lines of unlike width gain nothing from a batch."""

    def __init__(self, network: Network) -> None:
        if not network.characters:
            raise ModelFileRejected(
                f"{OcrModel.RECOGNITION.value} carries no list of characters: it is not the model expected.",
                hint=REMEDY,
            )
        self._network = network
        # The list leaves out the blank before it and the space behind it.
        self._alphabet = ["", *network.characters.splitlines(), " "]

    def read(self, strip: Image) -> Reading:
        """``strip`` is one line, upright, RGB, shape (height, width, 3)."""
        height, width = strip.shape[:2]
        scaled = min(MAX_WIDTH, max(1, math.ceil(width * LINE_HEIGHT / height)))
        padded = math.ceil(scaled / WIDTH_STEP) * WIDTH_STEP
        probabilities = self._network(_to_tensor(strip, scaled, padded))[0]
        return Reading(self._decode(probabilities, padded / scaled), strip)

    def _decode(self, probabilities: FloatArray, stretch: float) -> tuple[Character, ...]:
        """Best path through the columns, shape (columns, classes)."""
        best = probabilities.argmax(axis=1)
        sureness = probabilities[np.arange(best.size), best]
        characters: list[Character] = []
        start = 0
        for end in range(1, best.size + 1):
            if end < best.size and best[end] == best[start]:
                continue
            if best[start] != BLANK:
                column = start + int(sureness[start:end].argmax())
                position = min(1.0, (start + end) / 2 / best.size * stretch)
                text = self._alphabet[best[start]]
                characters.append(Character(text, position, float(sureness[column])))
            start = end
        return tuple(characters)


def cut_out(image: Image, quad: Quad) -> Image:
    """The line inside a box, turned so that its first edge is level and points right."""
    along = quad[1] - quad[0]
    if min(abs(along)) < 1.0:
        # Quarter turns need no interpolation, which would blur small print.
        x0, y0 = np.floor(quad.min(axis=0)).astype(int)
        x1, y1 = np.ceil(quad.max(axis=0)).astype(int)
        strip = image[y0 : max(y1, y0 + 1), x0 : max(x1, x0 + 1)]
        quarters = round(math.degrees(math.atan2(along[1], along[0])) / 90)
        return np.ascontiguousarray(np.rot90(strip, quarters))
    width = max(1, round(float(np.linalg.norm(along))))
    height = max(1, round(float(np.linalg.norm(quad[3] - quad[0]))))
    target = np.array([[0, 0], [width, 0], [width, height]], dtype=np.float32)
    transform = cv2.getAffineTransform(quad[:3], target)
    level = cv2.warpAffine(
        image, transform, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(level, dtype=np.uint8)


def _to_tensor(strip: Image, scaled: int, padded: int) -> FloatArray:
    """Shape (1, 3, 48, padded), values from -1 to 1; the padding is mid-gray, as in training."""
    shrinks = strip.shape[0] > LINE_HEIGHT
    resized = cv2.resize(
        strip, (scaled, LINE_HEIGHT), interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    )
    tensor = np.zeros((1, 3, LINE_HEIGHT, padded), dtype=np.float32)
    tensor[0, :, :, :scaled] = resized[:, :, ::-1].transpose(2, 0, 1) * np.float32(2 / 255) - 1
    return tensor
