from polite_delay import PoliteDelay


class Clock:
    now = 50.0

    def __call__(self):
        return self.now


def test_requests_to_one_host_queue_up():
    delay = PoliteDelay(Clock(), delay=2)
    waits = [
        delay.reserve("https://a.example/1"),
        delay.reserve("https://A.example/2"),
        delay.reserve("http://a.example/3"),
    ]
    assert waits == [0, 2, 4]


def test_hosts_do_not_wait_for_each_other():
    delay = PoliteDelay(Clock(), delay=2)
    assert delay.reserve("https://a.example/") == 0
    assert delay.reserve("https://b.example/") == 0
    assert delay.reserve("https://a.example:8080/") == 0


def test_time_that_passed_counts():
    clock = Clock()
    delay = PoliteDelay(clock, delay=3)
    delay.reserve("https://a.example/")
    clock.now += 1
    assert delay.reserve("https://a.example/") == 2
    clock.now += 60
    assert delay.reserve("https://a.example/") == 0


def test_own_delays_and_penalties():
    delay = PoliteDelay(Clock(), delay=1)
    delay.set_delay("Slow.example", 5)
    delay.reserve("https://slow.example/")
    assert delay.reserve("https://slow.example/") == 5
    delay.penalize("https://a.example/", 30)
    assert delay.reserve("https://a.example/") == 30


def test_idle_hosts_are_forgotten():
    clock = Clock()
    delay = PoliteDelay(clock, delay=4)
    delay.reserve("https://a.example/")
    clock.now += 3
    delay.reserve("https://b.example/")
    clock.now += 1
    assert delay.forget_idle() == 1
