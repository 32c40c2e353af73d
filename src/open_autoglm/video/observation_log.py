"""Observations kept on disk: a run that was cut off goes on, other zones are tried without decoding.

A file of gzip members, each a few seconds of JSON lines. A kill at any moment loses at most the member being
written; what is cut off is dropped when the file is opened again.
"""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import json
import logging
import os
import time
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import TracebackType
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from open_autoglm.errors import DamagedInput, InputMissing
from open_autoglm.video.observation import Gap, Observation, VideoFacts

FLUSH_EVERY_S = 2.0
FLUSH_LINES = 200
MAX_MEMBER_BYTES = 64 << 20
MAX_FOLDER_BYTES = 1 << 30
"""Logs above it go, the oldest first. An hour takes about 2 MB."""

SUFFIX = ".observations"

_SAMPLE_BLOCKS = 64
_SAMPLE_BYTES = 1 << 18

_SEEING = ("decode.py", "clock.py", "sampling.py", "camera_state.py", "detect", "still", "workers")
"""The code that observations depend on."""
_LIBRARIES = ("av", "opencv-python-headless", "onnxruntime")

_log = logging.getLogger(__name__)


class _Line(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Head(_Line):
    """The first line."""

    kind: Literal["head"] = "head"
    facts: VideoFacts
    detect_fps: float | None


class ObservationLine(_Line):
    kind: Literal["seen"] = "seen"
    seen: Observation


class GapLine(_Line):
    kind: Literal["gap"] = "gap"
    gap: Gap


class EndLine(_Line):
    """The recording is whole. A log without it is one of a run that was cut off."""

    kind: Literal["end"] = "end"
    frames_decoded: int
    notes: tuple[str, ...] = ()


Line = Head | ObservationLine | GapLine | EndLine
_LINES: TypeAdapter[Line] = TypeAdapter(Annotated[Line, Field(discriminator="kind")])


def recording_digest(path: Path) -> str:
    """Of a file's size and 64 blocks spread over it: 16 MB are read of the longest recording."""
    digest = hashlib.sha256()
    size = path.stat().st_size
    digest.update(str(size).encode())
    with path.open("rb") as stream:
        if size <= _SAMPLE_BLOCKS * _SAMPLE_BYTES:
            while block := stream.read(_SAMPLE_BYTES):
                digest.update(block)
        else:
            for number in range(_SAMPLE_BLOCKS):
                stream.seek((size - _SAMPLE_BYTES) * number // (_SAMPLE_BLOCKS - 1))
                digest.update(stream.read(_SAMPLE_BYTES))
    return digest.hexdigest()


def seeing_version() -> str:
    """Changes whenever the code that sees, or a library it sees with, changes."""
    digest = hashlib.sha256()
    folder = Path(__file__).parent
    for name in _SEEING:
        place = folder / name
        for source in sorted(place.rglob("*.py")) if place.is_dir() else [place]:
            if source.is_file():
                digest.update(source.relative_to(folder).as_posix().encode() + b"\x00" + source.read_bytes())
    for library in _LIBRARIES:
        with contextlib.suppress(PackageNotFoundError):
            digest.update(f"{library}={version(library)}\n".encode())
    return digest.hexdigest()[:16]


def log_path(folder: Path, recording: str, options: dict[str, str]) -> Path:
    """Where the log of a recording with these options lies. ``options`` are all that change what is seen."""
    material = json.dumps([recording, seeing_version(), options], sort_keys=True)
    return folder / f"{hashlib.sha256(material.encode()).hexdigest()[:32]}{SUFFIX}"


@dataclass(frozen=True, slots=True)
class LogState:
    """What an existing log holds, found by reading it once."""

    head: Head
    whole_bytes: int
    """Of whole members; what follows was cut off."""
    last: Observation | None
    end: EndLine | None


def read_log(path: Path) -> Iterator[Line]:
    """Every whole line, a member at a time. Raises InputMissing; a log that is no log gives nothing."""
    for lines, _ in _members(path):
        yield from lines


def log_state(path: Path) -> LogState | None:
    """None where there is no log, or none that can be used."""
    head: Head | None = None
    last: Observation | None = None
    end: EndLine | None = None
    whole = 0
    try:
        for lines, end_byte in _members(path):
            whole = end_byte
            for line in lines:
                if isinstance(line, Head):
                    head = line
                elif isinstance(line, ObservationLine):
                    last = line.seen
                elif isinstance(line, EndLine):
                    end = line
    except InputMissing:
        return None
    return None if head is None else LogState(head, whole, last, end)


def _members(path: Path) -> Iterator[tuple[list[Line], int]]:
    """Lines of each whole member, and the byte behind it."""
    try:
        stream = path.open("rb")
    except OSError as error:
        raise InputMissing(f"There are no kept observations at {path} ({error.strerror}).") from error
    with stream:
        left = b""
        done = 0
        while True:
            unpacker = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
            text = b""
            try:
                while not unpacker.eof:
                    block = left or stream.read(1 << 16)
                    left = b""
                    if not block:
                        return
                    done += len(block)
                    text += unpacker.decompress(block, MAX_MEMBER_BYTES - len(text))
                    if unpacker.unconsumed_tail:
                        return
                left = unpacker.unused_data
                done -= len(left)
                lines = [_LINES.validate_json(line) for line in text.splitlines()]
            except (zlib.error, ValidationError):
                _log.warning("The kept observations at %s are damaged and used up to there.", path)
                return
            yield lines, done


class LogWriter:
    """Appends to a log. A disk that can't be written to says so in the log, and the analysis goes on.

    Use as a context manager; leaving it writes what is held.
    """

    def __init__(self, path: Path, head: Head, keep: LogState | None) -> None:
        """``keep`` is the state of an existing log that is gone on with; None begins anew."""
        self.path = path
        self._held: list[Line] = []
        self._flushed_at = time.monotonic()
        self._usable = True
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            if keep is None:
                make_room(path.parent)
                os.close(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600))
                self._held.append(head)
                self.flush()
            else:
                with path.open("r+b") as stream:
                    stream.truncate(keep.whole_bytes)
        except OSError as error:
            self._give_up(error)

    def __enter__(self) -> LogWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.flush()

    @property
    def usable(self) -> bool:
        return self._usable

    def add(self, line: Line) -> None:
        self._held.append(line)
        if len(self._held) >= FLUSH_LINES or time.monotonic() - self._flushed_at > FLUSH_EVERY_S:
            self.flush()

    def flush(self) -> None:
        self._flushed_at = time.monotonic()
        held, self._held = self._held, []
        if not held or not self._usable:
            return
        text = b"".join(line.model_dump_json(exclude_defaults=False).encode() + b"\n" for line in held)
        try:
            with self.path.open("ab") as stream:
                stream.write(gzip.compress(text, 5))
        except OSError as error:
            self._give_up(error)

    def _give_up(self, error: OSError) -> None:
        self._usable = False
        _log.warning(
            "What is seen can't be kept at %s (%s); the analysis goes on without.", self.path, error.strerror
        )


def make_room(folder: Path, max_bytes: int = MAX_FOLDER_BYTES) -> None:
    """Remove the logs that were written longest ago, until the rest takes at most ``max_bytes``."""
    logs = sorted(folder.glob(f"*{SUFFIX}"), key=lambda log: log.stat().st_mtime, reverse=True)
    total = 0
    for log in logs:
        total += log.stat().st_size
        if total > max_bytes:
            log.unlink(missing_ok=True)


def required_head(path: Path) -> Head:
    """Raises InputMissing and DamagedInput."""
    for line in read_log(path):
        if isinstance(line, Head):
            return line
        break
    raise DamagedInput(f"{path} holds no kept observations.", hint="Analyse the recording again.")
