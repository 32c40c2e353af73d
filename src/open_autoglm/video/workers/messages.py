"""What a video worker and the program say to each other. Every message is validated when it arrives."""

from __future__ import annotations

from typing import Annotated, BinaryIO, Literal

from pydantic import Base64Bytes, BaseModel, ConfigDict, Field, TypeAdapter

from open_autoglm import errors
from open_autoglm.child_process import receive_message, send_message
from open_autoglm.errors import DamagedInput, OpenAutoGLMError
from open_autoglm.video.limits import MAX_MESSAGE_BYTES, VideoLimits
from open_autoglm.video.observation import Gap, Observation, VideoFacts
from open_autoglm.video.sources import VideoSource


class _Message(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class DetectorSetup(_Message):
    """``opener`` is ``module:function``; it gets the rest and returns a ``video.detect`` Detector."""

    opener: str
    path: str
    backend: str


class Analyse(_Message):
    """First word to a worker that analyses: it starts at once and goes on to the end."""

    kind: Literal["analyse"] = "analyse"
    source: VideoSource
    limits: VideoLimits
    detector: DetectorSetup | None
    watcher: str | None
    """``module:function`` that makes a Watcher; None: still objects and the camera are not looked at."""
    detect_fps: float | None
    """None: measured."""
    every_frame: bool = False
    cores: int = Field(ge=1)
    start_s: float = 0.0
    """Frames later than this; from the first one where it is 0. For a live source: what its clock shows."""
    anchor: tuple[float, int] | None = None
    """Time and number of a frame known from an earlier run; the frames after it are counted on from it."""
    ring_folder: str | None = None
    max_live_s: float | None = None


class ShowFrames(_Message):
    """First word to a worker that gives pictures."""

    kind: Literal["show"] = "show"
    source: VideoSource
    limits: VideoLimits


class At(_Message):
    """The frames shown at ``times``, which must rise."""

    kind: Literal["at"] = "at"
    times: tuple[float, ...]
    width: int | None = None
    quality: int = Field(ge=1, le=100)


class Between(_Message):
    kind: Literal["between"] = "between"
    start_s: float
    end_s: float
    fps: float | None = None
    width: int | None = None
    quality: int = Field(ge=1, le=100)


class More(_Message):
    """So many more pictures may be sent; keeps a worker from running ahead of who takes them."""

    kind: Literal["more"] = "more"
    count: int = Field(ge=1)


class Opened(_Message):
    kind: Literal["opened"] = "opened"
    facts: VideoFacts


class Measured(_Message):
    """The detector's rate is settled."""

    kind: Literal["measured"] = "measured"
    detect_fps: float | None
    detect_ms: float | None = None
    """Of one detection; None where it was not measured."""


class Seen(_Message):
    kind: Literal["seen"] = "seen"
    observation: Observation


class Position(_Message):
    """Sent twice a second while frames come, whether they are analysed or not."""

    kind: Literal["position"] = "position"
    time_s: float
    frames_decoded: int
    """By this worker."""
    dropped: int = 0
    """Frames of a live source that were not looked at, to keep up."""


class Missing(_Message):
    """A part could not be analysed; what follows can."""

    kind: Literal["missing"] = "missing"
    gap: Gap


class Waiting(_Message):
    """A live source is away; sent with every attempt."""

    kind: Literal["waiting"] = "waiting"
    message: str


class Shown(_Message):
    kind: Literal["shown"] = "shown"
    time_s: float
    frame_time_s: float
    jpeg: Base64Bytes


class Finished(_Message):
    """The end of the recording, or of one request for pictures."""

    kind: Literal["finished"] = "finished"
    damaged_packets: int = 0
    reason: str | None = None
    """Why a live source ended."""


class Failed(_Message):
    """``error`` names a class of ``open_autoglm.errors``."""

    kind: Literal["failed"] = "failed"
    error: str
    message: str
    hint: str | None = None

    def as_error(self) -> OpenAutoGLMError:
        kind = getattr(errors, self.error, None)
        if not (isinstance(kind, type) and issubclass(kind, OpenAutoGLMError)):
            kind = DamagedInput
        return kind(self.message, hint=self.hint)


Command = Analyse | ShowFrames | At | Between | More
Answer = Opened | Measured | Seen | Position | Missing | Waiting | Shown | Finished | Failed

_COMMANDS: TypeAdapter[Command] = TypeAdapter(Annotated[Command, Field(discriminator="kind")])
_ANSWERS: TypeAdapter[Answer] = TypeAdapter(Annotated[Answer, Field(discriminator="kind")])


def encoded(message: Command | Answer) -> bytes:
    return message.model_dump_json().encode()


def send(stream: BinaryIO, answer: Answer) -> None:
    send_message(stream, encoded(answer))


def receive_command(stream: BinaryIO) -> Command | None:
    """The next command; None at the end of the stream."""
    body = receive_message(stream, MAX_MESSAGE_BYTES)
    return None if body is None else command_from(body)


def command_from(body: bytes) -> Command:
    """ValueError on anything that is not a command."""
    return _COMMANDS.validate_json(body)


def answer_from(body: bytes) -> Answer:
    """ValueError on anything that is not an answer."""
    return _ANSWERS.validate_json(body)
