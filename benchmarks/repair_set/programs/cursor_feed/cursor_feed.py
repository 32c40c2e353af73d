"""Reads a feed backwards, from its newest entry to those that are known already."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Entry:
    id: str
    time: int


class FeedError(Exception):
    """The feed gave the same cursor a second time."""


def new_entries(get, since, known=(), most=500):
    """Return the entries that are newer than ``since``, oldest first.

    ``get(cursor)`` returns ``(entries, next cursor)``; the first page has the cursor None, the last
    one gives the next cursor None. Pages and their entries go from new to old. Reading stops at the
    first entry whose time is ``since`` or less; entries whose id is in ``known``, or was read on a
    page before, are left out. At most ``most`` entries are returned, the newest ones. Raises
    FeedError where a cursor comes a second time.
    """
    seen = set(known)
    cursors = set()
    found = []
    cursor = None
    while len(found) < most:
        entries, cursor = get(cursor)
        for entry in entries:
            if entry.time <= since:
                cursor = None
                break
            if entry.id not in seen:
                seen.add(entry.id)
                found.append(entry)
        if cursor is None:
            break
        if cursor in cursors:
            raise FeedError(f"cursor {cursor!r} came twice")
        cursors.add(cursor)
    return found[:most][::-1]


def latest_time(entries, default=0):
    """Return the time of the newest entry, or ``default`` where there is none."""
    return max((entry.time for entry in entries), default=default)
