"""A file from the browser becomes a job that reads it."""

from __future__ import annotations

from tempfile import TemporaryFile

from nicegui.elements.upload_files import FileUpload

from open_autoglm.errors import LimitExceeded
from open_autoglm.jobs.document_parse import TASK, DocumentParseOptions
from open_autoglm.jobs.job import Job
from open_autoglm.jobs.job_store import NewJob
from open_autoglm.web.session import Session


async def hand_in(session: Session, upload: FileUpload, *, summary: bool) -> Job:
    """The job, waiting or under way. Raises LimitExceeded, QueueFull, OutputFailed, Forbidden."""
    limit = session.parts.settings.max_file_mb
    if upload.size() > limit << 20:
        raise LimitExceeded(session.texts.file_too_large.format(upload.name, limit))
    if summary:
        session.shared.door.require_model(session.owner, session.model)
    options = DocumentParseOptions(summary=summary, model=session.model if summary else None)
    new = NewJob(session.owner, TASK, upload.name, options.model_dump(exclude_none=True))
    with TemporaryFile() as file:
        async for piece in upload.iterate():
            file.write(piece)
        file.seek(0)
        return await session.parts.jobs.submit(new, file)
