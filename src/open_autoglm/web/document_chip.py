"""A document beside a message: its name, and how much of it the model is given."""

from __future__ import annotations

from nicegui import background_tasks

from open_autoglm.context.conversation import AttachedDocument
from open_autoglm.web.elements import box, icon, set_words, words
from open_autoglm.web.session import Session


def show_document(session: Session, document: AttachedDocument, model: str) -> None:
    """Built where it is called; how much is given follows when the document has been read."""
    icon("description")
    with box("document-words"):
        words(document.name, "name")
        part = words("", "part")

    async def fill() -> None:
        said = await session.shared.attached.part(session.owner, document, model, session.texts)
        if not part.is_deleted:
            set_words(part, f" · {said}")

    background_tasks.create(fill(), name=f"measure {document.name}")
