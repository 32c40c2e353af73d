"""The OpenAPI document: what FastAPI writes, made true."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import TypeAdapter
from starlette.routing import compile_path

from open_autoglm.gateway.openai.chat.answer import ChatCompletionChunkBody
from open_autoglm.gateway.openai.completions.answer import CompletionChunkBody
from open_autoglm.gateway.openai.llama_server.answer import InfillPiece

OWN_VALIDATION_SCHEMAS = ("HTTPValidationError", "ValidationError")
STREAMED = (ChatCompletionChunkBody, CompletionChunkBody, InfillPiece)
"""What no route answers whole, so that FastAPI does not know of it; descriptions of streams name it."""


def openapi_document(app: FastAPI) -> dict[str, Any]:
    """Made once and kept. An invalid request is answered with 400 here, never with FastAPI's 422."""
    if app.openapi_schema is not None:
        return app.openapi_schema
    document = get_openapi(
        title=app.title, version=app.version, description=app.description, routes=app.routes
    )
    for path in document["paths"].values():
        for operation in path.values():
            _drop_own_422(operation["responses"])
            _errors_are_json(operation["responses"])
            _streams_are_events(operation["responses"])
    schemas = document.get("components", {}).get("schemas", {})
    for name in OWN_VALIDATION_SCHEMAS:
        schemas.pop(name, None)
    schemas.update(_schemas_of(STREAMED))
    app.openapi_schema = document
    return document


def methods_of(document: dict[str, Any], path: str) -> list[str]:
    """What may be done at a path, in the order of the alphabet. A path without parameters goes first."""
    if path in document["paths"]:
        return sorted(method.upper() for method in document["paths"][path])
    found = [
        method.upper()
        for template, methods in document["paths"].items()
        if compile_path(template)[0].match(path)
        for method in methods
    ]
    return sorted(set(found))


def _drop_own_422(responses: dict[str, Any]) -> None:
    content = responses.get("422", {}).get("content", {}).get("application/json", {})
    if str(content.get("schema", {}).get("$ref", "")).endswith("/HTTPValidationError"):
        del responses["422"]


def _errors_are_json(responses: dict[str, Any]) -> None:
    """Also where the answer itself is something else; FastAPI gives all answers of a route one media type."""
    for status, response in responses.items():
        if status >= "400" and response.get("content"):
            [described] = response["content"].values()
            response["content"] = {"application/json": described}


def _streams_are_events(responses: dict[str, Any]) -> None:
    """A stream is described event by event (OpenAPI 3.2, section 4.14.4; 3.1 has no word for it)."""
    for response in responses.values():
        described = response.get("content", {}).get("text/event-stream")
        if described is not None and "schema" in described:
            described["itemSchema"] = {
                "type": "object",
                "description": described.pop("schema").get("description", ""),
                "required": ["data"],
                "properties": {"data": {"type": "string"}, "event": {"type": "string"}},
            }


def _schemas_of(types: Iterable[Any]) -> dict[str, Any]:
    _, found = TypeAdapter.json_schemas(
        [(kind, "serialization", TypeAdapter(kind)) for kind in types],
        ref_template="#/components/schemas/{model}",
    )
    schemas: dict[str, Any] = found["$defs"]
    return schemas
