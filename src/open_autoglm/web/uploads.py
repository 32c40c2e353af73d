"""Files that come by choosing, by dropping on an area, or by pasting."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from nicegui import events, ui

Taken = Callable[[events.UploadEventArguments], Awaitable[None]]


class FileField:
    """An uploader without a face of its own; ``area`` takes dropped files."""

    def __init__(self, on_file: Taken, area: ui.element) -> None:
        self._upload = ui.upload(multiple=True, auto_upload=True, on_upload=self._taken).classes("uploader")
        self._on_file = on_file
        area.on("dragover", js_handler="(e) => page.over(e, true)")
        area.on("dragleave", js_handler="(e) => page.over(e, false)")
        area.on("drop", js_handler=self.taking("e.dataTransfer"))

    def taking(self, source: str) -> str:
        """A JavaScript handler that hands over the files of an event, for example of ``e.clipboardData``."""
        return f"(e) => page.takeFiles(e, {source}, {self._upload.id})"

    def pick(self, accept: str = "") -> None:
        """Open the browser's own choice of files."""
        self._upload.props["accept"] = accept
        self._upload.client.run_javascript(f"page.pickFiles({self._upload.id})")

    async def _taken(self, event: events.UploadEventArguments) -> None:
        self._upload.reset()
        await self._on_file(event)
