"""The tokens of the scripted engine: how it splits text, renders a prompt and numbers the pieces."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable

from open_autoglm.errors import UsageError
from open_autoglm.values import ChatRequest, EngineRequest, ImagePart, Message, TextRequest

# A token: an ideograph or kana, a run of other word characters, or any other single sign, with the
# space before it. An image is TOKENS_PER_IMAGE, and every message costs TOKENS_PER_MESSAGE more.
_TOKEN = re.compile(r"\s*(?:[\u3040-\u30ff\u3400-\u9fff]|[^\W\u3040-\u30ff\u3400-\u9fff]+|[^\w\s])|\s+")
TOKENS_PER_MESSAGE = 4
TOKENS_PER_IMAGE = 64
ID_BYTES = 6  # small enough for every JSON reader, large enough that no two words meet


def split_tokens(text: str) -> list[str]:
    """The pieces that this engine counts and streams; joined, they are the text again."""
    return _TOKEN.findall(text)


def token_id(piece: str) -> int:
    """The number of a piece: the same in every engine and every run."""
    return int.from_bytes(hashlib.blake2b(piece.encode(), digest_size=ID_BYTES).digest(), "big")


def opening(role: str) -> list[str]:
    """What stands before a message, half of its TOKENS_PER_MESSAGE."""
    return ["<|start|>", f"<|{role}|>"]


def render(request: EngineRequest) -> list[str]:
    """The prompt as pieces; their number is the token count."""
    if isinstance(request, TextRequest):
        return _render_text(request)
    return _render_chat(request)


def _render_text(request: TextRequest) -> list[str]:
    if request.suffix is None:
        return split_tokens(request.prompt)
    pieces = []
    for name, text in request.files:
        pieces += ["<|file|>", *split_tokens(name), *split_tokens(text)]
    prefix, suffix = split_tokens(request.prompt), split_tokens(request.suffix)
    return [*pieces, "<|prefix|>", *prefix, "<|suffix|>", *suffix, "<|middle|>"]


def _render_chat(request: ChatRequest) -> list[str]:
    pieces: list[str] = []
    for tool in request.tools if request.tool_choice != "none" else ():
        pieces += split_tokens(f"{tool.name} {tool.description} {json.dumps(tool.parameters)}")
    for message in request.messages:
        pieces += [*opening(message.role), *_content(message), "<|end|>", "\n"]
    return pieces


def _content(message: Message) -> Iterable[str]:
    for part in message.parts:
        if isinstance(part, ImagePart):
            digest = hashlib.blake2b(part.data).hexdigest()
            yield from (f"<|image {digest} {number}|>" for number in range(TOKENS_PER_IMAGE))
        else:
            yield from split_tokens(part.text)
    for call in message.tool_calls:
        yield from split_tokens(f"{call.name}({call.arguments})")


class Vocabulary:
    """Reads back the pieces that went through it; a number it has not given is unknown to it."""

    def __init__(self) -> None:
        self._pieces: dict[int, str] = {}

    def numbers(self, pieces: Iterable[str]) -> tuple[int, ...]:
        listed = [(token_id(piece), piece) for piece in pieces]
        self._pieces.update(listed)
        return tuple(number for number, _ in listed)

    def text(self, tokens: Iterable[int]) -> str:
        """Raises UsageError for a number that stands for nothing."""
        try:
            return "".join(self._pieces[token] for token in tokens)
        except KeyError as error:
            raise UsageError(f"Token {error.args[0]} is not in the vocabulary of this model.") from error
