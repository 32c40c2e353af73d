"""Frames of a file, a stream or a camera, with their times. Runs in a worker: what it reads may be hostile.

Times are those of the frames' own timestamps, counted from the first frame; nothing is believed of a header
that frames can tell better. PyAV (https://pyav.basswood-io.com) reads with FFmpeg's libraries.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, cast

import av
import numpy as np

from open_autoglm.errors import DamagedInput, InputError, InputMissing, LimitExceeded, UnsupportedFormat
from open_autoglm.video.clock import FrameClock
from open_autoglm.video.limits import VideoLimits
from open_autoglm.video.observation import VideoFacts
from open_autoglm.video.sources import VideoSource

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.packet import Packet
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream
    from numpy.typing import NDArray

GUESSED_RATE = 25.0
"""Frames a second where a stream says nothing believable and has no timestamps."""

LIVE_PROBE = {"probesize": "1000000", "analyzeduration": "1000000"}
"""Bytes and microseconds that are looked at before a stream begins; a file may take FFmpeg's 5 of each."""

MAX_STREAMS = 64
MAX_BAD_PACKETS_IN_A_ROW = 3000
"""After so many the rest of a file is given up: two minutes of nothing at 25 frames a second."""

MAX_BAD_READS = 1000
"""Damaged places in one file that are stepped over."""

EARLIEST_YEAR = 1990
"""Recorders without a clock write the beginning of theirs, 1904 or 1970."""

EARLIEST_S = 1e-6
"""Times closer than this are the same."""

JUMP_BEYOND_S = 10.0
"""What lies farther ahead is jumped to where nothing tells how far apart key frames are."""

LEAST_JUMP_S = 0.5
"""A jump empties the decoder: it has to save more than this."""

_PLAYLISTS = (b"#EXTM3U", b"ffconcat", b"[playlist]", b"<MPD", b"v=0\n", b"v=0\r")
"""They name other files and addresses to be read; a recording does not."""

_NO_RECORDINGS = frozenset({"tty", "hls", "dash", "concat", "sdp", "lavfi", "imf"})


class StreamLost(InputError):
    """The connection to a stream or camera broke; it may come back."""

    retryable = True


@dataclass(frozen=True, slots=True)
class DecodedFrame:
    time_s: float
    number: int
    """From 0; estimated from the time after a jump and where frames are skipped."""
    frame: VideoFrame

    def bgr(self, width: int | None = None) -> NDArray[np.uint8]:
        """The upright picture, height × width × 3; made narrower where ``width`` is less than its own."""
        frame = self.frame
        turned = round(frame.rotation / 90) % 4
        own = frame.height if turned % 2 else frame.width
        if width is not None and width < own:
            scale = width / own
            frame = frame.reformat(
                width=max(2, round(frame.width * scale)),
                height=max(2, round(frame.height * scale)),
                format="bgr24",
                interpolation="AREA",
            )
        picture = cast("NDArray[np.uint8]", frame.to_ndarray(format="bgr24"))
        return np.ascontiguousarray(np.rot90(picture, turned)) if turned else picture


