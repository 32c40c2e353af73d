"""A PNG, JPEG, TIFF or WebP file: each of its frames is one scanned page."""

from __future__ import annotations

import re
import struct
import warnings
import zlib
from pathlib import Path
from types import TracebackType

import cv2
import numpy as np
from PIL import Image as PillowImage
from PIL import ImageOps, UnidentifiedImageError

from open_autoglm.documents.content import Image, PageContent, Picture, Rect
from open_autoglm.errors import DamagedInput, InputMissing, LimitExceeded, UnsupportedFormat, UsageError

FORMATS = ("PNG", "JPEG", "TIFF", "WEBP")
MAX_PIXELS = 80_000_000
"""Of one frame, as its header says: an A3 page at 600 dpi has 70 million. Nothing larger is decoded."""
A4_LONG_SIDE = 11.69
"""Inches; what a picture without a believable resolution is taken to be."""
SCREEN_DPI = 96.0
"""A picture too small for a scanned page at this resolution is taken to be a screenshot."""
BELIEVABLE_DPI = (50.0, 2400.0)
CAMERA_DPI = 72.0
"""Cameras write this whatever they took; it is not believed of pages larger than ``LARGEST_PAGE``."""
LARGEST_PAGE = 17.0
"""Inches."""

_DECODER_ERRORS = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    KeyError,
    IndexError,
    TypeError,
    OverflowError,
    struct.error,
    zlib.error,
)
"""What Pillow's decoders raise on damaged data."""

_BOMBS = (PillowImage.DecompressionBombError, PillowImage.DecompressionBombWarning)


class PictureFile:
    """An open picture file. Use it as a context manager; frames are decoded one at a time."""

    def __init__(
        self, picture: PillowImage.Image, name: str, page_count: int, notes: tuple[str, ...]
    ) -> None:
        self._picture = picture
        self._name = name
        self.page_count = page_count
        self.warnings = notes
        self._decoded: tuple[int, FrameRaster] | None = None

    @classmethod
    def open(cls, path: Path) -> PictureFile:
        """Reads headers only.

        Raises:
            InputMissing: there is no such file, or no right to read it.
            UnsupportedFormat: not a PNG, JPEG, TIFF or WebP picture.
            DamagedInput: empty, or its header is cut or garbage.
            LimitExceeded: a frame has more than ``MAX_PIXELS``.
        """
        try:
            if path.stat().st_size == 0:
                raise DamagedInput(f"{path.name} is empty.", hint="Save or download it again.")
            with path.open("rb"):
                pass
        except OSError as error:
            raise InputMissing(f"Can't read {path}: {error.strerror or error}.") from error
        picture = _open_header(path)
        try:
            _check_size(picture, path.name)
            page_count, notes = _count_frames(picture, path.name)
        except BaseException:
            picture.close()
            raise
        return cls(picture, path.name, page_count, notes)

    def close(self) -> None:
        self._decoded = None
        self._picture.close()

    def __enter__(self) -> PictureFile:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def content(self, number: int) -> PageContent:
        """Page ``number`` (1-based): one picture that fills it, its text still to be recognized.

        Raises DamagedInput where this frame can't be decoded; other frames may still be read.
        """
        raster = self.raster(number)
        whole = Rect(0.0, 0.0, raster.width, raster.height)
        return PageContent(number, raster.width, raster.height, pictures=[Picture(whole)])

    def raster(self, number: int) -> FrameRaster:
        """The decoded frame. The last one is kept, so that asking again costs nothing."""
        if not 1 <= number <= self.page_count:
            raise UsageError(f"{self._name} has no page {number}; it has {self.page_count}.")
        if self._decoded is None or self._decoded[0] != number:
            self._decoded = None
            self._decoded = (number, self._decode(number))
        return self._decoded[1]

    def _decode(self, number: int) -> FrameRaster:
        subject = f"Page {number} of {self._name}" if self.page_count > 1 else self._name
        try:
            with _bombs_as_errors():
                self._picture.seek(number - 1)
                _check_size(self._picture, subject)
                frame = ImageOps.exif_transpose(self._picture)
                rgb = _to_rgb(frame, subject)
        except _BOMBS as error:
            raise _too_large(subject, error) from error
        except _DECODER_ERRORS as error:
            raise DamagedInput(
                f"{subject} is damaged: {_reason(error)}.", hint="Scan, save or download it again."
            ) from error
        dpi_x, dpi_y = _stated_dpi(self._picture, swapped=frame.size != self._picture.size)
        rgb, dpi_x = _square_pixels(rgb, dpi_x, dpi_y)
        return FrameRaster(rgb, page_dpi(rgb.shape[1], rgb.shape[0], dpi_x))


