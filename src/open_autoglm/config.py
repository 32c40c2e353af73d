"""Settings: defaults, then the YAML file, then the environment, then flags.

The only reader of the environment. Every value remembers where it came from, so that
``open-autoglm-cli config`` can say so and an error can name the place to mend.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import platformdirs
import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator

from open_autoglm.errors import ConfigurationError

ENVIRONMENT_PREFIX = "OPEN_AUTOGLM_"
FILE_NAME = "open-autoglm.yaml"
MAX_FILE_BYTES = 1_000_000
MEGABYTE = 1 << 20
"""What a setting in MB counts."""
WEB_ADDRESS = r"^https?://[^\s/]"


def default_data_dir() -> Path:
    return platformdirs.user_data_path("open-autoglm", appauthor=False)


class UpstreamSettings(BaseModel):
    """A model that another server holds behind an OpenAI-shaped API: vLLM, Ray Serve, another PC."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: str = Field(
        pattern=WEB_ADDRESS,
        description="Ends where /chat/completions begins, for example http://10.0.0.5:8000/v1.",
    )
    model: str | None = Field(default=None, description="Its name there. Empty: the same as here.")
    api_key: SecretStr = SecretStr("")
    dialect: Literal["openai", "llama.cpp", "vllm"] = "openai"
    context_window: int | None = Field(default=None, ge=256)
    slots: int = Field(default=4, ge=1)
    vision: bool = False
    fill_in_middle: bool = Field(
        default=False, description="Whether its /completions takes a suffix. llama.cpp itself says so."
    )


class Settings(BaseModel):
    """Every setting. A key here is a YAML key, a flag and ``OPEN_AUTOGLM_<KEY>``."""

    model_config = ConfigDict(frozen=True, extra="forbid", protected_namespaces=())

    model_path: str = Field(
        default="autoglm-large",
        description="A model file, a folder that holds one, or a name from the catalogue or the upstreams.",
    )
    context_window: int | None = Field(
        default=None,
        ge=256,
        description="Tokens of prompt and answer together. Empty: what model and memory allow.",
    )
    device_map: str | dict[str, int] = Field(
        default="auto",
        description="auto, cpu, gpu, or layers per device, for example {gpu: 20}.",
    )
    local_api_port: int = Field(
        default=8080, ge=0, le=65535, description="Port of the local gateway. 0: one that is free."
    )
    local_api_host: str = Field(
        default="127.0.0.1",
        description="Address the gateway listens on. Any other than loopback needs at least one key.",
    )
    slots: int | None = Field(
        default=None,
        ge=1,
        le=64,
        description="Requests a served model answers at once. Empty: what memory allows, at most 8.",
    )
    kv_cache_type: Literal["f16", "q8_0"] = Field(
        default="f16",
        description="How the context is held in memory; q8_0 takes about half and is a little less exact.",
    )
    queue_limit: int = Field(
        default=64, ge=1, description="Requests that may wait for one model; more are refused with 429."
    )
    model_idle_s: float = Field(
        default=900.0, ge=0, description="Seconds without work after which a model is unloaded. 0: never."
    )
    context_policy: Literal["reject", "truncate", "summarize"] = Field(
        default="reject",
        description="What programs get when a conversation is longer than the window.",
    )
    chat_context_policy: Literal["reject", "truncate", "summarize"] = Field(
        default="summarize", description="The same for the page and the terminal chat."
    )
    result_cache_mb: int = Field(
        default=256, ge=0, description="Disk for answers of repeatable requests. 0: none."
    )
    prefix_store_mb: int = Field(
        default=4096, ge=0, description="Disk for the computed state of conversations. 0: none."
    )
    upstreams: dict[str, UpstreamSettings] = Field(
        default_factory=dict,
        description="Models that other servers hold, by name: {big: {url: http://10.0.0.5:8000/v1}}.",
    )
    allowed_hosts: tuple[str, ...] = Field(
        default=(), description="Host names the gateway answers to, beside loopback and its own address."
    )
    allowed_origins: tuple[str, ...] = Field(
        default=(), description="Web origins that may call the gateway from a browser."
    )
    max_body_mb: int = Field(default=64, ge=1, description="Size of one request at most, uploads apart.")
    fetch_images: bool = Field(
        default=False, description="Fetch image_url addresses from the network; never private ones."
    )
    otlp_endpoint: str | None = Field(
        default=None,
        pattern=WEB_ADDRESS,
        description="Where traces go (OTLP over HTTP), for example http://127.0.0.1:4318. Empty: none.",
    )
    trace_ratio: float = Field(default=0.1, ge=0, le=1, description="Share of requests that are traced.")
    log_prompts: bool = Field(
        default=False, description="Write prompts and answers into the log, at level info."
    )
    data_dir: Annotated[Path, AfterValidator(Path.expanduser)] = Field(
        default_factory=default_data_dir,
        description="The folder that holds all state: models, page results, conversations, caches.",
    )
    threads: int | None = Field(
        default=None, ge=1, description="Threads for the engine. Empty: the free physical cores."
    )
    engine_start_timeout_s: float = Field(
        default=180.0, gt=0, description="Seconds a model may take to load."
    )
    language: Literal["auto", "zh", "en"] = Field(
        default="auto", description="Language of summaries. auto: the document's own."
    )
    max_pages: int = Field(default=2000, ge=1, description="Pages read from one file at most.")
    max_file_mb: int = Field(default=1024, ge=1, description="Size of one input file at most, in MB.")
    page_timeout_s: float = Field(default=60.0, gt=0, description="Seconds one page may take.")
    worker_memory_mb: int = Field(
        default=3072, ge=256, description="Memory one document worker may take, in MB."
    )
    ocr_backend: Literal["onnxruntime", "openvino"] = Field(
        default="onnxruntime",
        description="What recognizes text in pictures. openvino needs the extra of that name.",
    )
    store: str | None = Field(
        default=None,
        pattern=WEB_ADDRESS,
        description="A Qdrant server that holds knowledge bases for several machines, for example "
        "http://10.0.0.5:6333. Empty: SQLite in data_dir.",
    )
    formula_model: Path | None = Field(
        default=None,
        description="Folder of a model that reads pictures of formulas as LaTeX; see docs/formulas.md.",
    )
    page_cache_mb: int = Field(
        default=512,
        ge=0,
        description="Disk for finished pages, so that a second run continues. 0: none.",
    )
    detector: str = Field(
        default="nanodet-coco-416",
        description="What names the objects in a video: a name from the catalogue, an ONNX file, or none.",
    )
    embedding_model: str = Field(
        default="multilingual-e5-small-int8",
        description="What turns texts into vectors: a name from the catalogue or the upstreams, or a GGUF "
        "file.",
    )
    max_frame_megapixels: float = Field(
        default=36.0, gt=0, description="Size of one video frame at most, in millions of pixels."
    )
    stall_timeout_s: float = Field(
        default=30.0, gt=0, description="Seconds without a decoded frame after which a video worker ends."
    )
    live_give_up_s: float = Field(
        default=300.0, gt=0, description="Seconds a lost stream or camera is waited for."
    )
    run_code: Literal["auto", "always", "never"] = Field(
        default="auto",
        description="Run code that is handed in to the gateway, in a sandbox; auto: where it listens on "
        "loopback only.",
    )
    job_keep_days: int = Field(
        default=30,
        ge=0,
        le=36_500,
        description="Days after which a document handed in is removed, counted from its end. 0: never.",
    )
    offline: bool = Field(default=False, description="Never use the network, not even to obtain a model.")
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="warning", description="Least severity that is logged to stderr."
    )
    log_format: Literal["text", "json"] = Field(default="text", description="One log record a line.")

    @field_validator("allowed_hosts", "allowed_origins", mode="before")
    @classmethod
    def _one_is_a_list_too(cls, value: Any) -> Any:
        return (value,) if isinstance(value, str) else value


