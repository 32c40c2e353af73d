"""What the model is given of attached documents."""

from __future__ import annotations

from functools import lru_cache

from anyio import to_thread

from open_autoglm.context.conversation import AttachedDocument
from open_autoglm.documents.model import Document
from open_autoglm.errors import OpenAutoGLMError
from open_autoglm.tasks.converse import DocumentText
from open_autoglm.tasks.document_context import DocumentExcerpt, document_excerpt, document_message
from open_autoglm.web.parts import PageParts
from open_autoglm.web.texts import Texts

KEPT_DOCUMENTS = 8


class AttachedTexts:
    """Reads the results of jobs; the last few documents are kept in memory."""

    def __init__(self, parts: PageParts) -> None:
        self._parts = parts
        self._document = lru_cache(maxsize=KEPT_DOCUMENTS)(self._read)

    async def prepare(self, model: str) -> DocumentText:
        """A function that gives a document's text for the window of ``model``."""
        window = await self.window(model)

        def text(owner: str, attached: AttachedDocument) -> str:
            try:
                excerpt = self.excerpt(owner, attached.reference, window)
            except OpenAutoGLMError:
                return f"(The document {attached.name!r} is not available any more.)\n\n"
            return document_message(attached.name, excerpt)

        return text

    async def part(self, owner: str, attached: AttachedDocument, model: str, texts: Texts) -> str:
        """How much of the document the model is given, in words; empty where it is not there any more."""
        window = await self.window(model)
        try:
            excerpt = await to_thread.run_sync(self.excerpt, owner, attached.reference, window)
        except OpenAutoGLMError:
            return texts.document_gone
        form = texts.document_part if excerpt.cut else texts.document_whole
        return form.format(excerpt.of_pages, excerpt.pages)

    async def window(self, model: str) -> int:
        """Tokens that the model holds, without loading it where it is not loaded."""
        service = self._parts.service
        try:
            facts = await service.describe(model)
        except OpenAutoGLMError:
            return self._parts.settings.context_window or 4096
        loaded = next(
            (each.window for each in service.status() if each.name == facts.means and each.window), 0
        )
        limits = [each for each in (facts.context_length, self._parts.settings.context_window) if each]
        return loaded or min(limits, default=4096)

    def excerpt(self, owner: str, job: str, window: int) -> DocumentExcerpt:
        """Raises NotFound for a document that was removed."""
        self._parts.jobs.get(job, owner)
        return document_excerpt(self._document(owner, job), window)

    def _read(self, owner: str, job: str) -> Document:
        jobs = self._parts.jobs
        return self._parts.documents.result(jobs.files(jobs.get(job, owner))).document
