import pytest
from circuit_breaker import CircuitBreaker, CircuitOpen


class Time:
    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


def down(error=OSError):
    raise error("down")


def failing(breaker, times, error=OSError):
    for _ in range(times):
        with pytest.raises(error):
            breaker.call(down, error)


@pytest.mark.parametrize("limit", [1, 2, 5])
def test_exactly_at_the_limit(limit):
    breaker = CircuitBreaker(Time(), limit=limit)
    failing(breaker, limit - 1)
    assert breaker.state == "closed"
    failing(breaker, 1)
    assert breaker.state == "open"


@pytest.mark.parametrize(
    ("waited", "state"), [(0, "open"), (9.5, "open"), (10, "half-open"), (99, "half-open")]
)
def test_pause(waited, state):
    time = Time()
    breaker = CircuitBreaker(time, limit=1, pause=10)
    failing(breaker, 1)
    time.now += waited
    assert breaker.state == state


def test_seconds_left():
    time = Time()
    time.now = 50
    breaker = CircuitBreaker(time, limit=1, pause=8)
    failing(breaker, 1)
    time.now = 53
    with pytest.raises(CircuitOpen) as caught:
        breaker.call(len, "")
    assert caught.value.retry_in == 5


def test_function_is_not_called_while_open():
    calls = []
    breaker = CircuitBreaker(Time(), limit=1)
    failing(breaker, 1)
    with pytest.raises(CircuitOpen):
        breaker.call(calls.append, 1)
    assert calls == []


def test_failed_trial_begins_a_new_pause():
    time = Time()
    breaker = CircuitBreaker(time, limit=3, pause=10)
    failing(breaker, 3)
    time.now = 25
    failing(breaker, 1)
    time.now = 34
    assert breaker.state == "open"
    time.now = 35
    assert breaker.state == "half-open"


def test_success_after_a_trial_needs_the_full_limit_again():
    time = Time()
    breaker = CircuitBreaker(time, limit=2, pause=10)
    failing(breaker, 2)
    time.now = 10
    breaker.call(len, "x")
    failing(breaker, 1)
    assert breaker.state == "closed"
    failing(breaker, 1)
    assert breaker.state == "open"


def test_types_of_failures():
    breaker = CircuitBreaker(Time(), limit=1, failures=(ValueError, KeyError))
    failing(breaker, 3, OSError)
    assert breaker.state == "closed"
    failing(breaker, 1, KeyError)
    assert breaker.state == "open"


def test_open_calls_do_not_prolong_the_pause():
    time = Time()
    breaker = CircuitBreaker(time, limit=1, pause=10)
    failing(breaker, 1)
    for now in (3, 6, 9):
        time.now = now
        with pytest.raises(CircuitOpen):
            breaker.call(len, "")
    time.now = 10
    assert breaker.call(len, "abc") == 3


def test_failed_results_are_raised_unchanged():
    error = OSError("mine")

    def raise_it():
        raise error

    with pytest.raises(OSError) as caught:
        CircuitBreaker(Time()).call(raise_it)
    assert caught.value is error
