"""The OpenAPI document, which programs are generated from."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext
from typing import Any

import pytest
from fastapi import FastAPI

from open_autoglm.gateway.app import create_app


@pytest.fixture(scope="module")
def undressed_app() -> FastAPI:
    """Routes with nothing behind them."""
    return create_app(nullcontext)


@pytest.fixture(scope="module")
def document(undressed_app: FastAPI) -> Any:
    return undressed_app.openapi()


def operations(document: Any) -> Iterator[tuple[str, Any]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


def test_every_operation_has_an_id_of_its_own_and_says_what_it_does(document: Any) -> None:
    found = list(operations(document))
    ids = [operation["operationId"] for _, operation in found]
    assert len(ids) == len(set(ids))
    assert [name for name, operation in found if not operation.get("description")] == []


def test_no_operation_promises_an_answer_that_never_comes(document: Any) -> None:
    """An invalid request is 400 here; FastAPI would document its own 422."""
    assert "HTTPValidationError" not in document["components"]["schemas"]


def test_every_error_has_a_schema(document: Any) -> None:
    for name, operation in operations(document):
        for status, answer in operation["responses"].items():
            if status >= "400":
                assert "schema" in answer["content"]["application/json"], f"{name} {status}"


@pytest.mark.parametrize("path", ["/v1/chat/completions", "/v1/completions", "/v1/responses", "/infill"])
def test_what_can_be_streamed_says_so(document: Any, path: str) -> None:
    content = document["paths"][path]["post"]["responses"]["200"]["content"]
    assert set(content) == {"application/json", "text/event-stream"}


def test_it_is_made_once(undressed_app: FastAPI, document: Any) -> None:
    assert undressed_app.openapi() is document
