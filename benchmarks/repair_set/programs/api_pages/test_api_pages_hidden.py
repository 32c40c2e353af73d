import json

import pytest
from api_pages import ApiError, by_id, fetch_page, iter_items


def api(rows, most=1000, total=True, asked=None):
    def get(path):
        if asked is not None:
            asked.append(path)
            assert len(asked) < 60
        pairs = dict(pair.split("=") for pair in path.removeprefix("/items?").split("&"))
        at = int(pairs["offset"])
        answer = {"items": rows[at : at + min(most, int(pairs["limit"]))]}
        if total:
            answer["total"] = len(rows)
        return json.dumps(answer)

    return get


@pytest.mark.parametrize("count", [0, 1, 2, 3, 4, 9])
@pytest.mark.parametrize("limit", [1, 2, 3, 10])
@pytest.mark.parametrize("total", [True, False])
def test_every_row_once(count, limit, total):
    asked = []
    rows = [f"r{n}" for n in range(count)]
    assert list(iter_items(api(rows, total=total, asked=asked), limit)) == rows
    full = -(-count // limit)
    if total:
        assert len(asked) == max(1, full)
    else:
        assert len(asked) == full + 1


def test_server_gives_fewer_rows_than_asked():
    asked = []
    assert list(iter_items(api(list("abcde"), most=2, asked=asked), limit=4)) == list("abcde")
    assert asked == [f"/items?offset={n}&limit=4" for n in (0, 2, 4)]


def test_total_of_zero():
    asked = []
    assert list(iter_items(api([], asked=asked))) == []
    assert len(asked) == 1


def test_wrong_total_does_not_hang():
    texts = iter(['{"items": [1], "total": 5}', '{"items": [], "total": 5}'])
    assert list(iter_items(lambda path: next(texts))) == [1]


def test_page_values():
    assert fetch_page(lambda path: '{"items": [1, 2], "total": 9}', 0, 2) == ([1, 2], 9)
    assert fetch_page(lambda path: '{"items": []}', 0, 2) == ([], None)


@pytest.mark.parametrize("text", ["", "null", "5", '"x"', "{}", '{"items": null}', "[1]"])
def test_bad_answers(text):
    with pytest.raises(ApiError, match="offset 7") as caught:
        fetch_page(lambda path: text, 7, 1)
    assert caught.value.__cause__ is not None


def test_errors_of_the_connection_pass():
    def get(path):
        raise ConnectionError("down")

    with pytest.raises(ConnectionError):
        list(iter_items(get))


def test_versions():
    old, new = {"id": "a", "version": 1}, {"id": "a", "version": 2}
    assert by_id([old, new])["a"] is new
    assert by_id([new, old])["a"] is new
    first, second = {"id": "b", "n": 1}, {"id": "b", "n": 2}
    assert by_id([first, second])["b"] is first
    assert by_id([{"id": "c"}, {"id": "c", "version": 1}])["c"] == {"id": "c", "version": 1}
    assert by_id([]) == {}
