import pytest
from deadline_fetch import Deadline, DeadlineExceeded, fetch


class Server:
    """Every answer takes some seconds of a clock that only it moves."""

    def __init__(self, *answers):
        self.now = 1000.0
        self.answers = list(answers)
        self.asked = []

    def clock(self):
        return self.now

    def send(self, url, timeout):
        assert len(self.asked) < 50, "asks without end"
        seconds, answer = self.answers.pop(0) if self.answers else (99, None)
        self.asked.append((url, timeout))
        self.now += min(seconds, timeout)
        if seconds > timeout:
            raise TimeoutError(f"{url} took too long")
        return answer


def test_time_left():
    server = Server()
    deadline = Deadline(8, server.clock)
    server.now += 5
    assert deadline.remaining() == 3
    assert deadline.timeout(10) == 3
    assert deadline.timeout(2) == 2
    server.now += 5
    assert deadline.remaining() == 0
    with pytest.raises(DeadlineExceeded):
        deadline.timeout(1)


def test_without_end():
    deadline = Deadline(None, Server().clock)
    assert deadline.remaining() is None
    assert deadline.timeout(7) == 7


def test_redirects_share_the_deadline():
    server = Server((6, (302, "/b", "")), (3, (200, None, "page")))
    assert fetch(server.send, "/a", Deadline(12, server.clock), step=10) == ("/b", "page")
    assert server.asked == [("/a", 10), ("/b", 6)]


def test_a_slow_request_is_sent_again():
    server = Server((30, None), (1, (200, None, "ok")))
    assert fetch(server.send, "/", Deadline(15, server.clock), step=10) == ("/", "ok")
    assert server.asked == [("/", 10), ("/", 5)]


def test_no_time_left():
    server = Server((30, None), (30, None))
    with pytest.raises(DeadlineExceeded) as caught:
        fetch(server.send, "/", Deadline(12, server.clock), step=10)
    assert isinstance(caught.value.__cause__, TimeoutError)
    assert len(server.asked) == 2


def test_too_many_redirects():
    server = Server(*[(0, (301, f"/{n}", "")) for n in range(9)])
    with pytest.raises(ValueError, match="redirects"):
        fetch(server.send, "/", Deadline(5, server.clock), redirects=3)
    assert len(server.asked) == 4
