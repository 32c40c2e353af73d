"""What the OpenAPI document says of answers that are no JSON, or no success."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, get_args

from open_autoglm.context.report import ContextPolicy
from open_autoglm.gateway.failures import ErrorAnswer
from open_autoglm.gateway.state import POLICY_HEADER, PRIORITY_HEADER
from open_autoglm.serving.request import Priority

LOOKS_UP = (400, 401, 403, 404, 500, 503)
"""What can go wrong where a model's name is looked up."""
ANSWERS = (400, 401, 403, 404, 413, 415, 422, 429, 500, 501, 502, 503, 504, 507)
"""What can go wrong where a model is loaded and answers."""

_MEANINGS = {
    400: "The request is wrong, or its prompt is longer than the window.",
    401: "A key is needed, or the one given is not known.",
    403: "The host name, the origin or the key may not do this.",
    404: "There is no such model; the nearest names are told.",
    413: "The request, or a picture in it, is larger than allowed.",
    415: "A picture is in a format that can't be read.",
    422: "A picture is damaged.",
    429: "As many requests wait as may wait. Retry-After says when to come again.",
    500: "The engine failed, or there is a defect.",
    501: "The model, or this program, can't do what was asked for.",
    502: "The model's file is not what it should be.",
    503: "The model is not installed, can't be started or is restarting.",
    504: "The engine gave no sign of life in time.",
    507: "The disk is full.",
}

Responses = dict[int | str, dict[str, Any]]


def errors(statuses: tuple[int, ...], error: Any = ErrorAnswer) -> Responses:
    """``error`` is the JSON of a refusal in the dialect at hand."""
    return {
        status: {
            "model": error,
            "description": f"{HTTPStatus(status).phrase}. {_MEANINGS[status]}",
            **({"headers": _RETRY_AFTER} if status in (429, 503, 504) else {}),
        }
        for status in statuses
    }


def answered(
    model: Any,
    events: Any = None,
    *,
    statuses: tuple[int, ...] = ANSWERS,
    error: Any = ErrorAnswer,
    stream_type: str = "text/event-stream",
) -> Responses:
    """``model`` is the JSON of a whole answer. ``events`` describe what a stream carries."""
    success: dict[str, Any] = {"model": model, "description": "The answer.", "headers": _ABOUT}
    if events is not None:
        success["description"] = "The answer: whole, or a stream of its pieces."
        success["content"] = {stream_type: {"schema": {"type": "string", "description": events}}}
    return {200: success, **errors(statuses, error)}


def _header(description: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"description": description, "schema": schema}


_RETRY_AFTER = {"Retry-After": _header("Seconds.", {"type": "string"})}
_ABOUT = {
    "x-open-autoglm-model": _header("The model that answered.", {"type": "string"}),
    "x-open-autoglm-cache": _header(
        "Whether the answer was kept from before.", {"type": "string", "enum": ["hit", "miss", "off"]}
    ),
    "x-open-autoglm-context": _header(
        "What was done to a conversation longer than the window.",
        {"type": "string", "enum": ["nothing", "truncated", "summarized"]},
    ),
}


def _asked(name: str, description: str, words: list[str]) -> dict[str, Any]:
    return {"name": name, "in": "header", "description": description, "schema": {"enum": words}}


ASKED_IN_HEADERS: dict[str, Any] = {
    "parameters": [
        _asked(
            POLICY_HEADER,
            "What happens to a conversation longer than the window.",
            list(get_args(ContextPolicy)),
        ),
        _asked(PRIORITY_HEADER, "batch waits behind interactive.", list(get_args(Priority))),
    ]
}
"""Read by ``served_request``."""
