import pytest
from cursor_feed import Entry, FeedError, latest_time, new_entries


def paged(pages):
    asked = []

    def get(cursor):
        asked.append(cursor)
        assert len(asked) < 40
        number = cursor or 0
        return pages[number], number + 1 if number + 1 < len(pages) else None

    return get, asked


def entries(*times):
    return [Entry(f"id{time}", time) for time in times]


@pytest.mark.parametrize("since", range(8))
def test_every_boundary(since):
    get, _ = paged([entries(6, 5), entries(4, 3), entries(2, 1)])
    assert [e.time for e in new_entries(get, since)] == list(range(since + 1, 7))


@pytest.mark.parametrize(("since", "pages"), [(6, 1), (5, 1), (4, 2), (3, 2), (2, 3), (0, 3)])
def test_number_of_pages_read(since, pages):
    get, asked = paged([entries(6, 5), entries(4, 3), entries(2, 1)])
    new_entries(get, since)
    assert len(asked) == pages


@pytest.mark.parametrize("most", range(8))
def test_most_takes_the_newest(most):
    get, _ = paged([entries(6, 5, 4), entries(3, 2, 1)])
    expected = list(range(1, 7))[-most:] if most else []
    assert [e.time for e in new_entries(get, 0, most=most)] == expected


def test_most_stops_reading():
    get, asked = paged([entries(6, 5), entries(4, 3), entries(2, 1)])
    assert [e.time for e in new_entries(get, 0, most=2)] == [5, 6]
    assert len(asked) == 1


def test_an_entry_that_moved_to_the_next_page():
    get, _ = paged([entries(5, 4), entries(4, 3)])
    assert [e.time for e in new_entries(get, 0)] == [3, 4, 5]


def test_empty_pages_in_between():
    get, _ = paged([entries(5), [], entries(4)])
    assert [e.time for e in new_entries(get, 0)] == [4, 5]


def test_nothing_given_is_changed():
    known, page = {"id5"}, entries(5, 4)
    get, _ = paged([page])
    assert new_entries(get, 0, known=known) == entries(4)
    assert known == {"id5"}
    assert page == entries(5, 4)
    get, _ = paged([page])
    assert new_entries(get, 0, known=["id4"]) == entries(5)


def test_circles():
    answers = iter([(entries(9), "a"), (entries(8), "b"), (entries(7), "a")])
    with pytest.raises(FeedError, match="'a'"):
        new_entries(lambda cursor: next(answers), 0)


def test_latest():
    assert latest_time(iter(entries(1, 9, 4))) == 9
    assert latest_time([]) == 0
    assert latest_time(entries(-5, -2), default=0) == -2
