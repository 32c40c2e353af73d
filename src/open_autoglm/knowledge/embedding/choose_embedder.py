"""Which embedding model the setting means: one of the catalogue, of another server, or a GGUF file."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from open_autoglm.config import Settings
from open_autoglm.errors import InputMissing, UsageError
from open_autoglm.knowledge.embedding.model_embedder import ModelEmbedder
from open_autoglm.local.catalog import Catalog, CatalogModel
from open_autoglm.local.gguf import check_gguf
from open_autoglm.local.model_store import ModelStore

REMEDY = "Name one in the setting embedding_model, for example multilingual-e5-small-int8."
DIGEST_DIGITS = 12
_SAMPLED_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class ChosenEmbedder:
    """What can be said of it without loading it."""

    name: str
    title: str
    open: Callable[[], ModelEmbedder]
    """Loads it; the caller closes it. Raises ModelFileRejected, EngineStartFailed, EngineUnavailable."""
    size_bytes: int = 0
    sha256: str = ""
    modified: datetime | None = None
    catalog_model: CatalogModel | None = None
    """None for what another server holds and for a file given by path."""
    held_elsewhere: bool = False


def choose_embedder(
    settings: Settings, catalog: Catalog, store: ModelStore, *, threads: int
) -> ChosenEmbedder:
    """What ``embedding_model`` means here.

    Raises UnknownModel with the nearest names, ModelNotInstalled with the command that mends it, UsageError
    for a model that does not embed, InputMissing and ModelFileRejected for a file that is no model.
    """
    asked = settings.embedding_model
    if asked in settings.upstreams:
        return _held_elsewhere(asked, settings)
    path = Path(asked).expanduser()
    known = any(model.name == asked for model in catalog.models)
    if not known and (path.suffix.lower() == ".gguf" or path.exists()):
        return _at_path(path, asked, threads, settings.engine_start_timeout_s)
    if catalog.tier(asked) is not None or not (model := catalog.model(asked)).is_embedder:
        raise UsageError(f"Model {asked!r} turns no texts into vectors.", hint=REMEDY)
    installed = store.installed(model.name)
    if installed is None:
        raise store.not_installed(model.name)
    weights = installed.weights
    identity = f"{model.name}@{weights.sha256[:DIGEST_DIGITS]}"
    return ChosenEmbedder(
        name=model.name,
        title=model.title,
        open=partial(_open_e5, weights.path, identity, threads),
        size_bytes=weights.size,
        sha256=weights.sha256,
        modified=datetime.fromisoformat(weights.installed_at),
        catalog_model=model,
    )


def _held_elsewhere(name: str, settings: Settings) -> ChosenEmbedder:
    def open_upstream() -> ModelEmbedder:
        from open_autoglm.knowledge.embedding.upstream_embedder import UpstreamEmbedder

        return UpstreamEmbedder(name, settings.upstreams[name])

    return ChosenEmbedder(name, name, open_upstream, held_elsewhere=True)


def _at_path(path: Path, asked: str, threads: int, start_timeout_s: float) -> ChosenEmbedder:
    if not path.is_file():
        raise InputMissing(f"There is no embedding model file {asked}.", hint=REMEDY)
    check_gguf(path)
    stat = path.stat()
    identity = f"{path.stem}@{_sampled_digest(path, stat.st_size)[:DIGEST_DIGITS]}"

    def open_gguf() -> ModelEmbedder:
        from open_autoglm.knowledge.embedding.gguf_embedder import GgufEmbedder

        return GgufEmbedder(path.resolve(), identity, threads, start_timeout_s)

    modified = datetime.fromtimestamp(stat.st_mtime, UTC)
    return ChosenEmbedder(path.stem, path.stem, open_gguf, stat.st_size, modified=modified)


def _sampled_digest(path: Path, size: int) -> str:
    """Of the size, the beginning and the end: the file may be gigabytes, and may be copied elsewhere."""
    digest = hashlib.sha256(str(size).encode())
    with path.open("rb") as file:
        digest.update(file.read(_SAMPLED_BYTES))
        file.seek(-min(size, _SAMPLED_BYTES), os.SEEK_END)
        digest.update(file.read(_SAMPLED_BYTES))
    return digest.hexdigest()


def _open_e5(path: Path, identity: str, threads: int) -> ModelEmbedder:
    from open_autoglm.knowledge.embedding.e5 import E5Embedder

    return E5Embedder(path, identity, threads)