class FrameRaster:
    """Draws one decoded frame (see ``PageRaster``). ``width`` and ``height`` are in points."""

    def __init__(self, pixels: Image, dpi: float) -> None:
        self._pixels = pixels
        self._dpi = dpi
        self.height = pixels.shape[0] * 72 / dpi
        self.width = pixels.shape[1] * 72 / dpi

    def render(self, dpi: float, *, rotation: int = 0, area: Rect | None = None) -> Image:
        """The page turned clockwise, scaled; white beyond its border.

        Raises LimitExceeded where the result would have more than ``MAX_PIXELS``.
        """
        turned = np.rot90(self._pixels, -rotation // 90)
        height, width = turned.shape[:2]
        scale = self._dpi / 72
        box = area or Rect(0.0, 0.0, width / scale, height / scale)
        target = (max(1, round(box.width * dpi / 72)), max(1, round(box.height * dpi / 72)))
        if target[0] * target[1] > MAX_PIXELS:
            raise LimitExceeded(
                f"Drawing {target[0]:,}×{target[1]:,} pixels was asked for; the limit is {MAX_PIXELS:,}.",
                hint="Draw it at fewer dots per inch.",
            )
        cut = _cut(turned, Rect(*(value * scale for value in box)))
        shrinks = target[0] < cut.shape[1]
        resized = cv2.resize(cut, target, interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC)
        return np.asarray(resized, dtype=np.uint8)


def page_dpi(width: int, height: int, stated: float | None) -> float:
    """Pixels per inch to take a picture at, from its size in pixels and what it states itself."""
    long_side = max(width, height)
    if stated is None or not BELIEVABLE_DPI[0] <= stated <= BELIEVABLE_DPI[1]:
        return max(SCREEN_DPI, long_side / A4_LONG_SIDE)
    if stated == CAMERA_DPI and long_side / stated > LARGEST_PAGE:
        return long_side / A4_LONG_SIDE
    return stated


def _open_header(path: Path) -> PillowImage.Image:
    try:
        with _bombs_as_errors():
            return PillowImage.open(path, formats=FORMATS)
    except _BOMBS as error:
        raise _too_large(path.name, error) from error
    except UnidentifiedImageError as error:
        if _has_signature(path):
            raise DamagedInput(
                f"{path.name} is damaged: its header can't be read.", hint="Scan, save or download it again."
            ) from error
        raise UnsupportedFormat(
            f"{path.name} is not a picture that can be read.", hint="Save it as PNG, JPEG, TIFF or WebP."
        ) from error
    except _DECODER_ERRORS as error:
        raise DamagedInput(
            f"{path.name} is damaged: {_reason(error)}.", hint="Scan, save or download it again."
        ) from error


def _has_signature(path: Path) -> bool:
    with path.open("rb") as file:
        head = file.read(12)
    known = (b"\x89PNG", b"\xff\xd8\xff", b"II*\x00", b"MM\x00*")
    return head.startswith(known) or (head[:4] == b"RIFF" and head[8:] == b"WEBP")


def _bombs_as_errors() -> warnings.catch_warnings[None]:
    """Pillow only warns of pictures between its two own limits."""
    return warnings.catch_warnings(action="error", category=PillowImage.DecompressionBombWarning)


def _count_frames(picture: PillowImage.Image, name: str) -> tuple[int, tuple[str, ...]]:
    """How many frames there are; a chain that breaks off still has the frames before the break."""
    if picture.format != "TIFF":
        return int(getattr(picture, "n_frames", 1)), ()
    count = 1
    while True:
        try:
            with _bombs_as_errors():
                picture.seek(count)
        except EOFError:
            return count, ()
        except _BOMBS:
            count += 1
        except _DECODER_ERRORS as error:
            return count + 1, (f"{name} breaks off after page {count}: {_reason(error)}.",)
        else:
            count += 1


def _check_size(picture: PillowImage.Image, subject: str) -> None:
    width, height = picture.size
    if width * height > MAX_PIXELS:
        raise LimitExceeded(
            f"{subject} has {width:,}×{height:,} pixels; the limit is {MAX_PIXELS:,} pixels.",
            hint="Scale it down, or cut it into pages.",
        )
    if width == 0 or height == 0:
        raise DamagedInput(f"{subject} has no pixels.", hint="Scan, save or download it again.")


def _too_large(subject: str, error: BaseException) -> LimitExceeded:
    # Pillow refuses before it says how wide and high the picture is.
    found = re.search(r"\((\d+) pixels\)", str(error))
    size = f"{int(found[1]):,} pixels" if found else "too many pixels"
    return LimitExceeded(
        f"{subject} has {size}; the limit is {MAX_PIXELS:,} pixels.",
        hint="Scale it down, or cut it into pages.",
    )


def _reason(error: BaseException) -> str:
    return " ".join(str(error).split()).rstrip(".")[:160] or type(error).__name__


def _stated_dpi(picture: PillowImage.Image, *, swapped: bool) -> tuple[float | None, float | None]:
    stated = picture.info.get("dpi")
    try:
        x, y = (float(value) for value in stated)  # type: ignore[union-attr]
    except (TypeError, ValueError, ZeroDivisionError):
        return None, None
    return (y, x) if swapped else (x, y)


def _square_pixels(pixels: Image, dpi_x: float | None, dpi_y: float | None) -> tuple[Image, float | None]:
    """Fax pages have twice as many pixels across as down: rows are stretched to match."""
    if not dpi_x or not dpi_y or not 1.02 < max(dpi_x / dpi_y, dpi_y / dpi_x) < 4:
        return pixels, dpi_x
    height, width = pixels.shape[:2]
    dpi = max(dpi_x, dpi_y)
    size = (round(width * dpi / dpi_x), round(height * dpi / dpi_y))
    if size[0] * size[1] > MAX_PIXELS:
        return pixels, dpi_x
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_LINEAR), dtype=np.uint8), dpi


