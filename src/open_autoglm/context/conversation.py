"""A stored conversation: a tree of messages of which one branch is shown."""

from __future__ import annotations

from dataclasses import dataclass

from open_autoglm.context.report import ContextReport
from open_autoglm.values import FinishReason, ImagePart, Message, Part, Role, TextPart, ToolCall, Usage


@dataclass(frozen=True, slots=True)
class Conversation:
    """What a list of conversations shows. Times are seconds since the epoch."""

    id: str
    title: str
    """Empty until the first message of the user, when none was given."""
    model: str
    """As it is named to the service: a tier, a model or an upstream."""
    created: float
    used: float
    """When something was last said in it."""
    leaf: int | None
    """Last message of the branch that is shown; None while nothing was said."""


@dataclass(frozen=True, slots=True)
class Found:
    """A conversation that a search found, with the text around a word that was looked for."""

    conversation: Conversation
    excerpt: str
    message: int | None
    """The message of the excerpt; None where only the title holds what was looked for."""


@dataclass(frozen=True, slots=True)
class AttachedPicture:
    """A picture that was sent with a message."""

    media_type: str
    data: bytes
    name: str = ""


@dataclass(frozen=True, slots=True)
class AttachedDocument:
    """A document that a message is about: its name and the id of the task that read it."""

    name: str
    reference: str


@dataclass(frozen=True, slots=True)
class Attachments:
    pictures: tuple[AttachedPicture, ...] = ()
    documents: tuple[AttachedDocument, ...] = ()


@dataclass(frozen=True, slots=True)
class AnswerDetails:
    """How an answer came about."""

    model: str
    """The model that answered; not the tier it was asked under."""
    finish_reason: FinishReason | None = None
    """None where the answer was broken off by an error or the end of the program."""
    usage: Usage | None = None
    context: ContextReport | None = None
    cache: str = "off"
    """hit, miss or off, as the service says."""
    first_token_s: float | None = None
    tokens_per_s: float | None = None
    stopped: bool = False
    """The user stopped it."""
    error: str = ""


@dataclass(frozen=True, slots=True)
class StoredMessage:
    """One message and its place in the tree."""

    id: int
    conversation: str
    parent: int | None
    versions: tuple[int, ...]
    """Ids of all messages with the same parent, this one among them, oldest first: edits of a question,
    repeated answers."""
    role: Role
    text: str
    created: float
    """Seconds since the epoch."""
    whole: bool = True
    """False while it is being written, and for good where the program ended before it was finished."""
    reasoning: str = ""
    tool_calls: tuple[ToolCall, ...] = ()
    tool_call_id: str | None = None
    attachments: Attachments = Attachments()
    details: AnswerDetails | None = None

    @property
    def message(self) -> Message:
        """What is said to an engine: pictures before the text."""
        pictures = [ImagePart(picture.data, picture.media_type) for picture in self.attachments.pictures]
        content: str | tuple[Part, ...] = (*pictures, TextPart(self.text)) if pictures else self.text
        return Message(self.role, content, self.tool_calls, self.tool_call_id)
