"""Which model a name means on this machine, and why: the choice is said, never silent."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from open_autoglm.errors import InputMissing, ModelFileRejected, ModelNotInstalled, UnknownModel
from open_autoglm.local.catalog import Catalog, CatalogModel, Tier
from open_autoglm.local.disk import megabytes
from open_autoglm.local.gguf import check_gguf
from open_autoglm.local.hardware import Hardware
from open_autoglm.local.model_store import ModelStore

RESERVED_BYTES = 1_000_000_000
"""Memory left to the system and to the reading of documents when a tier chooses."""


@dataclass(frozen=True, slots=True)
class ChosenModel:
    """The model that a name came to mean. Stands in every result as ``asked``, ``name`` and ``reason``."""

    asked: str
    name: str
    path: Path
    reason: str
    """One printable sentence, for example ``autoglm-small: qwen… (491 MB)``."""
    mmproj: Path | None = None
    sha256: str | None = None
    """Digest of the weights as verified at installation; None for a model given by path."""
    catalog_model: CatalogModel | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """One model of a tier, judged for this machine."""

    model: CatalogModel
    obstacle: str | None
    """Why this machine can't run it; None when it can."""
    installed: bool
    unobtainable: str | None
    """Why it can't be pulled here; None when it can be tried."""


def judge_tier(
    tier: Tier, catalog: Catalog, store: ModelStore, hardware: Hardware, *, offline: bool = False
) -> tuple[Candidate, ...]:
    """Every model of the tier in its order, with what stands in its way."""
    return tuple(
        Candidate(
            model=model,
            obstacle=why_too_large(model, hardware),
            installed=store.installed(model.name) is not None,
            unobtainable=store.why_unobtainable(model.name, offline=offline),
        )
        for model in map(catalog.model, tier.models)
    )


def why_too_large(model: CatalogModel, hardware: Hardware) -> str | None:
    """What this machine lacks for ``model``, or None. Total memory counts, not what is free now."""
    need = megabytes(model.memory_bytes)
    if model.needs_gpu:
        gpu = max(hardware.gpus, key=lambda gpu: gpu.total_bytes, default=None)
        if gpu is None:
            return f"needs a graphics card with {need}, this machine has none"
        if not hardware.engine_uses_gpu:
            return f"needs a graphics card, and the installed engine can't use {gpu.name}"
        if gpu.total_bytes < model.memory_bytes:
            return f"needs a graphics card with {need}, {gpu.name} has {megabytes(gpu.total_bytes)}"
        return None
    if hardware.total_memory - RESERVED_BYTES < model.memory_bytes:
        return (
            f"needs {need} of memory beside {megabytes(RESERVED_BYTES)} for the rest, "
            f"this machine has {megabytes(hardware.total_memory)}"
        )
    return None


def choose_model(
    asked: str, catalog: Catalog, store: ModelStore, hardware: Hardware, *, offline: bool = False
) -> ChosenModel:
    """The installed model that ``asked`` means: a tier, a name of the catalogue, or a path.

    A tier gives its first model that fits and is installed; a better one that only has to be pulled is
    named in the reason. Raises UnknownModel with the nearest names, or for what is no language model,
    ModelNotInstalled with the command that mends it, ModelFileRejected for a path that holds no model.
    """
    tier = catalog.tier(asked)
    if tier is not None:
        return _choose_from(judge_tier(tier, catalog, store, hardware, offline=offline), asked, store)
    if any(model.name == asked for model in catalog.models):
        model = catalog.model(asked)
        if model.is_detector:
            raise UnknownModel(
                f"{asked!r} finds objects in pictures; it is no language model.",
                hint="Name a language model, for example autoglm-large; --detector names a detector.",
            )
        if model.is_embedder:
            raise UnknownModel(
                f"{asked!r} turns texts into vectors; it is no language model.",
                hint="Name a language model, for example autoglm-large; --embedding-model names an embedder.",
            )
        return _named(model, asked, store, note="")
    path = Path(asked).expanduser()
    if path.exists():
        return _at_path(path, asked)
    raise catalog.unknown(asked)


def next_to_pull(candidates: tuple[Candidate, ...]) -> Candidate | None:
    """The first model that this machine can run and that is here or may be pulled."""
    return next(
        (c for c in candidates if c.obstacle is None and (c.installed or c.unobtainable is None)), None
    )


def _choose_from(candidates: tuple[Candidate, ...], asked: str, store: ModelStore) -> ChosenModel:
    passed_over: list[str] = []
    for candidate in candidates:
        name = candidate.model.name
        if candidate.obstacle is not None:
            passed_over.append(f"{name} {candidate.obstacle}")
        elif candidate.installed:
            return _named(candidate.model, asked, store, note="; ".join(passed_over))
        elif candidate.unobtainable is not None:
            passed_over.append(f"{name} can't be pulled: {candidate.unobtainable.rstrip('.')}")
        else:
            passed_over.append(f"{name} fits but is not installed: open-autoglm-cli pull {name}")
    best = next_to_pull(candidates)
    if best is None:
        raise ModelNotInstalled(
            f"No model of {asked!r} is installed, and none can be pulled here: {'; '.join(passed_over)}.",
            hint="Run `open-autoglm-cli doctor` for the remedy of each.",
        )
    before = "; ".join(passed_over[: candidates.index(best)])
    raise ModelNotInstalled(
        f"No model of {asked!r} is installed; {best.model.name} is the one for this machine"
        f"{f' ({before})' if before else ''}.",
        hint=f"Run `open-autoglm-cli pull {asked}`.",
    )


def _named(model: CatalogModel, asked: str, store: ModelStore, note: str) -> ChosenModel:
    installed = store.installed(model.name)
    if installed is None:
        raise store.not_installed(model.name)
    size = megabytes(sum(file.size for file in installed.files))
    return ChosenModel(
        asked=asked,
        name=model.name,
        path=installed.weights.path,
        reason=f"{asked}: {model.name} ({size}{'; ' + note if note else ''})",
        mmproj=installed.mmproj.path if installed.mmproj else None,
        sha256=installed.weights.sha256,
        catalog_model=model,
    )


def _at_path(path: Path, asked: str) -> ChosenModel:
    weights = _weights_in(path) if path.is_dir() else path
    check_gguf(weights)
    siblings = sorted(weights.parent.glob("*mmproj*.gguf")) if path.is_dir() else []
    size = megabytes(weights.stat().st_size)
    return ChosenModel(
        asked=asked,
        name=weights.stem,
        path=weights.resolve(),
        reason=f"{weights.name} ({size}), a model file given by path",
        mmproj=siblings[0].resolve() if siblings else None,
    )


def _weights_in(folder: Path) -> Path:
    """The one model of a folder; of a model in pieces the first, which names the others."""
    try:
        files = sorted(
            path
            for path in folder.iterdir()
            if path.suffix.lower() == ".gguf" and "mmproj" not in path.name.lower()
        )
    except OSError as error:
        raise InputMissing(f"The model folder {folder} can't be read: {error.strerror}.") from error
    first_pieces = [path for path in files if "-00001-of-" in path.name]
    whole = [path for path in files if "-of-" not in path.name]
    models = whole + first_pieces
    if len(models) == 1:
        return models[0]
    if not models:
        raise ModelFileRejected(f"The folder {folder} holds no .gguf model.", hint="Name the file itself.")
    names = ", ".join(path.name for path in models[:5])
    raise ModelFileRejected(
        f"The folder {folder} holds {len(models)} models: {names}.", hint="Name the one to use."
    )
