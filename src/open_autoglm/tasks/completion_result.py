"""What ``code_complete`` returns; its JSON form is versioned."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

from open_autoglm.tasks.document_result import ModelUsed

SCHEMA_VERSION = "1"

Check = Literal["parsed", "faulty", "unchecked"]
"""``parsed``: brings no syntax fault into the text around it. ``faulty``: it does, and no better one was
found. ``unchecked``: the language isn't known here, or parsing took too long."""


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ShownSnippet(_Value):
    """A piece of the project that the model was shown."""

    path: str
    first_line: int
    last_line: int
    why: Literal["definition", "similar", "recent"]
    name: str = ""


class TokensUsed(_Value):
    prompt: int
    cached: int
    """Of the prompt, not computed again."""
    completion: int
    """Of all candidates, as they came."""


class CodeCompletion(_Value):
    """A completion for one place. ``text`` is empty where the model has nothing to add."""

    schema_version: str = SCHEMA_VERSION
    file: str
    language: str | None
    line: int
    """From 1."""
    column: int
    """Characters before the cursor."""
    text: str
    check: Check
    extent: Literal["line", "statement", "block"]
    """How far it was to go."""
    candidates: int
    """Answers asked for; more than one where the first was no good."""
    snippets: tuple[ShownSnippet, ...] = ()
    tokens: TokensUsed
    seconds: float
    first_token_seconds: float | None = None
    model: ModelUsed | None = None
    notes: tuple[str, ...] = ()
