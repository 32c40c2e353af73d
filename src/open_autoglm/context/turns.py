"""A conversation as turns: what belongs together is kept, left out or summarized as one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from open_autoglm.values import Message


@dataclass(frozen=True, slots=True)
class Turns:
    """Messages with the turn each belongs to.

    A turn is a user message with all that follows it up to the next one, so a tool call and its
    answers are never parted. System messages belong to no turn.
    """

    messages: tuple[Message, ...]
    numbers: tuple[int | None, ...]
    """For each message its turn, counted from 0; None for system messages."""

    @property
    def older(self) -> int:
        """Turns before the last one: those that may be left out."""
        return max((number for number in self.numbers if number is not None), default=0)

    def oldest(self, turns: int) -> tuple[Message, ...]:
        """The messages of the first ``turns`` turns, without system messages."""
        return tuple(
            message
            for message, number in zip(self.messages, self.numbers, strict=True)
            if number is not None and number < turns
        )

    def without_oldest(self, turns: int) -> tuple[Message, ...]:
        """All messages but those of the first ``turns`` turns."""
        return tuple(
            message
            for message, number in zip(self.messages, self.numbers, strict=True)
            if number is None or number >= turns
        )


def split_turns(messages: Sequence[Message]) -> Turns:
    """Number the turns. A user message between a tool call and its answer begins no turn."""
    bound = _between_call_and_answer(messages)
    numbers: list[int | None] = []
    turn = -1
    for place, message in enumerate(messages):
        if message.role == "system":
            numbers.append(None)
            continue
        if turn < 0 or (message.role == "user" and place not in bound):
            turn += 1
        numbers.append(turn)
    return Turns(tuple(messages), tuple(numbers))


def _between_call_and_answer(messages: Sequence[Message]) -> set[int]:
    """Places after a tool call, up to its answer."""
    called: dict[str, int] = {}
    bound: set[int] = set()
    for place, message in enumerate(messages):
        if message.role == "tool" and message.tool_call_id in called:
            bound.update(range(called[message.tool_call_id] + 1, place + 1))
        called.update((call.id, place) for call in message.tool_calls)
    return bound
