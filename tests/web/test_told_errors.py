"""What can't be exported, downloaded or stopped is told, in the words of its error."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast

import pytest

from open_autoglm.errors import DamagedInput, NotFound, OpenAutoGLMError
from open_autoglm.jobs.job import Job
from open_autoglm.web.conversation_list import ConversationList
from open_autoglm.web.documents import DocumentsView
from open_autoglm.web.job_cards import JobCard
from open_autoglm.web.languages import TEXTS
from open_autoglm.web.session import Session

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def raising(error: OpenAutoGLMError) -> Callable[..., Any]:
    def fail(*_: object) -> None:
        raise error

    return fail


def raising_later(error: OpenAutoGLMError) -> Callable[..., Any]:
    async def fail(*_: object) -> None:
        raise error

    return fail


class Told:
    """A session whose stores fail; ``sentences`` are what it was told."""

    def __init__(self, **parts: object) -> None:
        self.sentences: list[str] = []
        self.owner = "ada"
        self.parts = SimpleNamespace(**parts)
        self.texts = TEXTS["en"]
        self.stored = raising_later(NotFound("No conversation has that id."))

    def tell(self, sentence: str) -> None:
        self.sentences.append(sentence)


def documents_of(session: Told) -> DocumentsView:
    return DocumentsView(cast(Session, session), go=raising(NotFound("")), ask=raising(NotFound("")))


async def test_a_result_that_can_not_be_read_is_not_downloaded_in_silence() -> None:
    session = Told(
        documents=SimpleNamespace(
            rendered=raising(DamagedInput("It can't be read.", hint="Hand it in again."))
        ),
        jobs=SimpleNamespace(files=lambda job: job),
    )
    await documents_of(session)._download(cast(Job, None), "md")
    assert session.sentences == ["It can't be read. Hand it in again."]


async def test_a_job_that_is_gone_is_told_when_it_is_stopped() -> None:
    session = Told(jobs=SimpleNamespace(cancel=raising_later(NotFound("No job has that id."))))
    shown_again: list[bool] = []

    async def refresh() -> None:
        shown_again.append(True)

    card = object.__new__(JobCard)  # building one needs a browser
    card._session, card._job, card._refresh = (
        cast(Session, session),
        cast(Job, SimpleNamespace(id="1")),
        refresh,
    )
    await card._cancel()
    assert session.sentences == ["No job has that id."]
    assert shown_again == [True]


@pytest.mark.parametrize("form", ["md", "json"])
async def test_a_conversation_that_is_gone_is_told_when_it_is_exported(form: str) -> None:
    session = Told(conversations=SimpleNamespace(get=None))
    conversations = object.__new__(ConversationList)  # building one needs a browser
    conversations._session = cast(Session, session)
    await conversations._export("gone", form)
    assert session.sentences == ["No conversation has that id."]