def _to_rgb(frame: PillowImage.Image, subject: str) -> Image:
    """Any mode as RGB: deep gray scaled to 8 bits, transparency on white."""
    frame.load()
    if frame.mode.startswith(("I", "F")):
        return _deep_to_rgb(np.asarray(frame, dtype=np.float32))
    try:
        if frame.has_transparency_data:
            colored = frame.convert("RGBA")
            paper = PillowImage.new("RGBA", frame.size, "white")
            frame = PillowImage.alpha_composite(paper, colored)
        return np.asarray(frame.convert("RGB"), dtype=np.uint8)
    except ValueError as error:
        raise UnsupportedFormat(
            f"{subject} has colors in the form {frame.mode}, which can't be read.", hint="Save it as RGB."
        ) from error


def _deep_to_rgb(values: np.ndarray[tuple[int, ...], np.dtype[np.float32]]) -> Image:
    """Gray of more than 8 bits. White is the top of the smallest usual depth that holds all values."""
    largest = float(np.nanmax(values)) if values.size else 0.0
    white = next((top for top in (1.0, 255.0, 4095.0, 65535.0) if largest <= top), largest)
    gray = np.clip(np.nan_to_num(values) * (255 / white), 0, 255).astype(np.uint8)
    return np.repeat(gray[:, :, np.newaxis], 3, axis=2)


def _cut(pixels: Image, box: Rect) -> Image:
    """The part inside ``box``, in pixels; what lies outside the picture is white."""
    height, width = pixels.shape[:2]
    x0, y0 = round(box.x0), round(box.y0)
    x1, y1 = max(round(box.x1), x0 + 1), max(round(box.y1), y0 + 1)
    inside = pixels[max(0, y0) : max(0, min(height, y1)), max(0, x0) : max(0, min(width, x1))]
    if inside.shape[:2] == (y1 - y0, x1 - x0):
        return np.ascontiguousarray(inside)
    whole = np.full((y1 - y0, x1 - x0, 3), 255, dtype=np.uint8)
    if inside.size:
        top, left = max(0, y0) - y0, max(0, x0) - x0
        whole[top : top + inside.shape[0], left : left + inside.shape[1]] = inside
    return whole
