"""The application: every route, what guards them, and one place where errors become answers."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial

from fastapi import Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from open_autoglm import __version__
from open_autoglm.errors import OpenAutoGLMError
from open_autoglm.gateway import operations
from open_autoglm.gateway.anthropic import routes as anthropic
from open_autoglm.gateway.dialect.whole_characters import require_whole_characters
from open_autoglm.gateway.failures import Failure, error_shape, failure_from
from open_autoglm.gateway.invalid_request import invalid_request
from open_autoglm.gateway.knowledge import routes as knowledge
from open_autoglm.gateway.ollama import router as ollama
from open_autoglm.gateway.openai import router as openai
from open_autoglm.gateway.openapi_document import methods_of, openapi_document
from open_autoglm.gateway.state import Gateway
from open_autoglm.gateway.tasks import routes as tasks

OpenGateway = Callable[[], AbstractAsyncContextManager[Gateway]]


def create_app(open_gateway: OpenGateway) -> FastAPI:
    """The gateway as an ASGI application; ``open_gateway`` is entered when the server starts."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with open_gateway() as gateway:
            app.state.gateway = gateway
            yield

    app = FastAPI(
        title="Open-AutoGLM PC",
        version=__version__,
        description="Large models on this PC, behind the APIs that programs already speak.",
        lifespan=lifespan,
        dependencies=[Depends(require_whole_characters)],
        docs_url=None,  # its page would load its scripts from elsewhere
        redoc_url=None,
    )
    for part in (operations, openai, anthropic, ollama, tasks, knowledge):
        app.include_router(part.router)
    app.add_exception_handler(RequestValidationError, _not_valid)
    app.add_exception_handler(HTTPException, _not_routed)
    app.add_exception_handler(OpenAutoGLMError, _failed)
    app.add_exception_handler(Exception, _failed)
    app.openapi = partial(openapi_document, app)  # type: ignore[method-assign]  # FastAPI's own way to do it
    return app


async def _failed(request: Request, error: Exception) -> JSONResponse:
    return _respond(request, failure_from(error))


async def _not_routed(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for it
    said = {404: f"There is nothing at {request.url.path}.", 405: f"{request.method} is not possible here."}
    answer = _respond(request, Failure(error.status_code, said.get(error.status_code, str(error.detail))))
    answer.headers.update(error.headers or {})
    if error.status_code == 405:  # what was found first allows its own methods; others of this path do too
        answer.headers["allow"] = ", ".join(methods_of(request.app.openapi(), request.url.path))
    return answer


async def _not_valid(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for it
    return _respond(request, invalid_request(error))


def _respond(request: Request, failure: Failure) -> JSONResponse:
    return JSONResponse(error_shape(request.url.path)(failure), failure.status, headers=failure.headers)
