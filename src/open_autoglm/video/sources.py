"""What can be analysed: a file, a stream or a camera, told apart by how it is named."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from open_autoglm.errors import InputMissing, UnsupportedFormat

STREAM_SCHEMES = ("rtsp", "rtsps", "http", "https", "rtmp", "rtmps", "srt", "udp", "rtp", "tcp")

RECORDING_SUFFIXES = frozenset(
    f".{ending}"
    for ending in (
        *("mp4", "m4v", "mov", "mkv", "webm", "avi", "ts", "m2ts", "mts", "mpg", "mpeg", "vob", "flv", "f4v"),
        *("wmv", "asf", "3gp", "3g2", "ogv", "ogm", "mxf", "dv", "dav", "h264", "264", "h265", "hevc", "265"),
        *("mjpeg", "mjpg", "ivf", "nut", "rm", "rmvb", "wtv"),
    )
)
"""What is taken from a folder. A file that is named itself may be called anything."""

_SCHEME = re.compile(r"^([a-z][a-z0-9+.-]+)://", re.IGNORECASE)
_USER = re.compile(r"//[^/@]*@")


@dataclass(frozen=True, slots=True)
class VideoSource:
    """``address`` is an absolute path, a URL, or the number or name of a camera."""

    kind: Literal["file", "stream", "camera"]
    address: str
    name: str
    """For people; never with a password in it."""


def source_of(text: str | Path) -> VideoSource:
    """Tell what is named. Raises InputMissing for a missing file, UnsupportedFormat for an unknown scheme."""
    if isinstance(text, str):
        if text.startswith("camera:"):
            return VideoSource("camera", text.removeprefix("camera:") or "0", text)
        scheme = _SCHEME.match(text)
        if scheme is not None:
            if scheme[1].lower() not in STREAM_SCHEMES:
                raise UnsupportedFormat(
                    f"{text.split('://')[0]}:// is no kind of stream that is read.",
                    hint=f"Streams begin with one of {', '.join(STREAM_SCHEMES)}.",
                )
            return VideoSource("stream", text, without_password(text))
    path = Path(text)
    if not path.is_file():
        raise InputMissing(f"There is no file {path}.", hint="Check the name and the folder.")
    return VideoSource("file", str(path.absolute()), path.name)


def recordings_in(folder: Path) -> tuple[Path, ...]:
    """The recordings in a folder, not in its subfolders, by name. Raises InputMissing where there is none."""
    found = sorted(
        path for path in folder.iterdir() if path.suffix.lower() in RECORDING_SUFFIXES and path.is_file()
    )
    if not found:
        raise InputMissing(
            f"No recording lies in {folder}.", hint=f"Looked for {' '.join(sorted(RECORDING_SUFFIXES))}."
        )
    return tuple(found)


def without_password(url: str) -> str:
    return _USER.sub("//", url)
