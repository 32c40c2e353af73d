"""Visits of a zone that last long enough become events: after a second intrusion, after a minute more."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from open_autoglm.video.events.event import Event, EventType
from open_autoglm.video.events.numbering import EventNumbers
from open_autoglm.video.events.presence import Presence, Visit


class Stays:
    """Turns the visits of one zone into events of one kind.

    ``counts(visit)`` may refuse a visit that is long enough. ``numbers`` of an event name ``asked``, the
    time that was set, by ``asked_name``.
    """

    def __init__(
        self,
        kind: EventType,
        zone: str,
        presence: Presence,
        numbers: EventNumbers,
        *,
        needed_s: float,
        asked_name: str,
        counts: Callable[[Visit], bool] = lambda _visit: True,
        note: str | None = None,
    ) -> None:
        self.presence = presence
        self._kind = kind
        self._zone = zone
        self._numbers = numbers
        self._needed_s = needed_s
        self._asked_name = asked_name
        self._counts = counts
        self._note = note

    def events(self, visits: Iterable[Visit], time_s: float) -> Iterator[Event]:
        """What is new about these visits."""
        for visit in visits:
            if visit.event_id is None:
                if visit.inside_s >= self._needed_s and self._counts(visit):
                    visit.event_id = self._numbers.next_id(self._kind)
                    visit.decided_s = time_s
                    yield self._event(visit)
            elif visit.ended or visit.reopened:
                visit.reopened = False
                yield self._event(visit)

    def _event(self, visit: Visit) -> Event:
        return Event(
            id=visit.event_id or "",
            type=self._kind,
            zone=self._zone,
            start_seconds=visit.first_s,
            decided_seconds=visit.decided_s,
            peak_seconds=visit.peak_s,
            end_seconds=visit.last_s if visit.ended else None,
            class_name=visit.class_name,
            track_ids=tuple(visit.track_ids),
            box=visit.peak_box,
            confidence=min(1.0, visit.mean_score),
            numbers={
                "seconds_inside": round(visit.inside_s, 2),
                self._asked_name: self._needed_s,
                "entries": float(visit.entries),
            },
            note=self._note,
        )
