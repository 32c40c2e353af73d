"""The bodies of Tabby's API, version 1. Source: its OpenAPI document, ``/v1/completions`` and others."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import ConfigDict, Field
from typing_extensions import TypedDict

from open_autoglm.gateway.dialect.fields import MAX_SEED, OpenFields

MAX_SNIPPETS = 1000


class CodeSnippet(OpenFields):
    """Code of another file that bears on the place."""

    filepath: str
    body: str


Snippets = Annotated[list[CodeSnippet], Field(max_length=MAX_SNIPPETS)]


class Segments(OpenFields):
    """The text around the place, and code that the editor knows to be of use."""

    prefix: str
    suffix: str | None = None
    filepath: str | None = None
    git_url: str | None = None
    declarations: Snippets | None = None
    relevant_snippets_from_changed_files: Snippets | None = None
    relevant_snippets_from_recently_opened_files: Snippets | None = None
    clipboard: str | None = Field(default=None, description="Not shown to the model.")


class SegmentsRequest(OpenFields):
    """A place in a file to complete, as Tabby's plugins send it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"language": "python", "segments": {"prefix": "def fib(n):\n    ", "suffix": "\n"}}]
        }
    )

    language: str | None = None
    segments: Segments
    user: str | None = None
    temperature: Annotated[float, Field(ge=0, le=2)] | None = None
    seed: Annotated[int, Field(ge=-MAX_SEED, le=MAX_SEED)] | None = None
    mode: str | None = Field(default=None, description="Has no effect.")
    debug_options: dict[str, Any] | None = Field(default=None, description="Has no effect.")


class TabbyChoice(TypedDict):
    index: int
    text: str


class TabbyBody(TypedDict):
    """The completion; its only choice is empty where there is nothing to add."""

    id: str
    choices: list[TabbyChoice]


class TabbyVersion(TypedDict):
    build_date: str
    build_timestamp: str
    git_sha: str
    git_describe: str


class TabbyHealth(TypedDict):
    """What the plugins look at before they ask for completions."""

    model: str
    device: str
    arch: str
    cpu_info: str
    cpu_count: int
    version: TabbyVersion


class TabbySettings(TypedDict):
    disable_client_side_telemetry: bool
