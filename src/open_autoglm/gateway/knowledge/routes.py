"""``/v1/kb``: bases are made, filled, searched and removed; pages of their files are shown."""

from __future__ import annotations

from typing import Annotated, Any

from anyio.to_thread import run_sync
from fastapi import APIRouter, File, Path, Query, Request, Response, UploadFile

from open_autoglm.gateway.failures import ErrorAnswer
from open_autoglm.gateway.knowledge.schema import (
    BaseBody,
    BaseList,
    BaseName,
    FileBody,
    FileList,
    NewBase,
    SearchAnswer,
    SearchRequest,
)
from open_autoglm.gateway.state import gateway_of, owner_of

MAX_PAGE = 1_000_000
_ERRORS: dict[int | str, dict[str, Any]] = {
    status: {"model": ErrorAnswer} for status in (400, 401, 403, 404, 413, 415, 422, 429, 500, 503, 507)
}

router = APIRouter(prefix="/v1/kb", tags=["knowledge bases"], responses=_ERRORS)

FileName = Annotated[str, Path(description="As the list of files names it.", max_length=4000)]


@router.get("", operation_id="list_bases")
async def list_bases(request: Request) -> BaseList:
    """Your knowledge bases, by name."""
    states = await run_sync(gateway_of(request).knowledge.states, owner_of(request))
    return BaseList(data=[BaseBody.of(state) for state in states])


@router.post("", status_code=201, operation_id="create_base")
async def create_base(request: Request, response: Response, body: NewBase) -> BaseBody:
    """Make an empty base. It belongs to your key; others don't learn that it exists."""
    state = await run_sync(gateway_of(request).knowledge.create, owner_of(request), body.name)
    response.headers["location"] = f"/v1/kb/{body.name}"
    return BaseBody.of(state)


@router.get("/{name}", operation_id="get_base")
async def get_base(request: Request, name: BaseName) -> BaseBody:
    """The base as it is now."""
    return BaseBody.of(await run_sync(gateway_of(request).knowledge.state, owner_of(request), name))


@router.delete("/{name}", status_code=204, operation_id="delete_base")
async def delete_base(request: Request, name: BaseName) -> None:
    """Remove the base with all that was uploaded to it."""
    await run_sync(gateway_of(request).knowledge.delete, owner_of(request), name)


@router.get("/{name}/files", operation_id="list_base_files")
async def list_base_files(request: Request, name: BaseName) -> FileList:
    """Its files: read, failed with the reason, or waiting to be read."""
    files = await run_sync(gateway_of(request).knowledge.files, owner_of(request), name)
    return FileList(data=[FileBody.of(file) for file in files])


@router.post("/{name}/files", status_code=202, operation_id="upload_base_file")
async def upload_base_file(
    request: Request,
    name: BaseName,
    file: Annotated[UploadFile, File(description="A document; one of the same name is replaced.")],
) -> FileBody:
    """Put a file into the base. The answer comes at once; the list of files says when it is read."""
    knowledge = gateway_of(request).knowledge
    known = await run_sync(knowledge.upload, owner_of(request), name, file.filename or "file", file.file)
    return FileBody.of(known)


@router.delete("/{name}/files/{file:path}", status_code=204, operation_id="remove_base_file")
async def remove_base_file(request: Request, name: BaseName, file: FileName) -> None:
    """Remove an uploaded file; nothing is answered from it any more."""
    await run_sync(gateway_of(request).knowledge.remove_file, owner_of(request), name, file)


@router.post("/{name}/search", operation_id="search_base")
async def search_base(request: Request, name: BaseName, body: SearchRequest) -> SearchAnswer:
    """Passages for a question, best first, with the reasons; nothing is asked of a model that writes."""
    found, names = await run_sync(
        gateway_of(request).knowledge.search, owner_of(request), name, body.question, body.limit, body.folder
    )
    return SearchAnswer.of(found, names)


@router.get(
    "/{name}/page/{file:path}",
    operation_id="get_base_page",
    response_class=Response,
    responses={
        200: {
            "content": {"image/jpeg": {"schema": {"type": "string", "format": "binary"}}},
            "headers": {
                f"x-open-autoglm-page-{side}": {
                    "description": "Of the page in points, in which boxes of citations are given.",
                    "schema": {"type": "string"},
                }
                for side in ("width", "height")
            },
        }
    },
)
async def get_base_page(
    request: Request,
    name: BaseName,
    file: FileName,
    page: Annotated[int, Query(ge=1, le=MAX_PAGE, description="Of the file, from 1 on.")] = 1,
) -> Response:
    """A page of a file as a picture, upright, on which the box of a citation can be drawn."""
    picture = await run_sync(gateway_of(request).knowledge.page, owner_of(request), name, file, page)
    return Response(
        picture.jpeg,
        media_type="image/jpeg",
        headers={
            "x-open-autoglm-page-width": f"{picture.width:g}",
            "x-open-autoglm-page-height": f"{picture.height:g}",
            "cache-control": "private, max-age=600",
        },
    )
