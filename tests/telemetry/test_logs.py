"""Log records: one a line, with the request they belong to, and without what was said."""

from __future__ import annotations

import contextvars
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest

from open_autoglm.telemetry.facts import RequestFacts, begin_request
from open_autoglm.telemetry.logs import LIBRARIES, ROOT, Access, log_access, log_content, set_up_logs

ACCESS = Access("POST", "/v1/chat/completions", 200, 12.5, "local", "m", 10, 4, 5, None)


@pytest.fixture(autouse=True)
def logger_as_it_was() -> Iterator[None]:
    loggers = [logging.getLogger(name) for name in (ROOT, *LIBRARIES)]
    before = [(list(logger.handlers), logger.level, logger.propagate) for logger in loggers]
    yield
    for logger, was in zip(loggers, before, strict=True):
        logger.handlers[:], logger.level, logger.propagate = was


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_a_request_is_one_json_line_with_what_was_done(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logs("info", "json")
    log_access(ACCESS)
    [line] = lines(capsys)
    assert line.pop("time").endswith("+00:00")
    assert line == {
        "level": "info",
        "logger": "open_autoglm.access",
        "message": "POST /v1/chat/completions 200",
        "method": "POST",
        "route": "/v1/chat/completions",
        "status": 200,
        "milliseconds": 12.5,
        "owner": "local",
        "model": "m",
        "prompt_tokens": 10,
        "cached_tokens": 4,
        "completion_tokens": 5,
        "error": None,
    }


def test_records_made_during_a_request_carry_its_id(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logs("info", "json")

    def answer() -> None:
        begin_request(RequestFacts("r-1"))
        logging.getLogger(f"{ROOT}.engine").info("working")

    contextvars.copy_context().run(answer)
    logging.getLogger(f"{ROOT}.engine").info("idle")
    during, after = lines(capsys)
    assert during["request_id"] == "r-1"
    assert "request_id" not in after


def test_requests_are_not_logged_at_the_usual_level(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logs("warning", "json")
    log_access(ACCESS)
    assert capsys.readouterr().err == ""


def test_text_of_requests_has_a_logger_of_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logs("info", "json")
    log_content("prompt", "你好")
    [line] = lines(capsys)
    assert (line["logger"], line["message"], line["text"]) == ("open_autoglm.content", "prompt", "你好")


@pytest.mark.parametrize("style", ["text", "json"])
def test_a_record_is_one_line_whatever_it_holds(capsys: pytest.CaptureFixture[str], style: str) -> None:
    set_up_logs("info", style)
    log_content("answer", "one\ntwo\r\n2026-01-01 INFO forged \x1b[31m")
    logging.getLogger(f"{ROOT}.engine").info("a\nb")
    written = capsys.readouterr().err
    assert len(written.splitlines()) == 2
    assert "\x1b" not in written


def test_an_exception_is_one_json_field(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logs("info", "json")
    logging.getLogger(f"{ROOT}.engine").error("failed", exc_info=ValueError("why"))
    [line] = lines(capsys)
    assert "ValueError: why" in line["exception"]


@pytest.mark.parametrize("name", ["uvicorn.error", "opentelemetry.exporter"])
def test_what_libraries_warn_of_has_the_same_form(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logs("info", "json")
    library = logging.getLogger(name)
    library.info("Shutting down")
    library.warning("Invalid HTTP request received.")
    [line] = lines(capsys)
    assert (line["level"], line["message"]) == ("warning", "Invalid HTTP request received.")
