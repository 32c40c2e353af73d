"""Brackets, strings and comments of a text that is still being written, for every language alike.

A parser has to guess what a half-written line means; which brackets and quotes are open is certain.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from open_autoglm.code.languages import Language

_CLOSERS = {")": "(", "]": "[", "}": "{"}
_MULTILINE = ('"""', "'''", "`")


@dataclass(frozen=True, slots=True)
class ScanState:
    """What is open at a place."""

    brackets: str = ""
    """Opened and not closed, the outermost first."""
    quote: str = ""
    """The mark that ends the string the place stands in, or the comment."""
    underflow: int = 0
    """Brackets closed that were opened before the scan began."""

    @property
    def in_code(self) -> bool:
        return not self.quote

    @property
    def in_line_text(self) -> bool:
        """Whether the place stands in a string or comment that ends with its line."""
        return bool(self.quote) and self.quote not in (*_MULTILINE, "*/")


def scan(text: str, language: Language | None, state: ScanState | None = None) -> ScanState:
    """What is open after ``text``, where ``state`` was open before it."""
    state = state or ScanState()
    brackets, quote, underflow = list(state.brackets), state.quote, state.underflow
    for match in _tokens(language).finditer(text):
        mark = match[0]
        if quote:
            ends_with_line = mark == "\n" and quote not in (*_MULTILINE, "*/")
            if mark == quote or ends_with_line:
                quote = ""
        elif mark in "([{":
            brackets.append(mark)
        elif mark in _CLOSERS:
            if brackets and brackets[-1] == _CLOSERS[mark]:
                brackets.pop()
            elif not brackets:
                underflow += 1
        elif mark == "/*":
            quote = "*/"
        elif mark in _quotes(language):
            quote = mark
        elif language is not None and mark == language.line_comment:
            quote = "\n"
    return ScanState("".join(brackets), quote, underflow)


@cache
def _tokens(language: Language | None) -> re.Pattern[str]:
    parts = [r"\\.", r"[()\[\]{}\n]"]
    if language is not None and language.name == "rust":
        parts.insert(0, r"'(?:\\.|[^\\'\n])'")  # a character; a mark alone begins a lifetime
    parts += [re.escape(quote) for quote in _quotes(language)]
    if language is None or language.block_comment is not None:
        parts += [r"/\*", r"\*/"]
    if language is not None:
        parts.append(re.escape(language.line_comment))
    return re.compile("|".join(parts), re.DOTALL)


@cache
def _quotes(language: Language | None) -> tuple[str, ...]:
    name = language.name if language is not None else ""
    triple = ('"""', "'''") if name == "python" else ('"""',) if name == "java" else ()
    single = ('"',) if name == "rust" else ('"', "'")
    back = ("`",) if name in ("javascript", "typescript", "tsx", "go") else ()
    return (*triple, *single, *back)
