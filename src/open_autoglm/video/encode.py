"""Writes MP4 files of drawn frames, whole or not at all."""

from __future__ import annotations

import contextlib
import tempfile
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Any

import av
import av.error

from open_autoglm.errors import ExtraMissing, OutputFailed
from open_autoglm.video.drawing import Image

ENCODERS: tuple[tuple[str, dict[str, str]], ...] = (
    ("libvpx-vp9", {"deadline": "realtime", "cpu-used": "8", "row-mt": "1", "crf": "36", "b": "0"}),
    ("libx264", {"preset": "veryfast", "crf": "25"}),
    ("mpeg4", {"q": "5"}),
)
"""The first that is there is used. VP9 is free of patents' fees and its encoder is BSD; browsers play it."""

TIME_BASE = Fraction(1, 1000)
KEY_FRAME_S = 2
"""A player jumps to the nearest key frame."""


class VideoWriter:
    """A context manager; leaving it well puts the file in place, leaving it by an error removes it.

    Frames keep their times, so a recording with an uneven rate stays uneven. ``threads`` bounds the
    encoder. Raises OutputFailed where it can't be written, ExtraMissing where there is no encoder.
    """

    def __init__(self, path: Path, *, rate: float = 10.0, threads: int = 2) -> None:
        self._path = path
        self._rate = Fraction(max(1.0, min(rate, 120.0))).limit_denominator(1001)
        self._threads = threads
        self._temporary: Path | None = None
        self._container: Any = None
        self._stream: Any = None
        self._last = -1
        self._origin_s = 0.0

    def __enter__(self) -> VideoWriter:
        try:
            with tempfile.NamedTemporaryFile(
                dir=self._path.parent, prefix=f".{self._path.name}.", suffix=".mp4", delete=False
            ) as file:
                self._temporary = Path(file.name)
            self._container = av.open(
                str(self._temporary), "w", format="mp4", options={"movflags": "+faststart"}
            )
        except (OSError, av.error.FFmpegError) as error:
            self._remove()
            raise self._failed(error) from error
        return self

    def write(self, image: Image, time_s: float) -> None:
        """One frame, later than the one before; all have the size of the first."""
        try:
            if self._stream is None:
                self._stream = self._open_stream(image)
                self._origin_s = time_s
            # Chroma planes are half as large: an odd row or column is left away.
            cut = image[: self._stream.height, : self._stream.width]
            frame = av.VideoFrame.from_ndarray(cut, format="bgr24")
            frame.time_base = TIME_BASE
            frame.pts = self._last = max(self._last + 1, round((time_s - self._origin_s) / TIME_BASE))
            for packet in self._stream.encode(frame):
                self._container.mux(packet)
        except (OSError, av.error.FFmpegError) as error:
            raise self._failed(error) from error

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None and self._stream is not None:
                for packet in self._stream.encode():
                    self._container.mux(packet)
            self._container.close()
            if kind is None:
                if self._stream is None:
                    raise OutputFailed(f"No frame was there for {self._path}.", hint="Nothing was written.")
                temporary, self._temporary = self._temporary, None
                if temporary is not None:
                    temporary.chmod(0o644)
                    temporary.replace(self._path)
        except (OSError, av.error.FFmpegError) as cause:
            if kind is None:
                raise self._failed(cause) from cause
        finally:
            self._remove()

    def _open_stream(self, image: Image) -> Any:
        for name, options in ENCODERS:
            try:
                stream = self._container.add_stream(name, rate=self._rate, options=options)
            except (ValueError, av.error.FFmpegError):
                continue  # this build has no such encoder
            stream.width, stream.height = image.shape[1] // 2 * 2, image.shape[0] // 2 * 2
            stream.pix_fmt = "yuv420p"
            stream.time_base = stream.codec_context.time_base = TIME_BASE
            stream.codec_context.gop_size = max(1, round(self._rate * KEY_FRAME_S))
            stream.codec_context.thread_count = self._threads
            return stream
        raise ExtraMissing(
            "This build of FFmpeg has no encoder for MP4.", hint="Install the package av from a wheel."
        )

    def _failed(self, error: Exception) -> OutputFailed:
        reason = getattr(error, "strerror", None) or error
        return OutputFailed(
            f"Can't write {self._path}: {reason}.",
            hint="Nothing was left half-written. Free some space or choose another place.",
        )

    def _remove(self) -> None:
        if self._temporary is not None:
            with contextlib.suppress(OSError):
                self._temporary.unlink(missing_ok=True)
            self._temporary = None
