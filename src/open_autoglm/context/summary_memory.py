"""Summaries that were written, so that the next turn of a conversation uses them again."""

from __future__ import annotations

import hashlib
import json
from collections import OrderedDict
from collections.abc import Iterator, Sequence

from open_autoglm.context.report import ContextReport
from open_autoglm.context.turns import Turns
from open_autoglm.values import ImagePart, Message

CAPACITY = 1024
"""Summaries held at once, a few KB each."""


class SummaryMemory:
    """The summaries of the last conversations, in memory, each private to its owner.

    A conversation is known by what was said in it, so it needs no name: a program that sends all of it
    with every turn finds its summary again. What was used longest ago is forgotten first. All methods
    belong to one event loop.
    """

    def __init__(self, capacity: int = CAPACITY) -> None:
        self._capacity = capacity
        self._summaries: OrderedDict[tuple[str, str], str] = OrderedDict()

    def remember(self, owner: str, messages: Sequence[Message], summary: str) -> None:
        """Keep the summary of ``messages``: whole turns from the start, without system messages."""
        *_, digest = _digests(messages)
        self._summaries[owner, digest] = summary
        self._summaries.move_to_end((owner, digest))
        while len(self._summaries) > self._capacity:
            self._summaries.popitem(last=False)

    def recall(self, owner: str, messages: Sequence[Message], report: ContextReport) -> None:
        """Take over the summary from the report of an earlier answer to ``messages``, so that it is not
        written again after a restart."""
        if report.summarized_messages:
            said = [message for message in messages if message.role != "system"]
            self.remember(owner, said[: report.summarized_messages], report.summary)

    def longest(self, owner: str, turns: Turns) -> tuple[int, str]:
        """How many of the oldest turns have a summary, never the last turn, and that summary; else 0."""
        digests = list(_digests(turns.oldest(turns.older)))
        for count in range(turns.older, 0, -1):
            key = (owner, digests[len(turns.oldest(count))])
            if key in self._summaries:
                self._summaries.move_to_end(key)
                return count, self._summaries[key]
        return 0, ""


def _digests(messages: Sequence[Message]) -> Iterator[str]:
    """The digest of no message, of the first one, of the first two, and so on."""
    running = hashlib.sha256()
    yield running.hexdigest()
    for message in messages:
        running.update(_canonical(message).encode() + b"\n")
        yield running.hexdigest()


def _canonical(message: Message) -> str:
    """A message as text; ids of tool calls say nothing and may be new in every request."""
    parts = [
        ["image", hashlib.sha256(part.data).hexdigest()]
        if isinstance(part, ImagePart)
        else ["text", part.text]
        for part in message.parts
    ]
    calls = [[call.name, call.arguments] for call in message.tool_calls]
    return json.dumps([message.role, parts, calls])
