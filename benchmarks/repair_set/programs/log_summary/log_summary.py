"""Sums up the log of a web server."""

import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

_LINE = re.compile(
    r"(?P<host>\S+) \[(?P<time>[^\]]+)\] \"(?P<method>[A-Z]+) (?P<path>\S+)\" (?P<status>\d{3}) (?P<ms>\d+)$"
)


@dataclass(frozen=True)
class Request:
    host: str
    time: datetime
    method: str
    path: str
    status: int
    ms: int


@dataclass
class Summary:
    requests: int = 0
    errors: int = 0
    """Answers with status 500 and above."""
    bad_lines: int = 0
    by_path: Counter = field(default_factory=Counter)
    """Requests by path, without what follows ``?``."""
    slowest: list = field(default_factory=list)
    """The slowest requests, slowest first, earlier ones first where they are as slow."""


def parse_line(line):
    """Return the request of a line ``host [2024-05-01 10:00:00] "GET /path" 200 35``, or None.

    Space at the end of the line does not count. A line of another form, or with a time that does
    not exist, is None.
    """
    match = _LINE.match(line.rstrip())
    if match is None:
        return None
    parts = match.groupdict()
    try:
        time = datetime.strptime(parts["time"], "%Y-%m-%d %H:%M:%S")
    except ValueError:
        return None
    return Request(
        parts["host"], time, parts["method"], parts["path"], int(parts["status"]), int(parts["ms"])
    )


def summarize(lines, slowest=3):
    """Return the summary of a log; empty lines count as nothing, other wrong ones as ``bad_lines``."""
    summary = Summary()
    requests = []
    for line in lines:
        if not line.strip():
            continue
        request = parse_line(line)
        if request is None:
            summary.bad_lines += 1
            continue
        requests.append(request)
        summary.by_path[request.path.split("?")[0]] += 1
        if request.status >= 500:
            summary.errors += 1
    summary.requests = len(requests)
    summary.slowest = sorted(requests, key=lambda request: (-request.ms, request.time))[:slowest]
    return summary


def busiest_hour(requests):
    """Return ``(hour as datetime, count)`` with the most requests, the earliest of equals; None for none."""
    hours = Counter(request.time.replace(minute=0, second=0) for request in requests)
    if not hours:
        return None
    return min(hours.items(), key=lambda item: (-item[1], item[0]))
