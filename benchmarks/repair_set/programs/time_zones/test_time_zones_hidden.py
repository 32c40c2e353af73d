from datetime import UTC, date, datetime, timedelta

import pytest
from time_zones import common_hours, in_zone, parse_offset, parse_time

DAY = date(2024, 2, 29)


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("+00:00", 0),
        ("utc", 0),
        ("GMT", 0),
        (" z ", 0),
        ("+5:45", 345),
        ("-05:45", -345),
        ("UTC+0530", 330),
        ("UTC-3", -180),
        ("GMT+12", 720),
        ("-0030", -30),
        ("+23:59", 1439),
    ],
)
def test_offsets(text, minutes):
    assert parse_offset(text).utcoffset(None) == timedelta(minutes=minutes)


@pytest.mark.parametrize("text", ["", "8", "+", "UTC8", "+24:00", "-30", "+8:0", "+08:00x", "EST"])
def test_no_offsets(text):
    with pytest.raises(ValueError, match=r".+"):
        parse_offset(text)


@pytest.mark.parametrize(
    "text", ["2024-02-29 10:00", "2024-02-29T10:00", " 2024-02-29 10:00:00 ", "2024-02-29T10:00+00:00"]
)
def test_times(text):
    assert parse_time(text) == datetime(2024, 2, 29, 10, tzinfo=UTC)


def test_default_zone_only_without_an_offset():
    east = parse_offset("+9")
    assert parse_time("2024-02-29T10:00+01:00", east).utcoffset() == timedelta(hours=1)
    assert parse_time("2024-02-29T10:00", east).hour == 10
    assert parse_time("2024-02-29T10:00", east).utcoffset() == timedelta(hours=9)


@pytest.mark.parametrize("text", ["", "tomorrow", "2023-02-29 10:00", "2024-02-29 25:00"])
def test_no_times(text):
    with pytest.raises(ValueError, match=r".+"):
        parse_time(text)


@pytest.mark.parametrize(
    ("offset", "expected"),
    [("Z", "2024-03-01 00:30"), ("-1", "2024-02-29 23:30"), ("+05:45", "2024-03-01 06:15")],
)
def test_in_zone(offset, expected):
    assert in_zone(datetime(2024, 3, 1, 0, 30, tzinfo=UTC), offset) == expected


def test_one_person():
    found = common_hours(DAY, ["Z"])
    assert found == [datetime(2024, 2, 29, hour, tzinfo=UTC) for hour in range(9, 18)]
    assert len(common_hours(DAY, ["-10"], 0, 24)) == 24


def test_hours_wrap_round_midnight():
    assert [time.hour for time in common_hours(DAY, ["+12"])] == [0, 1, 2, 3, 4, 5, 21, 22, 23]


def test_half_hours():
    assert [time.hour for time in common_hours(DAY, ["+05:30"], 9, 12)] == [4, 5]
    assert [time.hour for time in common_hours(DAY, ["-03:30"], 9, 12)] == [13, 14]


def test_nobody_and_no_room():
    assert len(common_hours(DAY, [])) == 24
    assert common_hours(DAY, ["Z"], 9, 9) == []
    assert [time.hour for time in common_hours(DAY, ["Z"], 9, 10)] == [9]
