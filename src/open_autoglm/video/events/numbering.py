"""Ids of events: one count for each type over a whole recording, whatever zones it has."""

from __future__ import annotations

from collections import Counter

from open_autoglm.video.events.event import EventType


class EventNumbers:
    """Shared by all rules of one recording. A number is taken when an event is certain, not before."""

    def __init__(self) -> None:
        self._taken: Counter[str] = Counter()

    def next_id(self, kind: EventType) -> str:
        """``intrusion-1``, ``intrusion-2`` …"""
        self._taken[kind] += 1
        return f"{kind}-{self._taken[kind]}"
