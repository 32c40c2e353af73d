import pytest
from polite_delay import PoliteDelay


class Time:
    def __init__(self, now=0.0):
        self.now = now

    def __call__(self):
        return self.now


@pytest.mark.parametrize("start", [0.0, 12.5, 1e6])
def test_first_request_never_waits(start):
    assert PoliteDelay(Time(start)).reserve("http://h.example/") == 0


@pytest.mark.parametrize("delay", [0, 0.25, 3])
def test_reservations_are_evenly_spaced(delay):
    polite = PoliteDelay(Time(7), delay=delay)
    assert [polite.reserve("http://h.example/x") for _ in range(4)] == [n * delay for n in range(4)]


@pytest.mark.parametrize(("passed", "wait"), [(0, 4), (1, 3), (4, 0), (5, 0)])
def test_waits_shrink(passed, wait):
    time = Time()
    polite = PoliteDelay(time, delay=4)
    polite.reserve("http://h.example/")
    time.now += passed
    assert polite.reserve("http://h.example/") == wait


def test_an_idle_time_is_not_saved_up():
    time = Time()
    polite = PoliteDelay(time, delay=2)
    polite.reserve("http://h.example/")
    time.now = 100
    assert [polite.reserve("http://h.example/") for _ in range(3)] == [0, 2, 4]


def test_own_delay_below_the_common_one():
    polite = PoliteDelay(Time(), delay=5)
    polite.set_delay("Fast.Example", 0.5)
    assert [polite.reserve("http://FAST.example/") for _ in range(2)] == [0, 0.5]
    polite.set_delay("none.example", 0)
    assert [polite.reserve("http://none.example/") for _ in range(3)] == [0, 0, 0]


def test_port_belongs_to_the_host():
    polite = PoliteDelay(Time())
    polite.reserve("http://h.example:81/")
    assert polite.reserve("http://h.example:82/") == 0
    assert polite.reserve("http://h.example:81/") == 1


def test_penalties():
    time = Time(10)
    polite = PoliteDelay(time, delay=1)
    polite.penalize("http://h.example/", 5)
    assert polite.reserve("http://h.example/") == 5
    assert polite.reserve("http://h.example/") == 6
    polite.penalize("http://h.example/", 2)
    assert polite.reserve("http://h.example/") == 7
    assert polite.reserve("http://other.example/") == 0


def test_forgetting_changes_no_waits():
    time = Time()
    polite = PoliteDelay(time, delay=3)
    for host in "abc":
        polite.reserve(f"http://{host}.example/")
        time.now += 1
    assert polite.forget_idle() == 2
    assert polite.reserve("http://c.example/") == 2
    assert polite.reserve("http://a.example/") == 0
