import json
from itertools import islice

import pytest
from api_pages import ApiError, by_id, fetch_page, iter_items


class Api:
    def __init__(self, count, most=100, with_total=True):
        self.rows = [{"id": n} for n in range(count)]
        self.most = most
        self.with_total = with_total
        self.asked = []

    def get(self, path):
        self.asked.append(path)
        assert len(self.asked) < 20, "asked for pages without end"
        query = dict(part.split("=") for part in path.partition("?")[2].split("&"))
        offset, limit = int(query["offset"]), min(int(query["limit"]), self.most)
        answer = {"items": self.rows[offset : offset + limit]}
        if self.with_total:
            answer["total"] = len(self.rows)
        return json.dumps(answer)


def test_all_rows_of_several_pages():
    api = Api(7)
    assert [row["id"] for row in iter_items(api.get, limit=3)] == list(range(7))
    assert api.asked == [f"/items?offset={n}&limit=3" for n in (0, 3, 6)]


def test_pages_that_are_shorter_than_asked_for():
    api = Api(5, most=2, with_total=False)
    assert [row["id"] for row in iter_items(api.get)] == list(range(5))
    assert len(api.asked) == 4


def test_the_next_page_is_asked_for_when_needed():
    api = Api(10)
    assert len(list(islice(iter_items(api.get, limit=4), 4))) == 4
    assert len(api.asked) == 1


def test_bad_pages():
    for text in ("<html>", "[]", '{"rows": []}', '{"items": 5}'):
        with pytest.raises(ApiError, match="offset 20"):
            fetch_page(lambda path, text=text: text, 20, 10)


def test_newest_version_stays():
    rows = [{"id": 1, "version": 2, "a": 1}, {"id": 1, "version": 3, "a": 2}, {"id": 1}, {"id": 2}]
    assert by_id(rows) == {1: {"id": 1, "version": 3, "a": 2}, 2: {"id": 2}}