@dataclass(frozen=True)
class LoadedSettings:
    """Settings and, for every key, the place its value came from."""

    values: Settings
    sources: Mapping[str, str]


def load_settings(
    *,
    file: Path | None = None,
    flags: Mapping[str, Any] | None = None,
    environment: Mapping[str, str] | None = None,
) -> LoadedSettings:
    """Merge the four layers and validate.

    ``file`` is the YAML named by ``--config``; without it ``OPEN_AUTOGLM_CONFIG``, then
    ``open-autoglm.yaml`` in the working folder are used where they exist. ``flags`` with value None
    were not given. Raises ConfigurationError naming key, value, place and remedy.
    """
    environment = os.environ if environment is None else environment
    values: dict[str, Any] = {}
    sources = dict.fromkeys(Settings.model_fields, "default")
    named = file or _path_of(environment.get(ENVIRONMENT_PREFIX + "CONFIG"))
    path = named or Path(FILE_NAME)
    if named is not None or path.is_file():
        for key, value in _read_yaml(path).items():
            values[key], sources[key] = value, str(path)
    for key in Settings.model_fields:
        variable = ENVIRONMENT_PREFIX + key.upper()
        if environment.get(variable):
            values[key], sources[key] = (
                _parse(environment[variable], variable),
                f"environment {variable}",
            )
    for key, value in (flags or {}).items():
        if value is not None:
            values[key] = _parse(value, f"--{key.replace('_', '-')}") if isinstance(value, str) else value
            sources[key] = f"flag --{key.replace('_', '-')}"
    try:
        return LoadedSettings(Settings.model_validate(values), sources)
    except ValidationError as error:
        first = error.errors()[0]
        key = str(first["loc"][0])
        setting = ".".join(str(part) for part in first["loc"]) if key == "upstreams" else key
        # Where a field is missing the value is all the others, the key of an upstream among them.
        said = "missing" if first["type"] == "missing" else repr(first["input"])
        raise ConfigurationError(
            f"Setting {setting!r} is {said} (from {sources.get(key, 'an unknown place')}): {first['msg']}.",
            hint=_remedy(key),
        ) from error


def _path_of(value: str | None) -> Path | None:
    return Path(value).expanduser() if value else None


def _read_yaml(path: Path) -> dict[str, Any]:
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise ConfigurationError(f"Settings file {path} is larger than {MAX_FILE_BYTES} bytes.")
        loaded = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"Settings file {path} can't be read: {error}.") from error
    except yaml.YAMLError as error:
        raise ConfigurationError(f"Settings file {path} is not valid YAML: {error}.") from error
    if loaded is None:
        return {}
    if not isinstance(loaded, dict):
        raise ConfigurationError(f"Settings file {path} must hold 'key: value' lines.")
    return {str(key): value for key, value in loaded.items()}


def _parse(value: str, place: str) -> Any:
    """Text from the environment or a flag, read as YAML so that {gpu: 20} and 4096 mean what they say."""
    try:
        return yaml.safe_load(value)
    except yaml.YAMLError as error:
        raise ConfigurationError(
            f"{place} is {value!r}, which is not a value.", hint="Values are written as in YAML; quote signs."
        ) from error


def _remedy(key: str) -> str:
    field = Settings.model_fields.get(key)
    if field is None:
        known = ", ".join(Settings.model_fields)
        return f"Remove it or use one of: {known}."
    return f"It should be: {field.description}"
