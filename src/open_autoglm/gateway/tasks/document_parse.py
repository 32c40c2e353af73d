"""``/v1/tasks/document_parse``: a document is handed in."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, File, Form, Request, Response, UploadFile

from open_autoglm.gateway.tasks.hand_in import hand_in, require_known_model
from open_autoglm.gateway.tasks.schema import JobAnswer
from open_autoglm.jobs.document_parse import TASK, DocumentParseOptions

router = APIRouter()


@router.post("/document_parse", status_code=202, operation_id="parse_document")
async def parse_document(
    request: Request,
    response: Response,
    file: Annotated[UploadFile, File(description="The document; see /v1/tasks/{id}/result for what comes.")],
    model: Annotated[str | None, Form()] = None,
    pages: Annotated[str | None, Form(description="For example 1-3,7 or 12-.", max_length=1000)] = None,
    language: Annotated[Literal["auto", "zh", "en"], Form()] = "auto",
    summary: Annotated[bool, Form(description="false: text and patterns only, no model.")] = True,
    fields: Annotated[str | None, Form(description="Your own fields, in YAML.", max_length=200_000)] = None,
    password: Annotated[
        str | None, Form(description="Opens an encrypted file; never kept on disk.", max_length=1000)
    ] = None,
) -> JobAnswer:
    """Hand a document in. The answer comes at once; the work goes on and survives a restart."""
    options = DocumentParseOptions(
        model=model or None, pages=pages or None, language=language, summary=summary, fields=fields or None
    )
    options.check()
    if options.summary or options.fields:
        await require_known_model(request, options.model)
    return await hand_in(
        request, response, TASK, file, options.model_dump(exclude_none=True), password or None
    )