class VideoDecoder:
    """One open video. Use as a context manager.

    ``frames`` goes on over damaged packets; ``damaged_packets`` counts them. ``skip_unreferenced`` may be
    set at any time: frames that no other frame needs (most B frames) are then not decoded.
    """

    def __init__(
        self, container: InputContainer, stream: VideoStream, source: VideoSource, limits: VideoLimits
    ) -> None:
        self._container = container
        self._stream = stream
        self._source = source
        self._limits = limits
        self._skipping = False
        self._read = False
        self._first: VideoFrame | None = None
        self._running = self._decode()
        self._clock = FrameClock(stream.time_base, believable_rate(stream) or GUESSED_RATE)
        self.damaged_packets = 0
        self.rate = believable_rate(stream)

    @classmethod
    def open(cls, source: VideoSource, limits: VideoLimits, *, threads: int = 1) -> VideoDecoder:
        """Open and look at the header. Raises the errors of ``open_autoglm.errors``, each one sentence."""
        container = _open_container(source, limits)
        try:
            stream = _video_stream(container, source)
            _check_size(stream.codec_context.width, stream.codec_context.height, source, limits)
            stream.thread_type = "AUTO"
            stream.codec_context.thread_count = threads
            # FFmpeg's own bound: a size that changes inside the stream is refused before memory is taken.
            stream.codec_context.options = {"max_pixels": str(int(limits.max_frame_megapixels * 1e6))}
        except BaseException:
            container.close()
            raise
        return cls(container, stream, source, limits)

    def __enter__(self) -> VideoDecoder:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        self._container.close()

    def skip_unreferenced(self) -> None:
        self._stream.codec_context.skip_frame = "NONREF"
        self._skipping = True

    def facts(self) -> VideoFacts:
        """Decodes the first frame where that has not happened. Raises DamagedInput where there is none."""
        frame = self._first_frame()
        turned = round(frame.rotation / 90) % 2
        width, height = (frame.height, frame.width) if turned else (frame.width, frame.height)
        return VideoFacts(
            name=self._source.name,
            width=width,
            height=height,
            codec=self._stream.codec_context.name,
            container=self._container.format.name,
            live=self.live,
            duration_s=self._duration_s(),
            frame_rate=self.rate,
            started_at=datetime.now().replace(microsecond=0) if self.live else self._started_at(),
        )

    @property
    def live(self) -> bool:
        """Whether it goes on without a known end."""
        return self._source.kind == "camera" or (self._source.kind == "stream" and self._duration_s() is None)

    def frames(self, start_s: float = 0.0, anchor: tuple[float, int] | None = None) -> Iterator[DecodedFrame]:
        """All frames later than ``start_s`` (from the first one where it is 0), in the order of time.

        ``anchor`` is the time and number of one frame, known from an earlier run: after a jump numbers are
        estimated from the time up to there, and exact from there on.
        """
        first = self._first_frame()
        decoded: Iterator[VideoFrame] = chain((first,), self._running)
        if start_s > 0 or self._read:
            self._go_to(start_s)
            decoded = self._running
        self._read = True
        number = 0 if start_s <= 0 else None
        for frame in decoded:
            time_s = self._clock.time_of(frame.pts)
            if start_s > 0 and time_s <= start_s + EARLIEST_S:
                continue
            if number is None or self._skipping:
                number = round(time_s * (self.rate or GUESSED_RATE))
            if anchor is not None and time_s >= anchor[0] - EARLIEST_S:
                late = time_s > anchor[0] + EARLIEST_S
                number, anchor = anchor[1] + late, None
            yield DecodedFrame(time_s, number, frame)
            number += 1

    def worth_a_jump(self, now_s: float, target_s: float) -> bool:
        """Whether ``frames(target_s)`` comes there with fewer frames decoded than going on from ``now_s``."""
        known = getattr(self._stream, "index_entries", ())
        target = self._clock.timestamp_of(target_s)
        # Some containers are indexed only as far as they have been read.
        if not known or known[-1].timestamp < target:
            return target_s - now_s > JUMP_BEYOND_S
        key = known.search_timestamp(target)
        return key >= 0 and bool(known[key].timestamp > self._clock.timestamp_of(now_s + LEAST_JUMP_S))

    def _go_to(self, start_s: float) -> None:
        try:
            self._container.seek(self._clock.timestamp_of(start_s), stream=self._stream, backward=True)
        except (av.error.FFmpegError, OverflowError):
            return  # no index: everything up to there is decoded
        self._clock.jumped()
        self._running = self._decode()

    def _first_frame(self) -> VideoFrame:
        if self._first is None:
            self._first = next(self._running, None)
            if self._first is None:
                raise DamagedInput(
                    f"{self._source.name} has a video stream ({self._stream.codec_context.name}), but not "
                    "one frame of it can be decoded.",
                    hint="The file may be damaged or cut off; copy it again from where it was recorded.",
                )
            self._clock.begin(self._first.pts)
        return self._first

    def _decode(self) -> Iterator[VideoFrame]:
        bad_in_a_row = 0
        for packet in self._packets():
            try:
                frames = packet.decode()
            except av.error.EOFError:
                return
            except av.error.FFmpegError:
                self.damaged_packets += 1
                bad_in_a_row += 1
                if bad_in_a_row > MAX_BAD_PACKETS_IN_A_ROW:
                    return
                continue
            for frame in frames:
                bad_in_a_row = 0
                _check_size(frame.width, frame.height, self._source, self._limits)
                yield frame

    def _packets(self) -> Iterator[Packet[VideoStream]]:
        """Goes on after damage that the demuxer can step over. Raises StreamLost for what is no file."""
        for _ in range(MAX_BAD_READS):
            try:
                yield from self._container.demux(self._stream)
            except av.error.EOFError:
                return
            except av.error.FFmpegError as error:
                if self._source.kind != "file":
                    raise StreamLost(f"{self._source.name} was lost ({_reason(error)}).") from error
                self.damaged_packets += 1
            except IndexError:
                # PyAV's answer to a packet of a stream that the header does not name.
                self.damaged_packets += 1
            else:
                return

    def _started_at(self) -> datetime | None:
        for tags in (self._container.metadata, self._stream.metadata):
            told = tags.get("com.apple.quicktime.creationdate") or tags.get("creation_time")
            with suppress(ValueError, OverflowError, OSError):
                moment = datetime.fromisoformat(told or "").astimezone().replace(tzinfo=None)
                if moment.year >= EARLIEST_YEAR:
                    return moment
        return None

    def _duration_s(self) -> float | None:
        own = self._stream.duration
        if own is not None and own > 0 and self._stream.time_base:
            return float(own * self._stream.time_base)
        whole = self._container.duration
        return whole / av.time_base if whole is not None and whole > 0 else None


