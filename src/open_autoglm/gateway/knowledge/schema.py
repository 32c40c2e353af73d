"""Bases, their files and what is found in them, as their JSON looks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from fastapi import Path
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from open_autoglm.gateway.knowledge.knowledge import BaseState, FileNow, KnownFile
from open_autoglm.knowledge.chunk import Chunk
from open_autoglm.knowledge.hit import Found, Hit
from open_autoglm.knowledge.store.base_store import StoredChunk
from open_autoglm.tasks.answer_question import MAX_QUESTION_CHARACTERS
from open_autoglm.tasks.answer_result import PassagePlace

MAX_HITS = 50

BaseName = Annotated[str, Path(description="The name that the base got when it was made.", max_length=100)]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class NewBase(_Body):
    name: Annotated[str, StringConstraints(min_length=1, max_length=100)]


class BaseBody(BaseModel):
    """A base as it is now."""

    object: Literal["knowledge_base"] = "knowledge_base"
    name: str
    files: int
    failed: int = Field(description="Files that could not be read; the list of files says why.")
    waiting: int = Field(description="Uploaded files that are still to be read.")
    reading: bool
    chunks: int
    without_vector: int = Field(description="Windows that are found by their words alone so far.")

    @classmethod
    def of(cls, state: BaseState) -> BaseBody:
        return cls(
            name=state.name,
            files=state.counts.files,
            failed=state.counts.failed,
            waiting=state.waiting,
            reading=state.reading,
            chunks=state.counts.chunks,
            without_vector=state.counts.without_vector,
        )


class BaseList(BaseModel):
    object: Literal["list"] = "list"
    data: list[BaseBody]


class FileBody(BaseModel):
    object: Literal["knowledge_file"] = "knowledge_file"
    file: str = Field(description="Its name in citations, in searches and in addresses.")
    state: FileNow
    reason: str = Field(description="Why it failed.")
    media_type: str
    size: int
    pages: int
    chunks: int

    @classmethod
    def of(cls, file: KnownFile) -> FileBody:
        return cls(
            file=file.name,
            state=file.state,
            reason=file.reason,
            media_type=file.media_type,
            size=file.size,
            pages=file.pages,
            chunks=file.chunks,
        )


class FileList(BaseModel):
    object: Literal["list"] = "list"
    data: list[FileBody]


class SearchRequest(_Body):
    question: Annotated[str, StringConstraints(min_length=1, max_length=MAX_QUESTION_CHARACTERS)]
    limit: Annotated[int, Field(ge=1, le=MAX_HITS)] = 8
    folder: Annotated[str, StringConstraints(max_length=1000)] = Field(
        default="", description="A folder or a file of the base, as the list of files names it."
    )


class PassageBody(BaseModel):
    chunk: int
    file: str
    headings: list[str]
    places: list[PassagePlace]
    text: str

    @classmethod
    def of(cls, stored: StoredChunk, names: Mapping[str, str]) -> PassageBody:
        return cls(
            chunk=stored.id,
            file=names[stored.file.path],
            headings=list(stored.chunk.headings),
            places=places_of(stored.chunk),
            text=stored.chunk.text,
        )


class HitBody(PassageBody):
    score: float = Field(description="From 0 to 1; can be compared between questions.")
    words: float = Field(description="BM25 of the passage.")
    meaning: float | None = Field(description="Cosine of its best window; null while it has no vectors.")
    matched: list[str] = Field(description="Words of the question that stand in it.")
    around: list[PassageBody]
    same: list[PassageBody]

    @classmethod
    def of_hit(cls, hit: Hit, names: Mapping[str, str]) -> HitBody:
        return cls(
            **PassageBody.of(hit.found, names).model_dump(),
            score=hit.score,
            words=hit.reasons.words,
            meaning=hit.reasons.meaning,
            matched=list(hit.reasons.matched),
            around=[PassageBody.of(one, names) for one in hit.around],
            same=[PassageBody.of(one, names) for one in hit.same],
        )


class SearchAnswer(BaseModel):
    object: Literal["list"] = "list"
    data: list[HitBody]
    answerable: bool = Field(description="Whether the best passage is good enough to answer from.")
    notes: list[str]

    @classmethod
    def of(cls, found: Found, names: Mapping[str, str]) -> SearchAnswer:
        return cls(
            data=[HitBody.of_hit(hit, names) for hit in found.hits],
            answerable=found.answerable,
            notes=list(found.notes),
        )


def places_of(chunk: Chunk) -> list[PassagePlace]:
    return [PassagePlace(page=place.page, box=place.box) for place in chunk.places]
