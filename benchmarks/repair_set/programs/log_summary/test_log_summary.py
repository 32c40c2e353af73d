from datetime import datetime

from log_summary import busiest_hour, parse_line, summarize

LOG = """\
a.example [2024-05-01 10:00:00] "GET /list?page=1" 200 35
b.example [2024-05-01 10:59:59] "POST /order" 503 900

nonsense
a.example [2024-05-01 11:00:00] "GET /list?page=2" 200 90
a.example [2024-05-01 25:00:00] "GET /late" 200 1
c.example [2024-05-01 09:00:00] "GET /" 404 90
"""


def test_one_line():
    request = parse_line('a.example [2024-05-01 10:00:00] "GET /list" 200 35\n')
    assert (request.host, request.method, request.path) == ("a.example", "GET", "/list")
    assert (request.time, request.status, request.ms) == (datetime(2024, 5, 1, 10), 200, 35)
    assert parse_line('a.example [2024-05-01 23:05:00] "GET /" 200 35').time.hour == 23
    assert parse_line("nonsense") is None


def test_counts():
    summary = summarize(LOG.splitlines(keepends=True))
    assert (summary.requests, summary.errors, summary.bad_lines) == (4, 1, 2)
    assert summary.by_path == {"/list": 2, "/order": 1, "/": 1}


def test_slowest_requests():
    summary = summarize(LOG.splitlines(), slowest=3)
    assert [request.path for request in summary.slowest] == ["/order", "/", "/list?page=2"]


def test_busiest_hour():
    requests = [parse_line(line) for line in LOG.splitlines()]
    assert busiest_hour([request for request in requests if request]) == (datetime(2024, 5, 1, 10), 2)
    assert busiest_hour([]) is None


def test_summaries_share_nothing():
    summarize(LOG.splitlines())
    assert summarize([]).by_path == {}
