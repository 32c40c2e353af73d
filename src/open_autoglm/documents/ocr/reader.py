"""Reads the text of a picture: detection, orientation, recognition, words with boxes.

Chinese and English, printed and handwritten, by PP-OCRv6 (weights in the ``rapidocr`` wheel).
A word is as sure as its least sure character; what is read with little confidence is kept and marked
by it, never dropped.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, cached_property

import cv2
import numpy as np

from open_autoglm.documents.content import Image, Line, Rect
from open_autoglm.documents.ocr.detection import Quad, detect_lines
from open_autoglm.documents.ocr.lines import to_lines
from open_autoglm.documents.ocr.models import Network, OcrModel, OcrSettings, load_network
from open_autoglm.documents.ocr.orientation import Orientation, find_orientation, find_tilt, sides, turn_quad
from open_autoglm.documents.ocr.picture_text import PictureText
from open_autoglm.documents.ocr.recognition import LineRecognizer, Reading, cut_out

DETECTION_DPI = 72.0
"""Resolution at which lines are looked for: they are found at half the size that reading needs."""
FINE_PRINT = 12.0
"""Height of a box, in pixels that the detector saw, under which it may hold several lines at once."""
FINE_SHARE = 0.25
"""Share of such boxes at which the page is searched again at twice the size."""
MAX_DETECTION_SIDE = 2048
HURRIED_WIDTH = 0.8
"""Lines are read squeezed to this width first, which costs that much less."""
HURRIED_CONFIDENCE = 0.97
"""A line read with less confidence than this is read again at full width."""
STANDING = 1.5
"""Height by width above which a box may hold a line that runs up or down."""


class OcrReader:
    """Holds the loaded models; they load when first needed. One reader serves one thread."""

    def __init__(self, settings: OcrSettings | None = None) -> None:
        self._settings = settings or OcrSettings()

    @cached_property
    def _detector(self) -> Network:
        return load_network(OcrModel.DETECTION, self._settings)

    @cached_property
    def _recognizer(self) -> LineRecognizer:
        return LineRecognizer(load_network(OcrModel.RECOGNITION, self._settings))

    def read(
        self, image: Image, dpi: float, *, find_turn: bool = True, known: Sequence[Rect] = ()
    ) -> PictureText:
        """All text in a picture.

        Args:
            image: RGB, shape (height, width, 3).
            dpi: pixels per inch: boxes come back in points.
            find_turn: whether the picture may lie on its side or head.
            known: places in points of the picture as given whose text is known already.

        Raises:
            ExtraMissing, ModelFileRejected: the models are not installed or damaged.
        """
        quads = [quad for quad in self.detect(image, dpi) if not _covered(quad, known, dpi)]
        orientation = Orientation()
        if find_turn:
            orientation = find_orientation(quads, lambda quad: self._glance(cut_out(image, quad)))
        readings = {
            index: reading
            for index, reading in orientation.readings.items()
            if reading.confidence >= HURRIED_CONFIDENCE
        }
        upright = np.rot90(image, -orientation.turn // 90)
        tilt = find_tilt([turn_quad(quad, orientation.turn) for quad in quads], orientation.turn)
        if orientation.turn or tilt:
            # Lines are boxed more tightly where they are level, and level cuts need no interpolation.
            readings = {}
            upright = _level(upright, tilt)
            quads = self.detect(upright, dpi)
        lines: list[Line] = []
        for index, quad in enumerate(quads):
            reading, direction = readings.get(index), quad
            if reading is None or _stands(quad):
                reading, direction = self._read_any_way(upright, quad)
            lines.extend(to_lines(reading, direction, 72 / dpi))
        return PictureText(_by_rows(lines), orientation.turn, tilt, upright)

    def detect(self, image: Image, dpi: float) -> list[Quad]:
        """Boxes of the lines in pixels, from top to bottom, whichever way the text runs."""
        bound = MAX_DETECTION_SIDE / max(image.shape[:2])
        scale = min(bound, DETECTION_DPI / dpi)
        quads = detect_lines(self._detector, image, scale)
        fine = sum(min(sides(quad)) * scale < FINE_PRINT for quad in quads)
        finer = min(bound, 2 * scale)
        if fine >= FINE_SHARE * len(quads) and finer > 1.3 * scale:
            # Also where nothing was found: the print may be too fine to be seen at all.
            return detect_lines(self._detector, image, finer)
        return quads

    def recognize(self, image: Image, quad: Quad) -> Reading:
        """One line, whose first edge in ``quad`` runs along the text."""
        strip = cut_out(image, quad)
        hurried = self._glance(strip)
        if hurried.confidence >= HURRIED_CONFIDENCE:
            return hurried
        careful = self._recognizer.read(strip)
        return careful if careful.confidence >= hurried.confidence else hurried

    def _glance(self, strip: Image) -> Reading:
        """A line read at reduced width."""
        height, width = strip.shape[:2]
        size = (max(1, round(width * HURRIED_WIDTH)), height)
        squeezed = np.asarray(cv2.resize(strip, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
        return Reading(self._recognizer.read(squeezed).characters, strip)

    def _read_any_way(self, image: Image, quad: Quad) -> tuple[Reading, Quad]:
        """A box that stands may hold one narrow letter, or a line that runs up or down."""
        if not _stands(quad):
            return self.recognize(image, quad), quad
        width, height = sides(quad)
        turns = (0, 90, 270) if height < 3 * width else (90, 270)
        attempts = [
            (self.recognize(image, turned), turned) for turned in (turn_quad(quad, turn) for turn in turns)
        ]
        return max(attempts, key=lambda attempt: attempt[0].confidence)


@cache
def shared_reader(settings: OcrSettings) -> OcrReader:
    """The reader of this process: loading takes 0.2 s and 100 MB, and a worker reads many pages."""
    return OcrReader(settings)


def _by_rows(lines: list[Line]) -> list[Line]:
    """From top to bottom, and from left to right where lines stand beside each other."""
    rows: list[list[Line]] = []
    for line in sorted(lines, key=lambda line: line.box.y0 + line.box.y1):
        middle = (line.box.y0 + line.box.y1) / 2
        if rows and rows[-1][0].box.y0 < middle < rows[-1][0].box.y1:
            rows[-1].append(line)
        else:
            rows.append([line])
    return [line for row in rows for line in sorted(row, key=lambda line: line.box.x0)]


def _stands(quad: Quad) -> bool:
    width, height = sides(quad)
    return height > STANDING * width


def _covered(quad: Quad, known: Sequence[Rect], dpi: float) -> bool:
    (x0, y0), (x1, y1) = quad.min(axis=0) * 72 / dpi, quad.max(axis=0) * 72 / dpi
    box = Rect(float(x0), float(y0), float(x1), float(y1))
    area = max(box.width * box.height, 1e-6)
    # A detected box is about half as high again as its text, and known boxes do not overlap much.
    return sum(box.overlap(rect) for rect in known) > 0.35 * area


def _level(image: Image, tilt: float) -> Image:
    """The picture turned against its tilt, at its own size; new corners repeat the border."""
    if not tilt:
        return np.ascontiguousarray(image)
    height, width = image.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), tilt, 1.0)
    level = cv2.warpAffine(
        image, matrix, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(level, dtype=np.uint8)
