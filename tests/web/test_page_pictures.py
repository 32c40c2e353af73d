"""Pictures of pages: drawn once the document is read, and gone with it."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import cast

import pytest

from open_autoglm.jobs.document_parse import TASK, DocumentParse
from open_autoglm.jobs.job_runner import JobRunner
from open_autoglm.jobs.job_store import JobStore, NewJob
from open_autoglm.serving.request import LOCAL_OWNER
from open_autoglm.web.page_pictures import PagePictures
from open_autoglm.web.parts import PageParts
from open_autoglm.web.visitor import Doorkeeper

pytestmark = pytest.mark.anyio


class Parts:
    """What drawing asks for; nothing here can be drawn."""

    def __init__(self, store: JobStore) -> None:
        self.documents = DocumentParse(_never, _never)
        self.jobs = JobRunner(store, {TASK: self.documents})
        self.reader = _never


class Door:
    def owner(self) -> str:
        return LOCAL_OWNER


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[JobStore]:
    with closing(JobStore(tmp_path / "jobs")) as store:
        yield store


async def test_a_document_that_is_not_read_yet_has_no_picture_and_gets_one_later(
    store: JobStore, tmp_path: Path
) -> None:
    parts = Parts(store)
    pictures = PagePictures(cast(PageParts, parts), cast(Doorkeeper, Door()))
    job = store.add(NewJob(LOCAL_OWNER, TASK, "a.pdf", {}), io.BytesIO(b"x"))
    answer = await pictures.serve(job.id, 1)
    assert answer.status_code == 404
    assert not list(tmp_path.rglob("*.jpg"))


async def test_pictures_go_with_their_document(store: JobStore, tmp_path: Path) -> None:
    parts = Parts(store)
    pictures = PagePictures(cast(PageParts, parts), cast(Doorkeeper, Door()))
    job = store.add(NewJob(LOCAL_OWNER, TASK, "a.pdf", {}), io.BytesIO(b"x"))
    store.set_state(job.id, "done")
    assert (await pictures.serve(job.id, 1)).status_code == 404
    assert list(tmp_path.rglob("*.jpg"))
    await parts.jobs.remove(job.id, LOCAL_OWNER)
    assert not list(tmp_path.rglob("*.jpg"))


def _never(*_: object) -> None:
    raise AssertionError("nothing is read here")
