"""Which addresses are the page's."""

from __future__ import annotations

import pytest

from open_autoglm.web.paths import chat_path, code_path, document_path, is_page_path, video_path

VIEWS = [
    "/",
    chat_path("ab12"),
    "/documents",
    document_path("job-1"),
    "/video",
    video_path("job-1"),
    "/code",
    code_path("job-1"),
    "/status",
]


@pytest.mark.parametrize("path", VIEWS)
def test_views_are_the_pages(path: str) -> None:
    assert is_page_path(path)


@pytest.mark.parametrize("path", ["/v1/models", "/api/tags", "/health", "/status/x", "/unknown", "/_nicegui"])
def test_everything_else_is_the_apis(path: str) -> None:
    assert not is_page_path(path)
