from datetime import UTC, date, datetime, timedelta

import pytest
from time_zones import common_hours, in_zone, parse_offset, parse_time


def hours(text):
    return parse_offset(text).utcoffset(None) / timedelta(hours=1)


def test_offsets():
    assert [hours(text) for text in ("+08:00", "-0330", "UTC+8", "gmt-5", "Z")] == [8, -3.5, 8, -5, 0]
    with pytest.raises(ValueError, match="no offset"):
        parse_offset("Beijing")


def test_times_with_and_without_an_offset():
    assert parse_time("2024-05-01 09:30") == datetime(2024, 5, 1, 9, 30, tzinfo=UTC)
    assert parse_time("2024-05-01T09:30+08:00") == datetime(2024, 5, 1, 1, 30, tzinfo=UTC)
    assert parse_time("2024-05-01 09:30", parse_offset("+8")) == datetime(2024, 5, 1, 1, 30, tzinfo=UTC)


def test_the_same_moment_elsewhere():
    time = parse_time("2024-12-31T20:15-05:00")
    assert in_zone(time, "UTC+8") == "2025-01-01 09:15"
    assert in_zone(time, "Z") == "2025-01-01 01:15"


def test_hours_at_which_all_can_meet():
    found = common_hours(date(2024, 5, 1), ["UTC+8", "UTC+1"])
    assert found == [datetime(2024, 5, 1, hour, tzinfo=UTC) for hour in (8, 9)]
    assert [time.hour for time in common_hours(date(2024, 5, 1), ["+05:30"], 9, 11)] == [4]
    assert common_hours(date(2024, 5, 1), ["+8", "-4"]) == []
