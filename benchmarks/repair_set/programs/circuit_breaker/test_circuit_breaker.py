import pytest
from circuit_breaker import CircuitBreaker, CircuitOpen


class Clock:
    now = 100.0

    def __call__(self):
        return self.now


def fail():
    raise ConnectionError("down")


def breaker_after(failures, **options):
    clock = Clock()
    breaker = CircuitBreaker(clock, **options)
    for _ in range(failures):
        with pytest.raises(ConnectionError):
            breaker.call(fail)
    return breaker, clock


def test_calls_pass_while_they_succeed():
    breaker, _ = breaker_after(0)
    assert breaker.call(max, 3, 5) == 5
    assert breaker.state == "closed"


def test_failures_in_a_row_open_the_circuit():
    breaker, clock = breaker_after(3)
    assert breaker.state == "open"
    clock.now += 10
    with pytest.raises(CircuitOpen) as caught:
        breaker.call(max, 1, 2)
    assert caught.value.retry_in == 20


def test_a_success_in_between_starts_the_count_again():
    breaker, _ = breaker_after(2)
    assert breaker.call(len, "abc") == 3
    for _ in range(2):
        with pytest.raises(ConnectionError):
            breaker.call(fail)
    assert breaker.state == "closed"


def test_one_call_is_let_through_after_the_pause():
    breaker, clock = breaker_after(3)
    clock.now += 30
    assert breaker.state == "half-open"
    with pytest.raises(ConnectionError):
        breaker.call(fail)
    assert breaker.state == "open"
    clock.now += 30
    assert breaker.call(len, "ab") == 2
    assert breaker.state == "closed"


def test_other_exceptions_count_as_nothing():
    breaker, _ = breaker_after(2)
    with pytest.raises(ZeroDivisionError):
        breaker.call(divmod, 1, 0)
    assert breaker.state == "closed"
