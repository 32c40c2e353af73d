"""Errors as each dialect's clients read them."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from starlette.types import Message

from open_autoglm.errors import (
    ContextExceeded,
    EngineUnavailable,
    KeyRefused,
    NotSupported,
    OpenAutoGLMError,
    QueueFull,
    UnknownModel,
    UsageError,
)
from open_autoglm.gateway.failures import (
    Failure,
    FieldRefused,
    anthropic_error,
    error_shape,
    failure_from,
    ollama_error,
    openai_error,
    send_failure,
)


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (UsageError("x"), 400, None),
        (ContextExceeded("x"), 400, "context_length_exceeded"),
        (KeyRefused("x"), 401, "invalid_api_key"),
        (UnknownModel("x"), 404, "model_not_found"),
        (QueueFull("x"), 429, "rate_limit_exceeded"),
        (NotSupported("x"), 501, "unsupported"),
        (EngineUnavailable("x"), 503, None),
    ],
)
def test_an_error_keeps_its_status_and_gets_the_word_programs_compare(
    error: OpenAutoGLMError, status: int, code: str | None
) -> None:
    failure = failure_from(error)
    assert (failure.status, failure.code) == (status, code)


def test_the_parameter_is_named_where_one_is_to_blame() -> None:
    assert failure_from(FieldRefused("tools", "No.")).parameter == "tools"
    assert failure_from(UnknownModel("No.")).parameter == "model"
    assert failure_from(UsageError("No.")).parameter is None


def test_what_may_succeed_later_says_when() -> None:
    assert failure_from(QueueFull("full", retry_after_s=7)).headers == {"retry-after": "7"}
    assert failure_from(EngineUnavailable("restarting")).headers == {"retry-after": "1"}


def test_what_will_not_succeed_later_tells_clients_not_to_try() -> None:
    assert failure_from(NotSupported("no eyes")).headers == {"x-should-retry": "false"}
    assert failure_from(UsageError("no")).headers == {}


def test_a_key_is_asked_for_as_http_does() -> None:
    assert failure_from(KeyRefused("no key")).headers == {"www-authenticate": "Bearer"}


def test_a_defect_shows_its_kind_and_nothing_else(caplog: pytest.LogCaptureFixture) -> None:
    failure = failure_from(ValueError("/home/me/secret"))
    assert failure.status == 500
    assert "ValueError" in failure.message
    assert "secret" not in failure.message
    assert "/home/me/secret" in caplog.text


@pytest.mark.parametrize(
    ("status", "openai", "anthropic"),
    [
        (400, "invalid_request_error", "invalid_request_error"),
        (401, "authentication_error", "authentication_error"),
        (403, "permission_error", "permission_error"),
        (404, "invalid_request_error", "not_found_error"),
        (413, "invalid_request_error", "request_too_large"),
        (429, "rate_limit_error", "rate_limit_error"),
        (500, "server_error", "api_error"),
        (501, "server_error", "api_error"),
        (503, "server_error", "overloaded_error"),
        (504, "server_error", "timeout_error"),
    ],
)
def test_every_dialect_has_its_own_word_for_a_status(status: int, openai: str, anthropic: str) -> None:
    failure = Failure(status, "Why.", parameter="n")
    assert openai_error(failure) == {"error": {"message": "Why.", "type": openai, "param": "n", "code": None}}
    assert anthropic_error(failure) == {"type": "error", "error": {"type": anthropic, "message": "Why."}}
    assert ollama_error(failure) == {"error": "Why."}


@pytest.mark.parametrize(
    ("path", "shape"),
    [
        ("/v1/messages", anthropic_error),
        ("/v1/messages/count_tokens", anthropic_error),
        ("/api/chat", ollama_error),
        ("/v1/chat/completions", openai_error),
        ("/anything", openai_error),
    ],
)
def test_the_path_decides_the_dialect(path: str, shape: Any) -> None:
    assert error_shape(path) is shape


@pytest.mark.anyio
async def test_a_failure_can_be_sent_without_a_route() -> None:
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    await send_failure({"type": "http", "path": "/api/chat"}, send, Failure(429, "Später.", retry_after_s=3))
    start, body = sent
    assert start["status"] == 429
    assert dict(start["headers"])[b"retry-after"] == b"3"
    assert int(dict(start["headers"])[b"content-length"]) == len(body["body"])
    assert json.loads(body["body"]) == {"error": "Später."}


@pytest.mark.anyio
async def test_a_route_that_is_not_there_is_404_in_the_dialects_shape(client: httpx.AsyncClient) -> None:
    answer = await client.get("/v1/nothing")
    assert answer.status_code == 404
    assert "/v1/nothing" in answer.json()["error"]["message"]


@pytest.mark.anyio
async def test_a_method_that_is_not_possible_is_405_and_tells_which_is(client: httpx.AsyncClient) -> None:
    answer = await client.delete("/v1/chat/completions")
    assert answer.status_code == 405
    assert answer.headers["allow"] == "POST"
    answer = await client.patch("/v1/tasks/nothing")
    assert answer.headers["allow"] == "DELETE, GET"


@pytest.mark.anyio
async def test_a_defect_in_a_route_is_500_without_a_traceback(app: FastAPI) -> None:
    @app.get("/broken")
    async def broken() -> None:
        raise ZeroDivisionError("secret detail")

    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        answer = await client.get("/broken")
    assert answer.status_code == 500
    assert "ZeroDivisionError" in answer.json()["error"]["message"]
    assert "secret" not in answer.text
