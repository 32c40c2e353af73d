"""The page that a citation leads to: its picture with the passage framed, or the passage itself."""

from __future__ import annotations

from html import escape
from urllib.parse import quote

from anyio import to_thread
from fastapi import Response
from nicegui import app, background_tasks

from open_autoglm.errors import OpenAutoGLMError
from open_autoglm.gateway.knowledge.page_picture import PagePicture
from open_autoglm.tasks.answer_result import Source
from open_autoglm.web.elements import box, icon, markup, words
from open_autoglm.web.parts import PageParts
from open_autoglm.web.session import Session
from open_autoglm.web.visitor import Doorkeeper

ADDRESS = "/knowledge/{base}/page.jpg"


def base_page_address(base: str, file: str, page: int) -> str:
    return f"/knowledge/{quote(base, safe='')}/page.jpg?file={quote(file, safe='')}&page={page}"


class BasePictures:
    """Serves pages of bases to the one whose base it is."""

    def __init__(self, parts: PageParts, door: Doorkeeper) -> None:
        self._parts = parts
        self._door = door

    def register(self) -> None:
        app.remove_route(ADDRESS)
        app.get(ADDRESS, include_in_schema=False)(self.serve)

    async def serve(self, base: str, file: str, page: int) -> Response:
        """404 where there is no such base, file, page or picture, or it is not the visitor's."""
        owner = self._door.owner()
        if owner is None:
            return Response(status_code=401)
        try:
            picture = await to_thread.run_sync(self._parts.knowledge.page, owner, base, file, page)
        except OpenAutoGLMError as error:
            return Response(status_code=error.status if error.status < 500 else 404)
        headers = {"cache-control": "private, max-age=600"}
        return Response(picture.jpeg, media_type="image/jpeg", headers=headers)


class CitedPage:
    """Built where ``show`` is called; shows one page at a time."""

    def __init__(self, session: Session, base: str) -> None:
        self._session = session
        self._base = base

    def show(self) -> None:
        self._place = box("kb-page", "aside", aria_label=self._session.texts.knowledge_page)
        self.forget()

    def forget(self) -> None:
        self._place.clear()
        with self._place:
            words(self._session.texts.knowledge_page_hint, "facts", "p")

    def look_at(self, source: Source, page: int, quote_: str) -> None:
        background_tasks.create(self._look_at(source, page, quote_), name="draw page", context=self._place)

    async def _look_at(self, source: Source, page: int, quote_: str) -> None:
        session = self._session
        picture: PagePicture | None
        try:
            picture = await to_thread.run_sync(
                session.parts.knowledge.page, session.owner, self._base, source.file, page
            )
            why = ""
        except OpenAutoGLMError as error:  # no picture of it; the passage is there
            picture, why = None, error.message
        if self._place.is_deleted:
            return
        self._place.clear()
        with self._place:
            words(f"{source.file} · {session.texts.page.format(page)}", tag="h3")
            if picture is not None:
                markup(self._framed(source, page, picture), "sheet kb-sheet")
            else:
                with box("note"):
                    icon("info")
                    words(why)
            markup(_marked(source.text, quote_), "kb-passage", "blockquote")

    def _framed(self, source: Source, page: int, picture: PagePicture) -> str:
        """The picture with a frame around each part of the passage that stands on this page."""
        alt = escape(self._session.texts.page.format(page))
        frames = "".join(
            f'<i style="left:{box_.x0 / picture.width:.3%};top:{box_.y0 / picture.height:.3%};'
            f"width:{(box_.x1 - box_.x0) / picture.width:.3%};"
            f'height:{(box_.y1 - box_.y0) / picture.height:.3%}"></i>'
            for box_ in (place.box for place in source.places if place.page == page)
            if box_ is not None
        )
        ratio = f"{picture.width:.0f} / {picture.height:.0f}"
        address = escape(base_page_address(self._base, source.file, page))
        return f'<img src="{address}" alt="{alt}" style="aspect-ratio:{ratio}">{frames}'


def _marked(text: str, quote_: str) -> str:
    """The passage with its cited words marked, where they stand in it as they are."""
    start = text.find(quote_) if quote_ else -1
    if start < 0:
        return escape(text)
    end = start + len(quote_)
    return f"{escape(text[:start])}<mark>{escape(text[start:end])}</mark>{escape(text[end:])}"
