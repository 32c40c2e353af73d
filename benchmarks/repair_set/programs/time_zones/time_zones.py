"""Meetings of people in several time zones, with fixed offsets from UTC."""

import re
from datetime import UTC, datetime, timedelta, timezone

_OFFSET = re.compile(r"(?:UTC|GMT)?([+-])(\d{1,2})(?::?(\d{2}))?")


def parse_offset(text):
    """Return the time zone of ``"+08:00"``, ``"-0330"``, ``"UTC+8"``, ``"GMT-5"``, ``"UTC"`` or ``"Z"``.

    ``GMT`` means the same as ``UTC``; case does not matter. Raises ValueError for other texts and
    for 24 hours and more.
    """
    text = text.strip().upper()
    if text in ("Z", "UTC", "GMT"):
        return UTC
    match = _OFFSET.fullmatch(text)
    if match is None:
        raise ValueError(f"no offset: {text!r}")
    sign, hours, minutes = match.groups()
    offset = timedelta(hours=int(hours), minutes=int(minutes or 0))
    return timezone(-offset if sign == "-" else offset)


def parse_time(text, default=UTC):
    """Return the aware time of ``"2024-05-01 09:30"`` or ``"2024-05-01T09:30+08:00"``.

    A time without an offset is in the default time zone. Raises ValueError for other texts.
    """
    time = datetime.fromisoformat(text.strip())
    return time.replace(tzinfo=default) if time.tzinfo is None else time


def in_zone(time, offset):
    """Return the same moment as a text ``YYYY-MM-DD HH:MM`` in the zone of an offset text."""
    return time.astimezone(parse_offset(offset)).strftime("%Y-%m-%d %H:%M")


def common_hours(day, offsets, start=9, end=18):
    """Return the hours at which all can meet, as UTC times, in order.

    ``day`` is a date; its 24 full hours in UTC are looked at. An hour is good if it begins at
    ``start`` or later, and ends at ``end`` or earlier, on the clock of everybody.
    """
    zones = [parse_offset(offset) for offset in offsets]
    first = datetime(day.year, day.month, day.day, tzinfo=UTC)
    hours = [first + timedelta(hours=hour) for hour in range(24)]
    return [time for time in hours if all(_is_good(time.astimezone(zone), start, end) for zone in zones)]


def _is_good(local, start, end):
    begins = local.hour + local.minute / 60
    return begins >= start and begins + 1 <= end
