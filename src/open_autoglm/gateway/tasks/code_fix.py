"""``/v1/tasks/code_fix``: code is handed in, as a file or as text, with its error or a test."""

from __future__ import annotations

from io import BytesIO
from typing import Annotated, Any, Literal

from fastapi import APIRouter, File, Form, Request, Response, UploadFile

from open_autoglm.code.source import MAX_SOURCE_BYTES
from open_autoglm.errors import LimitExceeded, UsageError
from open_autoglm.gateway.failures import ErrorAnswer
from open_autoglm.gateway.tasks.hand_in import hand_in, require_known_model
from open_autoglm.gateway.tasks.schema import JobAnswer
from open_autoglm.jobs.code_fix import MAX_ERROR, MAX_NAME, MAX_TEST, TASK, CodeFixOptions

router = APIRouter()
_NO_LANGUAGE: dict[int | str, dict[str, Any]] = {415: {"model": ErrorAnswer}}


@router.post("/code_fix", status_code=202, operation_id="fix_code", responses=_NO_LANGUAGE)
async def fix_code(
    request: Request,
    response: Response,
    file: Annotated[
        UploadFile | None, File(description="The code; the ending of its name tells the language.")
    ] = None,
    text: Annotated[
        str | None, Form(description="The code itself, instead of file.", max_length=MAX_SOURCE_BYTES)
    ] = None,
    name: Annotated[
        str, Form(description="What text is called, with an ending.", max_length=MAX_NAME)
    ] = "main.py",
    error: Annotated[
        str | None, Form(description="What it says when it fails: a traceback.", max_length=MAX_ERROR)
    ] = None,
    test: Annotated[
        str | None, Form(description="For Python: a pytest file, or lines with assert.", max_length=MAX_TEST)
    ] = None,
    model: Annotated[str | None, Form(description="Asked where rules find no repair.")] = None,
    language: Annotated[Literal["auto", "zh", "en"], Form(description="Of the explanation.")] = "auto",
    use_model: Annotated[bool, Form(description="false: only changes that need no model.")] = True,
) -> JobAnswer:
    """Hand code in. What fails is run in a sandbox, where the setting run_code allows it."""
    options = CodeFixOptions(
        model=model or None,
        language=language,
        error=error or None,
        test=test or None,
        use_model=use_model,
    )
    code = _handed_in(file, text, name)
    options.check(code.filename or "")
    if options.use_model:
        await require_known_model(request, options.model)
    return await hand_in(request, response, TASK, code, options.model_dump(exclude_none=True))


def _handed_in(file: UploadFile | None, text: str | None, name: str) -> UploadFile:
    """Raises UsageError for none or both, LimitExceeded for one that is too large."""
    if (file is None) == (not text):
        raise UsageError("Either file or text is to be handed in.", hint="Send one of them.")
    if file is None:
        return UploadFile(BytesIO((text or "").encode("utf-8", "replace")), filename=name)
    if file.size is not None and file.size > MAX_SOURCE_BYTES:
        raise LimitExceeded(
            f"The file has {file.size:,} bytes; a source file may have {MAX_SOURCE_BYTES:,}.",
            hint="Divide it; the command line takes whole projects.",
        )
    return file
