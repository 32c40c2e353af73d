import pytest
from retry_fetch import RETRYABLE, FetchFailed, backoff, fetch_with_retry


def run(answers, attempts=4):
    left, waits = list(answers), []

    def send(url):
        assert url == "u"
        answer = left.pop(0)
        if isinstance(answer, type):
            raise answer("down")
        return answer

    try:
        result = fetch_with_retry(send, "u", waits.append, attempts=attempts)
    except FetchFailed as error:
        result = error
    return result, waits, len(answers) - len(left)


@pytest.mark.parametrize("status", sorted(RETRYABLE))
def test_every_retryable_status(status):
    result, waits, sent = run([(status, {}, ""), (200, {}, "x")])
    assert (result, waits, sent) == ((200, {}, "x"), [0.5], 2)


@pytest.mark.parametrize("status", [200, 204, 301, 400, 401, 403, 404, 410, 501])
def test_every_final_status(status):
    result, waits, sent = run([(status, {"A": "b"}, "body"), (200, {}, "")])
    assert (result, waits, sent) == ((status, {"A": "b"}, "body"), [], 1)


@pytest.mark.parametrize("attempts", [1, 2, 5])
def test_number_of_attempts_and_waits(attempts):
    result, waits, sent = run([ConnectionError] * 9, attempts)
    assert isinstance(result, FetchFailed)
    assert (result.url, result.attempts, result.status) == ("u", attempts, None)
    assert sent == attempts
    assert waits == [0.5 * 2**n for n in range(attempts - 1)]


def test_last_status_is_the_last_answers():
    assert run([(503, {}, ""), ConnectionError], 2)[0].status is None
    assert run([ConnectionError, (502, {}, "")], 2)[0].status == 502


def test_retry_after_that_is_no_number():
    headers = {"Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT"}
    assert run([(503, headers, ""), (200, {}, "")])[1] == [0.5]


def test_retry_after_holds_for_its_own_attempt():
    answers = [(429, {"Retry-After": "9"}, ""), (500, {}, ""), ConnectionError, (200, {}, "")]
    assert run(answers)[1] == [9, 1.0, 2.0]


def test_other_errors_pass_through():
    def send(url):
        raise ValueError(url)

    with pytest.raises(ValueError, match="u"):
        fetch_with_retry(send, "u", lambda seconds: None)


def test_backoff_values():
    assert [backoff(n) for n in (1, 2, 3, 7, 60)] == [0.5, 1.0, 2.0, 30.0, 30.0]
    assert backoff(1, base=3, limit=2) == 2
