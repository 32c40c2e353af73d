import pytest
from cursor_feed import Entry, FeedError, latest_time, new_entries


def feed(*times, size=3):
    """Pages of so many entries each, with cursors c1, c2 …"""
    entries = [Entry(f"e{time}", time) for time in times]
    pages = [entries[at : at + size] for at in range(0, len(entries), size)] or [[]]
    asked = []

    def get(cursor):
        asked.append(cursor)
        number = 0 if cursor is None else int(cursor[1:])
        return pages[number], f"c{number + 1}" if number + 1 < len(pages) else None

    get.asked = asked
    return get


def times(entries):
    return [entry.time for entry in entries]


def test_newer_entries_oldest_first():
    get = feed(9, 8, 7, 6, 5, 4, 3, 2, 1)
    assert times(new_entries(get, since=4)) == [5, 6, 7, 8, 9]
    assert get.asked == [None, "c1"]


def test_the_whole_feed_is_new():
    assert times(new_entries(feed(4, 3, 2, 1), since=0)) == [1, 2, 3, 4]
    assert new_entries(feed(), since=0) == []


def test_known_entries_are_left_out():
    known = {"e3"}
    assert times(new_entries(feed(4, 3, 2), since=1, known=known)) == [2, 4]
    assert known == {"e3"}


def test_no_more_than_asked_for():
    assert times(new_entries(feed(9, 8, 7, 6, 5), since=0, most=4)) == [6, 7, 8, 9]


def test_a_feed_that_turns_in_a_circle():
    numbers = iter(range(50))
    with pytest.raises(FeedError, match="twice"):
        new_entries(lambda cursor: ([Entry(f"x{next(numbers)}", 5)], "same"), since=0)


def test_latest_time():
    assert latest_time([Entry("a", 3), Entry("b", 8), Entry("c", 5)]) == 8
    assert latest_time([], default=7) == 7
