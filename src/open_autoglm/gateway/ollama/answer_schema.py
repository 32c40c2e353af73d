"""What ``/api/*`` answers, as the OpenAPI document shows it.

Source: Ollama API reference, and the types of its Python client. Durations are in nanoseconds.
``open_autoglm`` is ours.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, Field


class AnswerFunction(BaseModel):
    name: str
    arguments: dict[str, Any]


class AnswerToolCall(BaseModel):
    id: str
    function: AnswerFunction


class AnswerMessage(BaseModel):
    role: Literal["assistant"] = "assistant"
    content: str
    thinking: str | None = None
    tool_calls: list[AnswerToolCall] | None = None


class LogprobEntry(BaseModel):
    token: str
    logprob: float
    bytes: list[int]


class TokenLogprobs(LogprobEntry):
    top_logprobs: list[LogprobEntry]


class AnswerObject(BaseModel):
    """One line of a stream, or the whole answer. What follows ``done`` stands in the last line only."""

    model: str = Field(description="The model that answered.")
    created_at: str
    done: bool
    logprobs: list[TokenLogprobs] | None = None
    done_reason: Literal["stop", "length", "load", "unload"] | None = None
    total_duration: int | None = None
    load_duration: int | None = Field(
        default=None, description="Until the model was loaded and had a place for the request."
    )
    prompt_eval_count: int | None = None
    prompt_eval_duration: int | None = None
    eval_count: int | None = None
    eval_duration: int | None = None
    open_autoglm: dict[str, Any] | None = Field(
        default=None, description="How the answer came about; see docs/api.md."
    )


class ChatAnswer(AnswerObject):
    message: AnswerMessage


class GenerateAnswer(AnswerObject):
    response: str
    thinking: str | None = None


class ModelDetails(BaseModel):
    parent_model: str = ""
    format: str
    family: str
    families: list[str]
    parameter_size: str
    quantization_level: str


class ListedModel(BaseModel):
    name: str
    model: str
    modified_at: str
    size: int
    digest: str = Field(description="SHA-256 of the weights; zeros where it is not known.")
    details: ModelDetails


class ModelList(BaseModel):
    models: list[ListedModel]


class RunningModel(BaseModel):
    name: str
    model: str
    size: int = Field(description="Bytes of memory.")
    size_vram: int = Field(description="Bytes of it on a graphics card.")
    digest: str
    details: ModelDetails
    expires_at: str
    context_length: int


class RunningModels(BaseModel):
    models: list[RunningModel]


class ShownModel(BaseModel):
    license: str
    modelfile: str
    parameters: str
    template: str
    details: ModelDetails
    model_info: dict[str, Any]
    capabilities: list[str]
    modified_at: str


class EmbedAnswer(BaseModel):
    model: str
    embeddings: list[list[float]] = Field(description="Of length one, in the order of the texts.")
    total_duration: int
    prompt_eval_count: int


class EmbeddingsAnswer(BaseModel):
    embedding: list[float] = Field(description="Of length one; empty for an empty text.")


class ProgramVersion(BaseModel):
    version: str


class VersionAnswer(BaseModel):
    version: str = Field(description="The version of Ollama's API that is spoken here.", examples=["0.12.11"])
    open_autoglm: ProgramVersion


class ErrorAnswer(BaseModel):
    error: str
