"""Pictures of events, for the one whose recording it is."""

from __future__ import annotations

from anyio import to_thread
from fastapi import Response
from nicegui import app

from open_autoglm.errors import OpenAutoGLMError
from open_autoglm.jobs.video_analysis import TASK
from open_autoglm.web.parts import PageParts
from open_autoglm.web.visitor import Doorkeeper

ADDRESS = "/video/{job_id}/snapshots/{event}.jpg"


def snapshot_address(job_id: str, event: str) -> str:
    return ADDRESS.format(job_id=job_id, event=event)


class VideoPictures:
    def __init__(self, parts: PageParts, door: Doorkeeper) -> None:
        self._door = door
        self._parts = parts

    def register(self) -> None:
        app.remove_route(ADDRESS)
        app.get(ADDRESS, include_in_schema=False)(self.serve)

    async def serve(self, job_id: str, event: str) -> Response:
        """The picture of an event as JPEG; 404 where it is not there or not the visitor's."""
        owner = self._door.owner()
        if owner is None:
            return Response(status_code=401)
        try:
            job = await to_thread.run_sync(self._parts.jobs.get, job_id, owner)
            if job.task != TASK or job.state != "done":
                return Response(status_code=404)
            jpeg = await to_thread.run_sync(self._parts.videos.snapshot, self._parts.jobs.files(job), event)
        except OpenAutoGLMError:
            return Response(status_code=404)
        headers = {"cache-control": "private, max-age=86400"}
        return Response(jpeg, media_type="image/jpeg", headers=headers)
