import pytest
from deadline_fetch import Deadline, DeadlineExceeded, fetch


class World:
    def __init__(self, answers):
        self.now = 0.0
        self.answers = list(answers)
        self.log = []

    def time(self):
        return self.now

    def send(self, url, timeout):
        assert timeout > 0
        assert len(self.log) < 40
        self.log.append((url, timeout))
        seconds, answer = self.answers.pop(0)
        self.now += min(seconds, timeout)
        if seconds > timeout:
            raise TimeoutError(url)
        return answer

    def fetch(self, seconds, **options):
        return fetch(self.send, "/start", Deadline(seconds, self.time), **options)


@pytest.mark.parametrize(("passed", "left"), [(0, 4), (1, 3), (4, 0), (9, 0)])
def test_remaining(passed, left):
    world = World([])
    deadline = Deadline(4, world.time)
    world.now += passed
    assert deadline.remaining() == left


def test_deadline_begins_when_it_is_made():
    world = World([])
    world.now = 77.0
    assert Deadline(5, world.time).remaining() == 5


def test_zero_seconds():
    world = World([])
    with pytest.raises(DeadlineExceeded) as caught:
        world.fetch(0)
    assert caught.value.__cause__ is None
    assert world.log == []


def test_none_has_no_end():
    world = World([(500, None)] * 3 + [(1, (200, None, "late"))])
    assert world.fetch(None) == ("/start", "late")
    assert world.log == [("/start", 10.0)] * 4


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects(status):
    world = World([(0, (status, "/next", "")), (0, (200, None, "x"))])
    assert world.fetch(9) == ("/next", "x")


@pytest.mark.parametrize("status", [200, 204, 300, 304, 404, 500])
def test_other_answers_are_final(status):
    assert World([(0, (status, None, "b"))]).fetch(9) == ("/start", "b")


@pytest.mark.parametrize("allowed", [0, 1, 4])
def test_number_of_redirects(allowed):
    hops = [(0, (302, f"/{n}", "")) for n in range(allowed)]
    assert World([*hops, (0, (200, None, "end"))]).fetch(9, redirects=allowed)[1] == "end"
    world = World([*hops, (0, (302, "/more", "")), (0, (200, None, "end"))])
    with pytest.raises(ValueError, match="/more"):
        world.fetch(9, redirects=allowed)


def test_timeouts_shrink_with_the_time_left():
    world = World([(9, None), (9, None), (9, None)])
    with pytest.raises(DeadlineExceeded) as caught:
        world.fetch(7, step=3)
    assert world.log == [("/start", 3), ("/start", 3), ("/start", 1)]
    assert isinstance(caught.value.__cause__, TimeoutError)


def test_other_errors_pass_through():
    def send(url, timeout):
        raise ConnectionError(url)

    with pytest.raises(ConnectionError):
        fetch(send, "/", Deadline(5, World([]).time))
