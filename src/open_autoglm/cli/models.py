"""``pull``, ``list``, ``show``, ``rm``: the model files on this machine."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from open_autoglm.cli.options import LoadedSettings, settings_options
from open_autoglm.cli.pull_display import PullDisplay
from open_autoglm.cli.render import print_note, print_table, stderr
from open_autoglm.errors import OpenAutoGLMError, UsageError
from open_autoglm.local.catalog import CatalogModel
from open_autoglm.local.disk import megabytes
from open_autoglm.local.gguf import read_gguf
from open_autoglm.local.hardware import Hardware
from open_autoglm.local.model_store import InstalledModel, ModelStore
from open_autoglm.local.obtain import obtain_model
from open_autoglm.local.tiers import why_too_large
from open_autoglm.runtime import Runtime

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")


@click.command("pull")
@click.argument("name", required=False)
@click.option(
    "--from",
    "given",
    type=click.Path(path_type=Path, exists=True),
    help="Take the files from this file or folder instead of the network; the digest must be right.",
)
@json_option
@settings_options
def pull_command(settings: LoadedSettings, *, name: str | None, given: Path | None, as_json: bool) -> None:
    """Download model NAME, verify it and install it; go on where a stopped pull ended.

    NAME is a model or a tier (see `list`); without it the model of the settings is pulled. A model that
    is here is read and verified, and mended if it was damaged. Ctrl-C keeps what has arrived.

    \b
    Examples:
      open-autoglm-cli pull autoglm-large
      open-autoglm-cli pull qwen2.5-coder-0.5b-instruct-q4_k_m
      open-autoglm-cli pull nanodet-coco-416
      open-autoglm-cli pull multilingual-e5-small-int8
      open-autoglm-cli pull autoglm-base --from /media/stick
    """
    runtime = Runtime(settings.values)
    with PullDisplay(stderr()) as display:
        installed = obtain_model(
            name or settings.values.model_path,
            runtime.catalog,
            runtime.models,
            runtime.hardware,
            progress=display,
            offline=settings.values.offline,
            given=given,
        )
    if as_json:
        _print_json(_installed_json(installed))
        return
    for file in installed.files:
        click.echo(f"{installed.name}: {file.path}")
        click.echo(f"  {megabytes(file.size)}, sha256 {file.sha256}, from {file.source}")


@click.command("list")
@json_option
@settings_options
def list_command(settings: LoadedSettings, *, as_json: bool) -> None:
    """List the models that can be named, what is installed, and what each tier means here.

    \b
    Examples:
      open-autoglm-cli list
      open-autoglm-cli list --json
    """
    runtime = Runtime(settings.values)
    catalog, store = runtime.catalog, runtime.models
    tiers: list[dict[str, Any]] = []
    for tier in catalog.tiers:
        row: dict[str, Any] = {"name": tier.name, "title": tier.title, "models": list(tier.models)}
        try:
            chosen = runtime.choose_model(tier.name)
            row.update(model=chosen.name, reason=chosen.reason, hint=None)
        except OpenAutoGLMError as error:
            row.update(model=None, reason=error.message, hint=error.hint)
        tiers.append(row)
    models = [
        {
            "name": model.name,
            "title": model.title,
            "size": model.size,
            "memory_bytes": model.memory_bytes,
            "licence": model.licence,
            "languages": list(model.languages),
            "capabilities": list(model.capabilities),
            "tests_only": model.tests_only,
            "state": _state(store, model),
            "obstacle": why_too_large(model, runtime.hardware),
        }
        for model in catalog.models
    ]
    if as_json:
        _print_json({"tiers": tiers, "models": models})
        return
    print_table(
        ("model", "size", "state", "licence", "note"),
        [
            (
                model.name,
                megabytes(model.size),
                _state(store, model),
                model.licence,
                _note(model, runtime.hardware),
            )
            for model in catalog.models
        ],
    )
    click.echo()
    print_table(
        ("tier", "means here"),
        [(row["name"], row["reason"] + (f" {row['hint']}" if row["hint"] else "")) for row in tiers],
    )


@click.command("show")
@click.argument("name")
@click.option("--verify", is_flag=True, help="Read every byte and compare its digest.")
@json_option
@settings_options
def show_command(settings: LoadedSettings, *, name: str, verify: bool, as_json: bool) -> None:
    """Show everything known about NAME: a model, a detector, a tier or a model file.

    \b
    Examples:
      open-autoglm-cli show autoglm-large
      open-autoglm-cli show qwen2.5-coder-1.5b-instruct-q4_k_m --verify
      open-autoglm-cli show ./my-model.gguf --json
    """
    runtime = Runtime(settings.values)
    facts = _facts(name, runtime)
    if verify:
        model_name = str(facts["name"])
        if facts.get("state") is None:
            raise UsageError(f"{name} was given by path: no digest of it is known to compare with.")
        with PullDisplay(stderr()) as display:
            runtime.models.verify(model_name, display)
        facts["verified"] = True
    if as_json:
        _print_json(facts)
        return
    print_table(("", ""), [(key, _cell(value)) for key, value in facts.items() if value not in (None, "")])


@click.command("rm")
@click.argument("name")
@settings_options
def rm_command(settings: LoadedSettings, *, name: str) -> None:
    """Remove model NAME from this machine, and what an unfinished pull of it left.

    \b
    Example:
      open-autoglm-cli rm qwen2.5-coder-0.5b-instruct-q4_k_m
    """
    runtime = Runtime(settings.values)
    catalog, store = runtime.catalog, runtime.models
    if (tier := catalog.tier(name)) is not None:
        raise UsageError(f"{name!r} is a tier.", hint=f"Name the model: {' or '.join(tier.models)}.")
    freed = store.remove(name)
    print_note(f"Removed {name}: {megabytes(freed)} freed.")


def _note(model: CatalogModel, hardware: Hardware) -> str:
    if model.tests_only:
        return "tests only"
    return why_too_large(model, hardware) or _use(model)


def _use(model: CatalogModel) -> str:
    if model.is_detector:
        return "detector, for videos"
    return "for knowledge bases" if model.is_embedder else ""


def _state(store: ModelStore, model: CatalogModel) -> str:
    if store.installed(model.name) is not None:
        return "installed"
    received = store.received_bytes(model.name)
    return f"partial, {megabytes(received)}" if received else "not installed"


def _facts(name: str, runtime: Runtime) -> dict[str, Any]:
    """What ``show`` shows. For a tier, the facts of the model it means here."""
    catalog, store = runtime.catalog, runtime.models
    reason = None
    if catalog.tier(name) is not None or not any(model.name == name for model in catalog.models):
        chosen = runtime.choose_model(name)
        if chosen.catalog_model is None:
            shape = asdict(read_gguf(chosen.path))
            path = str(chosen.path)
            return {"name": chosen.name, "path": path, "size": chosen.path.stat().st_size, **shape}
        name, reason = chosen.name, chosen.reason
    model = catalog.model(name)
    installed = store.installed(name)
    facts = model.model_dump(mode="json", exclude={"files"})
    if model.is_detector:
        del facts["context_length"]
    facts |= {"size": model.size, "state": _state(store, model), "tier_reason": reason}
    facts["files"] = [
        {
            "name": file.name,
            "role": file.role,
            "size": file.size,
            "sha256": file.sha256,
            "digest_from": "the catalogue" if file.sha256 else "the hub, when it is pulled",
            "sources": [str(source) for source in file.sources],
        }
        for file in model.files
    ]
    facts["installed"] = _installed_json(installed)["files"] if installed else None
    return facts


def _installed_json(installed: InstalledModel) -> dict[str, Any]:
    files = [{**asdict(file), "path": str(file.path)} for file in installed.files]
    return {"name": installed.name, "files": files}


def _cell(value: object) -> str:
    if isinstance(value, list):
        return "\n".join(_cell(item) for item in value)
    if isinstance(value, dict):
        return ", ".join(f"{key} {_cell(item)}" for key, item in value.items() if item is not None)
    return str(value)


def _print_json(value: object) -> None:
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))
