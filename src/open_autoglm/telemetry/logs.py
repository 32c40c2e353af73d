"""Logs: one record a line on stderr, as text or JSON.

Never the content of documents, prompts or answers; only the setting ``log_prompts`` lets prompts and answers
in, through ``log_content``. Records made while a request is answered carry its id.
"""

from __future__ import annotations

import json
import logging
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from open_autoglm.telemetry.facts import current_request

ROOT = "open_autoglm"
LIBRARIES = ("uvicorn", "opentelemetry")
"""Loggers of libraries that warn of what whoever runs the program should know."""
_access_log = logging.getLogger(f"{ROOT}.access")
_content_log = logging.getLogger(f"{ROOT}.content")
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
_VISIBLE = {code: repr(chr(code))[1:-1] for code in (*range(32), 127)}
"""Control characters as they are written: text from outside can't begin a line or steer a terminal."""


def _fields(record: logging.LogRecord) -> dict[str, Any]:
    """What the caller passed as ``extra``."""
    return {key: value for key, value in vars(record).items() if key not in _STANDARD}


class RequestIdFilter(logging.Filter):
    """Adds the id of the request being answered, where there is one."""

    def filter(self, record: logging.LogRecord) -> bool:
        request_id = current_request().request_id
        if request_id:
            record.request_id = request_id
        return True


class JsonFormatter(logging.Formatter):
    """One JSON object a line: time (UTC, ISO 8601), level, logger, message and the extra fields."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **_fields(record),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


class TextFormatter(logging.Formatter):
    """Time, level, logger, message, then ``key=value`` for the extra fields; an exception below them."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)-7s %(name)s: %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the name is the library's
        fields = "".join(f" {key}={value}" for key, value in _fields(record).items())
        return f"{super().formatMessage(record)}{fields}".translate(_VISIBLE)


def set_up_logs(level: str, style: str) -> None:
    """Send the program's own records to stderr, and what LIBRARIES warn of in the same form.

    All others keep their loggers. Safe to repeat.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter() if style == "json" else TextFormatter())
    handler.addFilter(RequestIdFilter())
    least = logging.getLevelNamesMapping()[level.upper()]
    for name in (ROOT, *LIBRARIES):
        logger = logging.getLogger(name)
        for earlier in list(logger.handlers):
            logger.removeHandler(earlier)
        logger.addHandler(handler)
        logger.setLevel(least if name == ROOT else max(least, logging.WARNING))
        logger.propagate = False


@dataclass(frozen=True, slots=True)
class Access:
    """One HTTP request, answered."""

    method: str
    route: str
    """The route's template, not the path: a path may hold a name that somebody typed."""
    status: int
    milliseconds: float
    owner: str
    model: str | None
    prompt_tokens: int
    cached_tokens: int
    completion_tokens: int
    error: str | None


def log_access(access: Access) -> None:
    """One line a request, at level info."""
    if _access_log.isEnabledFor(logging.INFO):
        fields = {name: getattr(access, name) for name in Access.__slots__}
        _access_log.info("%s %s %d", access.method, access.route, access.status, extra=fields)


def log_content(kind: Literal["prompt", "answer"], text: str) -> None:
    """Text of a request, at level info. Callers do this only where the setting ``log_prompts`` says so."""
    _content_log.info(kind, extra={"text": text})
