"""Finds calls of the tools offered in what a model writes, while it is still writing.

A server that knows its model's own form of a call reports calls itself. Small models often fall out of
that form and write the call as plain text, which is found here: between tags, in a fenced block, or bare
at the start of a line; one object or a list of them.

    <tool_call>{"name": "add", "arguments": {"a": 1}}</tool_call>
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Literal

from open_autoglm.values import StreamEvent, ToolCallPiece

FRAMES = {"<tool_call>": "</tool_call>", "```": "```", "```json": "```", "```tool_call": "```", "": ""}
"""What may stand before a call, and what then stands after it."""
ARGUMENT_KEYS = ("arguments", "parameters")
_CANDIDATE = re.compile(r"[<{\[`]")


@dataclass(frozen=True, slots=True)
class _Form:
    """One way to begin a call of one tool, written without any space."""

    opening: str
    name: str
    enders: tuple[str, ...]


def _forms(names: Iterable[str]) -> Iterator[_Form]:
    for name in names:
        for key in ARGUMENT_KEYS:
            call = f'{{"name":"{name}","{key}":{{'
            for frame, end in FRAMES.items():
                yield _Form(frame + call, name, (end,))
                yield _Form(f"{frame}[{call}", name, ("]", end))


class ToolCallReader:
    """Turns the events of an answer into events in which each call stands as a call.

    Text is handed on at once, save what may still become a call. Without ``parallel`` only the first
    call is handed on.
    """

    def __init__(self, names: Iterable[str], *, parallel: bool = True) -> None:
        self._forms = tuple(_forms(names))
        self._parallel = parallel
        self._state: Literal["text", "arguments", "rest of object", "after object"] = "text"
        self._held = ""
        self._said = False
        self._line_start = True
        self._enders: tuple[str, ...] = ()
        self._list_enders: tuple[str, ...] = ()
        self._object = _ObjectEnd()
        self._calls = 0

    @property
    def called(self) -> bool:
        """Whether the answer holds a call so far."""
        return self._calls > 0

    def read(self, event: StreamEvent) -> StreamEvent:
        """The same event with its text divided into text and calls; either may be empty."""
        pieces = [self._own_number(piece) for piece in event.tool_calls]
        self._held += event.text
        return self._divided(event, pieces)

    def finish(self) -> StreamEvent:
        """What was held back and has become no call."""
        text = self._held if self._state == "text" else ""
        self._held = ""
        return StreamEvent(text=text)

    def _divided(self, event: StreamEvent, pieces: list[ToolCallPiece]) -> StreamEvent:
        texts: list[str] = []
        while self._held and self._step(texts, pieces):
            pass
        allowed = pieces if self._parallel else [piece for piece in pieces if piece.index == 0]
        return replace(event, text="".join(texts), tool_calls=tuple(allowed))

    def _step(self, texts: list[str], pieces: list[ToolCallPiece]) -> bool:
        """Read on in what is held; False when more has to come first."""
        if self._state == "text":
            return self._read_text(texts, pieces)
        if self._state == "arguments":
            return self._read_arguments(pieces)
        if self._state == "rest of object":
            return self._read_rest()
        return self._read_after()

    def _read_text(self, texts: list[str], pieces: list[ToolCallPiece]) -> bool:
        for candidate in _CANDIDATE.finditer(self._held):
            at = candidate.start()
            if self._held[at] != "<" and not self._starts_line(at):
                continue
            beginning = _without_spaces(self._held[at:])
            for form in self._forms:
                if beginning.startswith(form.opening):
                    self._hand_on(self._held[:at], texts)
                    self._begin_call(form, at, pieces)
                    return True
            if any(form.opening.startswith(beginning) for form in self._forms):
                self._release(at, texts)
                return False
        self._release(len(self._held), texts)
        return False

    def _begin_call(self, form: _Form, at: int, pieces: list[ToolCallPiece]) -> None:
        signs = (place for place in range(at, len(self._held)) if not self._held[place].isspace())
        brace = next(place for number, place in enumerate(signs, 1) if number == len(form.opening))
        self._held = self._held[brace:]
        self._enders = (*filter(None, form.enders), *self._list_enders)
        self._list_enders = ()
        self._state, self._object = "arguments", _ObjectEnd()
        pieces.append(ToolCallPiece(self._calls, id=new_call_id(), name=form.name))
        self._calls += 1

    def _read_arguments(self, pieces: list[ToolCallPiece]) -> bool:
        end = self._object.find(self._held)
        pieces.append(ToolCallPiece(self._calls - 1, arguments=self._held[:end]))
        if end is None:
            self._held = ""
            return False
        self._held = self._held[end:]
        self._state, self._object = "rest of object", _ObjectEnd(depth=1)
        return True

    def _read_rest(self) -> bool:
        end = self._object.find(self._held)
        self._held = "" if end is None else self._held[end:]
        if end is not None:
            self._state = "after object"
        return end is not None

    def _read_after(self) -> bool:
        rest = self._held.lstrip()
        if "]" in self._enders and rest.startswith(","):  # the next call of a list needs no frame
            self._held, self._state, self._line_start = rest[1:], "text", True
            self._list_enders = self._enders
            return True
        for number, ender in enumerate(self._enders):
            if rest.startswith(ender):
                self._held, self._enders = rest[len(ender) :], self._enders[number + 1 :]
                return True
        if rest and not any(ender.startswith(rest) for ender in self._enders):
            self._held, self._state, self._line_start = rest, "text", True
            return True
        self._held = rest
        return False

    def _starts_line(self, at: int) -> bool:
        before = self._held[:at].rstrip(" \t")
        return before.endswith("\n") if before else self._line_start

    def _release(self, end: int, texts: list[str]) -> None:
        """Hand on the text up to ``end``, but for the space that a call may follow."""
        text = self._held[:end].rstrip()
        self._hand_on(text, texts)
        self._held = self._held[len(text) :]

    def _hand_on(self, text: str, texts: list[str]) -> None:
        """Space before a call is handed on only where it follows text."""
        self._said = self._said or bool(text.strip())
        if text and self._said:
            texts.append(text)
            self._line_start = False
            self._list_enders = ()

    def _own_number(self, piece: ToolCallPiece) -> ToolCallPiece:
        """A piece that the server reported; its call needs an id, and ours come after it."""
        self._calls = max(self._calls, piece.index + 1)
        return replace(piece, id=new_call_id()) if piece.name and not piece.id else piece


class _ObjectEnd:
    """Finds where a JSON object ends, however the text of it is cut."""

    def __init__(self, depth: int = 0) -> None:
        self._depth = depth
        self._in_string = False
        self._escaped = False

    def find(self, text: str) -> int | None:
        """How much of the text belongs to the object; None when all does and more has to come."""
        for place, sign in enumerate(text):
            if self._escaped:
                self._escaped = False
            elif self._in_string:
                self._escaped = sign == "\\"
                self._in_string = sign != '"'
            elif sign == '"':
                self._in_string = True
            elif sign in "{[":
                self._depth += 1
            elif sign in "}]":
                self._depth -= 1
                if self._depth == 0:
                    return place + 1
        return None


def new_call_id() -> str:
    return f"call_{secrets.token_hex(12)}"


def _without_spaces(text: str) -> str:
    return "".join(text.split())
