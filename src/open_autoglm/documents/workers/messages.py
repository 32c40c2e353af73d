"""What a worker process and the program say to each other: length-prefixed JSON over pipes.

JSON and not pickle on purpose: a worker that a hostile file has taken over must not be able to run
code in the program. Every message is validated when it arrives.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, BinaryIO, Literal
from urllib.parse import quote, unquote

from pydantic import Base64Bytes, BaseModel, ConfigDict, Field, TypeAdapter

from open_autoglm import errors
from open_autoglm.child_process import receive_message, send_message
from open_autoglm.documents.formats import Format
from open_autoglm.documents.limits import MAX_PAGE_MESSAGE_BYTES
from open_autoglm.documents.model import Page
from open_autoglm.documents.recognition import Recognition
from open_autoglm.errors import DamagedInput, OpenAutoGLMError


class _Message(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Setup(_Message):
    """First word to a worker."""

    kind: Literal["setup"] = "setup"
    opener: str
    """``module:function`` that takes an OpenFile and returns a PagedFile."""
    memory_bytes: int
    time_limit_s: float
    """A worker that is still busy this much later ends itself, also when the program is gone."""


class OpenFile(_Message):
    """The file this worker reads from now on."""

    kind: Literal["open"] = "open"
    path: str
    """Percent-encoded: names may hold bytes that are no text, which JSON has no place for."""
    format: Format
    password: str | None = None
    recognition: Recognition = Recognition()

    @property
    def file(self) -> Path:
        return Path(unquote(self.path, errors="surrogatepass"))


class ReadPage(_Message):
    kind: Literal["read"] = "read"
    number: int
    threads: int = Field(ge=1)
    """For the recognition of text in pictures."""


class DrawPage(_Message):
    """Ask for a picture of the page turned clockwise by ``rotation`` degrees."""

    kind: Literal["draw"] = "draw"
    number: int
    rotation: int
    dpi: float


class Started(_Message):
    """The worker has loaded its code and waits."""

    kind: Literal["started"] = "started"


class Opened(_Message):
    kind: Literal["opened"] = "opened"
    page_count: int = Field(ge=0)
    title: str | None = None
    author: str | None = None
    warnings: tuple[str, ...] = ()


class PageRead(_Message):
    kind: Literal["page"] = "page"
    page: Page


class PageDrawn(_Message):
    kind: Literal["drawn"] = "drawn"
    jpeg: Base64Bytes | None
    """None for a file whose pages are not drawn, such as a table of values."""


class Failed(_Message):
    """Opening or one page failed. ``error`` names a class of ``open_autoglm.errors``."""

    kind: Literal["failed"] = "failed"
    error: str
    message: str
    hint: str | None = None
    out_of_memory: bool = False

    def as_error(self) -> OpenAutoGLMError:
        kind = getattr(errors, self.error, None)
        if not (isinstance(kind, type) and issubclass(kind, OpenAutoGLMError)):
            kind = DamagedInput
        return kind(self.message, hint=self.hint)


Command = Setup | OpenFile | ReadPage | DrawPage
Answer = Started | Opened | PageRead | PageDrawn | Failed

_COMMANDS: TypeAdapter[Command] = TypeAdapter(Annotated[Command, Field(discriminator="kind")])
_ANSWERS: TypeAdapter[Answer] = TypeAdapter(Annotated[Answer, Field(discriminator="kind")])


def sendable(path: Path) -> str:
    """As OpenFile names a file."""
    return quote(str(path.absolute()), safe="/\\: ", errors="surrogatepass")


def send(stream: BinaryIO, answer: Answer) -> None:
    send_message(stream, encoded(answer))


def encoded(message: Command | Answer) -> bytes:
    return message.model_dump_json(exclude_defaults=False).encode()


def receive_command(stream: BinaryIO) -> Command | None:
    """The next command; None at the end of the stream."""
    body = receive_message(stream, MAX_PAGE_MESSAGE_BYTES)
    return None if body is None else command_from(body)


def command_from(body: bytes) -> Command:
    """ValueError on anything that is not a command."""
    return _COMMANDS.validate_json(body)


def answer_from(body: bytes) -> Answer:
    """ValueError on anything that is not an answer."""
    return _ANSWERS.validate_json(body)
