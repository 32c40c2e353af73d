"""Which addresses belong to the page. Everything else is the API's, with the API's own errors."""

from __future__ import annotations

from urllib.parse import quote

CHAT = "/c/"
DOCUMENTS = "/documents"
VIDEO = "/video"
CODE = "/code"
KNOWLEDGE = "/knowledge"
STATUS = "/status"

_EXACT = frozenset({"/", DOCUMENTS, VIDEO, CODE, KNOWLEDGE, STATUS, "/favicon.ico"})
_UNDER = (CHAT, f"{DOCUMENTS}/", f"{VIDEO}/", f"{CODE}/", f"{KNOWLEDGE}/", "/_nicegui/", "/_nicegui_ws/")


def is_page_path(path: str) -> bool:
    """True for the page and what it loads; such paths check their visitor themselves, with a form."""
    return path in _EXACT or path.startswith(_UNDER)


def chat_path(conversation_id: str) -> str:
    return CHAT + conversation_id


def document_path(job_id: str) -> str:
    return f"{DOCUMENTS}/{job_id}"


def video_path(job_id: str) -> str:
    return f"{VIDEO}/{job_id}"


def code_path(job_id: str) -> str:
    return f"{CODE}/{job_id}"


def knowledge_path(base: str) -> str:
    return f"{KNOWLEDGE}/{quote(base, safe='')}"
