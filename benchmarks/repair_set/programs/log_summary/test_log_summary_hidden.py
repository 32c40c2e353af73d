from datetime import datetime

import pytest
from log_summary import busiest_hour, parse_line, summarize


def line(path="/", status=200, ms=1, time="2024-01-01 00:00:00", host="h", method="GET"):
    return f'{host} [{time}] "{method} {path}" {status} {ms}'


@pytest.mark.parametrize("end", ["", "\n", "\r\n", "  "])
def test_line_ends(end):
    assert parse_line(line(ms=12) + end).ms == 12


@pytest.mark.parametrize(
    "text",
    [
        "",
        "h",
        line() + " extra",
        line(status=20),
        line(method="get"),
        line(time="2024-02-30 00:00:00"),
        line(time="2024-01-01"),
        line(ms="x"),
        line().replace('"', ""),
    ],
)
def test_bad_lines(text):
    assert parse_line(text) is None


def test_types():
    request = parse_line(line("/a?b=c", 404, 30, "2024-12-31 23:59:58", "x.example", "DELETE"))
    assert request.time == datetime(2024, 12, 31, 23, 59, 58)
    assert (request.status, request.ms, request.path, request.method) == (404, 30, "/a?b=c", "DELETE")


@pytest.mark.parametrize(("status", "errors"), [(499, 0), (500, 1), (503, 1), (599, 1), (200, 0)])
def test_errors(status, errors):
    assert summarize([line(status=status)]).errors == errors


def test_paths_without_parameters():
    summary = summarize([line("/a?x=1?y"), line("/a"), line("/b?")])
    assert summary.by_path == {"/a": 2, "/b": 1}


@pytest.mark.parametrize("count", [0, 1, 2, 9])
def test_number_of_slowest(count):
    summary = summarize([line(f"/{n}", ms=n) for n in range(4)], slowest=count)
    assert [request.ms for request in summary.slowest] == [3, 2, 1, 0][:count]


def test_equally_slow():
    lines = [line("/b", ms=5, time="2024-01-02 00:00:00"), line("/a", ms=5, time="2024-01-01 00:00:00")]
    assert [request.path for request in summarize(lines).slowest] == ["/a", "/b"]


def test_empty_and_bad():
    summary = summarize(["", "  \n", "bad", line()])
    assert (summary.requests, summary.bad_lines) == (1, 1)
    assert summarize([]).slowest == []


def test_hours():
    times = ["2024-01-01 10:59:59", "2024-01-02 10:00:00", "2024-01-01 09:00:00", "2024-01-01 10:00:01"]
    requests = [parse_line(line(time=time)) for time in times]
    assert busiest_hour(requests) == (datetime(2024, 1, 1, 10), 2)
    assert busiest_hour(requests[:3]) == (datetime(2024, 1, 1, 9), 1)
