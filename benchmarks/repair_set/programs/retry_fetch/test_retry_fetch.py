import pytest
from retry_fetch import FetchFailed, backoff, fetch_with_retry

URL = "https://s.example/"


class Server:
    """Answers from a list; an exception in it is raised."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.waits = []

    def send(self, url):
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def fetch(self, **options):
        return fetch_with_retry(self.send, URL, self.waits.append, **options)


def test_an_error_of_the_server_is_tried_again():
    server = Server((503, {}, ""), ConnectionError("reset"), (200, {}, "page"))
    assert server.fetch() == (200, {}, "page")
    assert server.waits == [0.5, 1.0]


def test_a_missing_page_is_final():
    server = Server((404, {}, "gone"), (200, {}, "never asked"))
    assert server.fetch() == (404, {}, "gone")
    assert server.waits == []


def test_the_server_says_how_long_to_wait():
    server = Server((429, {"Retry-After": "7"}, ""), (200, {}, "ok"))
    assert server.fetch()[2] == "ok"
    assert server.waits == [7]


def test_all_attempts_fail():
    server = Server(*[(500, {}, "")] * 3)
    with pytest.raises(FetchFailed) as caught:
        server.fetch(attempts=3)
    assert (caught.value.attempts, caught.value.status) == (3, 500)
    assert server.waits == [0.5, 1.0]
    assert server.answers == []


def test_waits_are_doubled_up_to_a_limit():
    assert [backoff(attempt, base=1, limit=5) for attempt in (1, 2, 3, 4)] == [1, 2, 4, 5]
