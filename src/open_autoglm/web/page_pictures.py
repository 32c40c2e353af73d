"""Pictures of a document's pages, drawn when they are looked at, and kept with the document."""

from __future__ import annotations

import asyncio
from pathlib import Path

from anyio import to_thread
from fastapi import Response
from nicegui import app

from open_autoglm.documents.model import Document
from open_autoglm.errors import NotFound, OpenAutoGLMError
from open_autoglm.jobs.job_runner import JobFiles
from open_autoglm.web.parts import PageParts
from open_autoglm.web.visitor import Doorkeeper

BATCH = 8
"""Pages drawn by one opening of the file: opening takes longer than drawing."""
ADDRESS = "/documents/{job_id}/pages/{number}.jpg"


def picture_address(job_id: str, number: int) -> str:
    return ADDRESS.format(job_id=job_id, number=number)


class PagePictures:
    """Serves them to the one whose document it is."""

    def __init__(self, parts: PageParts, door: Doorkeeper) -> None:
        self._door = door
        self._parts = parts
        self._drawing = asyncio.Lock()

    def register(self) -> None:
        app.remove_route(ADDRESS)
        app.get(ADDRESS, include_in_schema=False)(self.serve)

    async def serve(self, job_id: str, number: int) -> Response:
        """Page ``number`` as JPEG; 404 where the document is not read, not there or not the visitor's."""
        owner = self._door.owner()
        try:
            if owner is None:
                return Response(status_code=401)
            job = await to_thread.run_sync(self._parts.jobs.get, job_id, owner)
        except NotFound:
            return Response(status_code=404)
        files = self._parts.jobs.files(job)
        file = files.made_again / f"{number}.jpg"
        if job.state == "done" and not file.exists():
            async with self._drawing:  # one at a time: drawing takes a processor
                if not file.exists():
                    await to_thread.run_sync(self._draw, files, number)
        if not file.exists() or not file.stat().st_size:
            return Response(status_code=404)
        headers = {"cache-control": "private, max-age=86400"}
        return Response(file.read_bytes(), media_type="image/jpeg", headers=headers)

    def _draw(self, files: JobFiles, first: int) -> None:
        """The page asked for and those after it. An empty file says that a page has no picture."""
        folder = files.made_again
        folder.mkdir(exist_ok=True, mode=0o700)
        try:
            document: Document = self._parts.documents.result(files).document
            numbers = [page.number for page in document.pages if first <= page.number < first + BATCH]
            with self._parts.reader().pictures(files.source, document) as picture:
                for number in numbers:
                    if not (file := folder / f"{number}.jpg").exists():
                        _write(file, picture(number) or b"")
        except OpenAutoGLMError:
            _write(folder / f"{first}.jpg", b"")


def _write(file: Path, data: bytes) -> None:
    """Whole or not at all; a picture can always be drawn again, so nothing waits for the disk."""
    part = file.with_suffix(".part")
    part.write_bytes(data)
    part.replace(file)