def believable_rate(stream: VideoStream) -> float | None:
    """The mean frame rate; None where the header's can't be one."""
    for rate in (stream.average_rate, stream.guessed_rate, stream.base_rate):
        if rate is not None and 0.05 <= float(rate) <= 300:
            return float(rate)
    return None


def _check_size(width: int, height: int, source: VideoSource, limits: VideoLimits) -> None:
    if width * height > limits.max_frame_megapixels * 1e6:
        raise LimitExceeded(
            f"The frames of {source.name} are {width} × {height} pixels; at most "
            f"{limits.max_frame_megapixels:g} million pixels are read.",
            hint="Make a smaller copy with a video program, for example 1920 wide.",
        )


def _video_stream(container: InputContainer, source: VideoSource) -> VideoStream:
    if container.format.name in _NO_RECORDINGS:
        raise UnsupportedFormat(
            f"{source.name} is no recording ({container.format.long_name}).",
            hint="Hand in a video file, such as MP4, MKV or AVI.",
        )
    cover = av.stream.Disposition.attached_pic
    streams = [stream for stream in container.streams.video if not stream.disposition & cover]
    if not streams:
        raise UnsupportedFormat(
            f"{source.name} has no video stream ({container.format.long_name or container.format.name}).",
            hint="Hand in the file that holds the pictures; sound alone can't be analysed.",
        )
    best = max(streams, key=lambda s: (s.codec_context is not None and s.width * s.height, -s.index))
    if best.codec_context is None:
        raise UnsupportedFormat(
            f"The video in {source.name} is coded in a way that can't be decoded here.",
            hint="Convert it to H.264 with a video program.",
        )
    return best


def _open_container(source: VideoSource, limits: VideoLimits) -> InputContainer:
    address, format_name, options = source.address, None, {"max_streams": str(MAX_STREAMS)}
    if source.kind == "file":
        _refuse_what_is_no_recording(Path(address), source.name)
        # Nothing in a file may lead to another address.
        options["protocol_whitelist"] = "file,crypto,data"
    elif source.kind == "camera":
        address, format_name = _camera(address)
    elif address.lower().startswith("rtsp"):
        # Packets over UDP get lost without a trace, and routers drop them.
        options["rtsp_transport"] = "tcp"
    if source.kind != "file":
        options |= LIVE_PROBE
    try:
        return av.open(
            address,
            format=format_name,
            options=options,
            timeout=None if source.kind == "file" else (limits.open_timeout_s, limits.live_silence_s),
            metadata_errors="replace",
        )
    except FileNotFoundError as error:
        raise _unreachable(source, error) from error
    except MemoryError as error:
        raise LimitExceeded(
            f"The header of {source.name} needs more than {limits.worker_memory_mb:,} MB of memory.",
            hint="Copy the video stream alone into a new file with a video program.",
        ) from error
    except (av.error.FFmpegError, OSError, ValueError) as error:
        if source.kind != "file":
            raise _unreachable(source, error) from error
        raise DamagedInput(
            f"{source.name} can't be read as a video ({_reason(error)}).",
            hint="It may be no video, or a recording cut off before its index was written (a program for "
            "repairing MP4 files may help).",
        ) from error


def _refuse_what_is_no_recording(path: Path, name: str) -> None:
    try:
        with path.open("rb") as stream:
            head = stream.read(4096)
    except OSError as error:
        raise InputMissing(f"{name} can't be opened: {error.strerror or error}.") from error
    if not head:
        raise DamagedInput(f"{name} is empty (0 bytes).", hint="Copy it again from where it was recorded.")
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if start.startswith(_PLAYLISTS) or (start.startswith(b"<") and b"<MPD" in head):
        raise UnsupportedFormat(
            f"{name} is a list of other files, not a recording.",
            hint="Hand in the video file itself, or the stream's address.",
        )
    if not head.strip(b"\x00"):
        raise DamagedInput(
            f"{name} begins with zeros only and holds no video.",
            hint="Copy it again from where it was recorded.",
        )


def _unreachable(source: VideoSource, error: Exception) -> InputMissing:
    kind = "camera" if source.kind == "camera" else "stream"
    return InputMissing(
        f"The {kind} {source.name} can't be opened ({_reason(error)}).",
        hint="Check that it is switched on, the address, and the user and password in it.",
    )


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or type(error).__name__


def _camera(address: str) -> tuple[str, str]:
    """Its name and FFmpeg's input format, by system."""
    if sys.platform == "win32":
        return f"video={address}", "dshow"
    if sys.platform == "darwin":
        return address, "avfoundation"
    return (f"/dev/video{address}" if address.isdigit() else address), "v4l2"
