"""Errors as each API dialect writes them, with the right status and nothing that tells of this machine.

The dialect follows from the path: ``/v1/messages`` is Anthropic's, ``/api/`` is Ollama's, all else OpenAI's.
Sources: OpenAI API reference, "Error codes"; Anthropic API reference, "Errors"; Ollama API reference.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel
from starlette.types import Scope, Send

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
from open_autoglm.gateway.public_message import public_message
from open_autoglm.telemetry.facts import current_request

logger = logging.getLogger(__name__)


class FieldRefused(UsageError):
    """A field of the request is wrong, or asks for what can't be done here; ``parameter`` is its name."""

    def __init__(self, parameter: str, message: str, *, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.parameter = parameter


@dataclass(frozen=True, slots=True)
class Failure:
    """What a client is told: a status and one sentence with its remedy."""

    status: int
    message: str
    code: str | None = None
    """A word that programs compare, for example ``context_length_exceeded``."""
    parameter: str | None = None
    retry_after_s: int | None = None

    @property
    def headers(self) -> dict[str, str]:
        headers = {} if self.retry_after_s is None else {"retry-after": str(self.retry_after_s)}
        if self.status >= 500 and self.retry_after_s is None:
            headers["x-should-retry"] = "false"  # clients of OpenAI and Anthropic try any 5xx again otherwise
        if self.status == 401:
            headers["www-authenticate"] = "Bearer"
        return headers


_CODES: Mapping[type[OpenAutoGLMError], str] = {
    ContextExceeded: "context_length_exceeded",
    KeyRefused: "invalid_api_key",
    NotSupported: "unsupported",
    UnknownModel: "model_not_found",
    QueueFull: "rate_limit_exceeded",
}


def failure_from(error: Exception) -> Failure:
    """The failure that an exception stands for. What is not ours is logged whole and told as a defect."""
    current_request().error = type(error).__name__  # for the log line and the count of errors
    if not isinstance(error, OpenAutoGLMError):
        logger.error("unexpected error", exc_info=error)
        return Failure(500, f"Unexpected {type(error).__name__}. This is a defect; the log has the details.")
    retry_after = 1 if error.retryable else None
    if isinstance(error, QueueFull):
        retry_after = error.retry_after_s
    return Failure(
        error.status,
        public_message(error),
        code=_CODES.get(type(error)),
        parameter=_parameter(error),
        retry_after_s=retry_after,
    )


def server_ends() -> Failure:
    """What a request is told that is still under way when the server has to stop."""
    return failure_from(
        EngineUnavailable("The server is ending.", hint="Send the request again when it is back.")
    )


def _parameter(error: OpenAutoGLMError) -> str | None:
    if isinstance(error, FieldRefused):
        return error.parameter
    return "model" if isinstance(error, UnknownModel) else None


class ErrorDetail(BaseModel):
    message: str
    type: str
    param: str | None
    code: str | None


class ErrorAnswer(BaseModel):
    """OpenAI's shape, also of routes that are no dialect's."""

    error: ErrorDetail


def openai_error(failure: Failure) -> dict[str, Any]:
    kinds = {401: "authentication_error", 403: "permission_error", 429: "rate_limit_error"}
    kind = kinds.get(failure.status)
    if kind is None:
        kind = "invalid_request_error" if failure.status < 500 else "server_error"
    return {
        "error": {
            "message": failure.message,
            "type": kind,
            "param": failure.parameter,
            "code": failure.code,
        }
    }


def anthropic_error(failure: Failure) -> dict[str, Any]:
    kinds = {
        401: "authentication_error",
        403: "permission_error",
        404: "not_found_error",
        413: "request_too_large",
        429: "rate_limit_error",
        503: "overloaded_error",
        504: "timeout_error",
    }
    kind = kinds.get(failure.status)
    if kind is None:
        kind = "invalid_request_error" if failure.status < 500 else "api_error"
    return {"type": "error", "error": {"type": kind, "message": failure.message}}


def ollama_error(failure: Failure) -> dict[str, Any]:
    return {"error": failure.message}


ErrorShape = Callable[[Failure], dict[str, Any]]
_SHAPES: tuple[tuple[str, ErrorShape], ...] = (
    ("/v1/messages", anthropic_error),
    ("/api/", ollama_error),
    ("/", openai_error),
)


def error_shape(path: str) -> ErrorShape:
    return next(shape for prefix, shape in _SHAPES if path.startswith(prefix))


async def send_failure(scope: Scope, send: Send, failure: Failure) -> None:
    """Answer an HTTP request with the failure in the shape of its path's dialect."""
    body = json.dumps(error_shape(scope["path"])(failure), ensure_ascii=False).encode("utf-8")
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode("ascii")),
        *((name.encode("ascii"), value.encode("ascii")) for name, value in failure.headers.items()),
    ]
    await send({"type": "http.response.start", "status": failure.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
