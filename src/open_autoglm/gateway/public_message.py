"""What an error may say to somebody who is not at this machine.

Errors name files and workers so that whoever runs the program can mend them; those names go to the log.
Callers get the same sentence with a plain word in their place.
"""

from __future__ import annotations

import ipaddress
import re

PATH = "[path]"
ADDRESS = "[address]"
TRACEBACK = "Traceback (most recent call last)"
MAX_CHARACTERS = 2000

_BEFORE = r"(?<![A-Za-z0-9_.\-/\\\])}])(?:(?<![^\x00-\x7f])|(?=/[A-Za-z0-9._]|[A-Za-z]:|\\\\|~))"
"""Where a path may begin: not inside a word, an URL, a fraction, or between two Chinese words."""
_OUR_ROUTES = r"(?!(?:v1|api|health|ready|metrics|infill|tokenize|detokenize|openapi\.json)\b)"
_REST = r"(?:[^\s'\"`<>|]|(?<![,;:)\]])\s+(?=[^\s'\"`<>|]*[/\\][^\s'\"`<>|]))*"
"""Up to a space, and past it where what follows has a separator: ``/home/me/My Documents/a.gguf``."""

_QUOTED = re.compile(
    r"(?P<quote>['\"`])(?:file:/|~[^'\"`/\\]*[/\\]|[A-Za-z]:[/\\]|\\\\|//|/"
    + _OUR_ROUTES
    + r"[^/'\"`]).*?(?P=quote)"
)
_BARE = re.compile(
    _BEFORE
    + r"(?:file:/+|~[A-Za-z0-9_-]*[/\\]|[A-Za-z]:[/\\]|\\\\|(?<!:)//(?=\w)|/"
    + _OUR_ROUTES
    + r"(?=[^\s/'\"`,;.)\]]))"
    + _REST
)
_URL = re.compile(r"\b(?:https?|wss?)://(?P<host>\[[0-9A-Fa-f:.]+\]|[^\s/:'\"?#]+)(?::\d+)?[^\s'\"`<>]*")
_HOST_AND_PORT = re.compile(
    r"(?<![\w.])(?P<host>\[[0-9A-Fa-f:]+\]|\d{1,3}(?:\.\d{1,3}){3}|localhost):\d{1,5}\b"
)


def public_message(error: Exception) -> str:
    """The sentence of an error, without the paths, addresses and tracebacks of this machine."""
    return public_text(str(error))


def public_text(text: str) -> str:
    """The same for any sentence that leaves this machine, for example why a model was chosen."""
    text = text.partition(TRACEBACK)[0].strip()[:MAX_CHARACTERS]
    text = _URL.sub(_hide_private, text)
    text = _HOST_AND_PORT.sub(_hide_private, text)
    text = _QUOTED.sub(lambda match: f"{match['quote']}{PATH}{match['quote']}", text)
    return _BARE.sub(_hide_path, text)


def _hide_private(match: re.Match[str]) -> str:
    """An address that only this machine or its network knows is replaced."""
    host = match["host"].strip("[]").lower()
    try:
        private = not ipaddress.ip_address(host).is_global
    except ValueError:
        private = host == "localhost" or "." not in host
    return ADDRESS + _punctuation(match[0]) if private else match[0]


def _hide_path(match: re.Match[str]) -> str:
    return PATH + _punctuation(match[0])


def _punctuation(text: str) -> str:
    """What ends the sentence, not the path."""
    return text[len(text.rstrip(".,;:!?)]")) :]
