"""As much of a document as a conversation can hold: whole pages from the first on, and how many they are."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from open_autoglm.documents.markdown import page_to_markdown
from open_autoglm.documents.model import Document

WINDOW_SHARE = 0.5
"""Of the window; the rest is for what is said about the document."""
CHARACTERS_PER_TOKEN = 3.0
"""Of alphabetic text, less than is usual, so that numbers and names fit too."""

_DENSE = re.compile(r"[\u2e80-\u9fff\uac00-\ud7af\uff00-\uffef\d]")
"""Characters that often are a token each: Chinese, Japanese, Korean, and digits."""


@dataclass(frozen=True, slots=True)
class DocumentExcerpt:
    """The pages that are given to the model, as Markdown."""

    text: str
    pages: int
    """How many pages stand in ``text``; of the last one perhaps only its beginning."""
    of_pages: int
    cut: bool
    """Something was left out."""


def document_excerpt(document: Document, window: int) -> DocumentExcerpt:
    """The first pages that fit half of a window of ``window`` tokens, by a cautious estimate.

    The same document and window give the same text, so that its computed state is used again.
    """
    room = window * WINDOW_SHARE
    kept: list[str] = []
    for page in document.pages:
        text = f"[{page.number}]\n{page_to_markdown(page)}"
        tokens = estimated_tokens(text)
        if tokens > room:
            # A page that alone is too long gives its beginning; later ones are left out whole.
            text = "" if kept else text[: int(len(text) * room / tokens)]
            if text:
                kept.append(text)
            return DocumentExcerpt("\n\n".join(kept), len(kept), len(document.pages), cut=True)
        room -= tokens
        kept.append(text)
    return DocumentExcerpt("\n\n".join(kept), len(kept), len(document.pages), cut=False)


def document_message(name: str, excerpt: DocumentExcerpt) -> str:
    """The excerpt as it stands before a question."""
    part = f", pages 1 to {excerpt.pages} of {excerpt.of_pages}; the rest is not here" if excerpt.cut else ""
    return f'<document name="{name}"{part}>\n{excerpt.text}\n</document>\n\n'


def estimated_tokens(text: str) -> int:
    dense = len(_DENSE.findall(text))
    return dense + math.ceil((len(text) - dense) / CHARACTERS_PER_TOKEN)
