"""What is ready on this machine, what is missing, and the command that mends each."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Literal

from open_autoglm.config import Settings
from open_autoglm.errors import OpenAutoGLMError
from open_autoglm.local.catalog import Catalog
from open_autoglm.local.disk import megabytes
from open_autoglm.local.hardware import Hardware
from open_autoglm.local.model_store import ModelStore
from open_autoglm.local.placement import plan_placement
from open_autoglm.local.tiers import ChosenModel, choose_model, judge_tier, next_to_pull

DISTRIBUTION = "open-autoglm-pc"
EXTRA_PURPOSES = {
    "hubs": "pull models from Hugging Face and ModelScope",
    "traces": "send OpenTelemetry traces of requests (setting otlp_endpoint)",
    "openvino": "recognize text in pictures faster on Intel processors (setting ocr_backend), "
    "and to run detectors with --backend openvino",
}
"""The extras that add abilities; those of developers are not a user's concern."""

_REQUIREMENT = re.compile(r"^([A-Za-z0-9._-]+).*?extra\s*==\s*[\"']([A-Za-z0-9._-]+)[\"']")
_DETECTOR = ("detector", "finds people and things in videos", "analyse videos")
_EMBEDDER = ("embedding model", "turns texts into vectors", "search knowledge bases by meaning")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. ``missing`` prevents the main job, ``optional`` does not."""

    subject: str
    state: Literal["ready", "missing", "optional"]
    text: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Diagnosis:
    hardware: Hardware
    findings: tuple[Finding, ...]
    chosen: ChosenModel | None
    """The default model, when it is ready."""

    @property
    def ready(self) -> bool:
        return all(finding.state != "missing" for finding in self.findings)


def diagnose(
    settings: Settings, catalog: Catalog, store: ModelStore, hardware: Hardware, *, slots: int
) -> Diagnosis:
    """Look at the default model, every tier, the optional extras, the disk and the processor."""
    chosen, model_findings = _default_model(settings, catalog, store, hardware, slots)
    findings = [
        *model_findings,
        *_tiers(settings, catalog, store, hardware),
        *_helpers(settings, catalog, store),
        *_extras(),
        _formula_model(settings.formula_model),
        _disk(store.folder),
    ]
    if hardware.gpus and not hardware.engine_uses_gpu:
        findings.append(_unused_gpu(hardware))
    if hardware.processor_flags and hardware.architecture in ("x86_64", "AMD64"):
        findings.append(_instructions(hardware))
    return Diagnosis(hardware, tuple(findings), chosen)


def _default_model(
    settings: Settings, catalog: Catalog, store: ModelStore, hardware: Hardware, slots: int
) -> tuple[ChosenModel | None, list[Finding]]:
    subject = f"default model {settings.model_path}"
    if (there := settings.upstreams.get(settings.model_path)) is not None:
        return None, [Finding(subject, "ready", f"held by another server, {there.url}, as the settings say")]
    try:
        chosen = choose_model(settings.model_path, catalog, store, hardware, offline=settings.offline)
    except OpenAutoGLMError as error:
        return None, [Finding(subject, "missing", error.message, _command(error))]
    try:
        placement = plan_placement(
            chosen,
            hardware,
            device_map=settings.device_map,
            context_window=settings.context_window,
            threads=settings.threads,
            slots=slots,
            kv_cache_type=settings.kv_cache_type,
        )
    except OpenAutoGLMError as error:
        return chosen, [Finding(subject, "missing", error.message, _command(error))]
    plan = (
        f"{megabytes(placement.memory_bytes)} on {placement.device}, threads: {placement.threads}, "
        f"a context window of {placement.context_window} tokens for each of {slots} requests at once"
    )
    return chosen, [Finding(subject, "ready", f"{chosen.reason}. It takes about {plan}.")]


def _tiers(settings: Settings, catalog: Catalog, store: ModelStore, hardware: Hardware) -> list[Finding]:
    findings = []
    for tier in catalog.tiers:
        candidates = judge_tier(tier, catalog, store, hardware, offline=settings.offline)
        try:
            chosen = choose_model(tier.name, catalog, store, hardware, offline=settings.offline)
        except OpenAutoGLMError as error:
            findings.append(Finding(f"tier {tier.name}", "optional", error.message, _command(error)))
            continue
        better = next_to_pull(candidates)
        pull = f"open-autoglm-cli pull {better.model.name}" if better and not better.installed else ""
        findings.append(Finding(f"tier {tier.name}", "ready", chosen.reason, pull))
    return findings


def _helpers(settings: Settings, catalog: Catalog, store: ModelStore) -> list[Finding]:
    """What some work needs beside or instead of a language model."""
    findings = []
    for model in catalog.models:
        if model.is_language_model:
            continue
        kind, does, work = _DETECTOR if model.is_detector else _EMBEDDER
        subject = f"{kind} {model.name}"
        if store.installed(model.name) is not None:
            findings.append(Finding(subject, "ready", f"installed: {does}"))
            continue
        reason = store.why_unobtainable(model.name, offline=settings.offline)
        text = f"not installed; it is needed to {work}" + (f". {reason}" if reason else "")
        findings.append(Finding(subject, "optional", text, f"open-autoglm-cli pull {model.name}"))
    return findings


def _command(error: OpenAutoGLMError) -> str:
    """The remedy as a bare command where the hint is one, else the hint."""
    hint = error.hint or ""
    return hint.removeprefix("Run `").removesuffix("`.") if hint.startswith("Run `") else hint


def _extras() -> list[Finding]:
    findings = []
    for extra, purpose in EXTRA_PURPOSES.items():
        packages = _packages_of(extra)
        absent = [name for name in packages if not _is_installed(name)]
        if absent or not packages:  # an installation older than the extra knows no packages of it
            named = f" ({', '.join(absent)})" if absent else ""
            text = f"not installed{named}; it is needed to {purpose}"
            remedy = f"pip install '{DISTRIBUTION}[{extra}]'"
            findings.append(Finding(f"extra {extra}", "optional", text, remedy))
        else:
            findings.append(Finding(f"extra {extra}", "ready", f"installed: {purpose}"))
    return findings


def _formula_model(folder: Path | None) -> Finding:
    """Formulas of born-digital pages need no model; those of scans do."""
    subject = "formula model"
    if folder is None:
        remedy = "See docs/formulas.md, then set formula_model to its folder."
        return Finding(subject, "optional", "not set: formulas on scans stay pictures", remedy)
    if not folder.is_dir():
        return Finding(subject, "missing", f"{folder} is not a folder", "Mend the setting formula_model.")
    return Finding(subject, "ready", f"{folder}: formulas on scans are read as LaTeX")


def _packages_of(extra: str) -> list[str]:
    try:
        lines = metadata.requires(DISTRIBUTION) or []
    except metadata.PackageNotFoundError:
        return []
    matches = (_REQUIREMENT.match(line) for line in lines)
    return [match[1] for match in matches if match and match[2] == extra]


def _is_installed(distribution: str) -> bool:
    try:
        metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return False
    return True


def _disk(folder: Path) -> Finding:
    place = next(path for path in (folder, *folder.parents) if path.exists())
    free = shutil.disk_usage(place).free
    text = f"{megabytes(free)} free for models at {folder}"
    return Finding("disk", "ready", text)


def _unused_gpu(hardware: Hardware) -> Finding:
    return Finding(
        "graphics card",
        "optional",
        f"the installed engine was built for the processor only and can't use {hardware.gpus[0].name}",
        "Install the xllamacpp wheel built for your card (CUDA, ROCm or Vulkan) from its own index.",
    )


def _instructions(hardware: Hardware) -> Finding:
    if "avx2" in hardware.processor_flags:
        return Finding("processor", "ready", f"has {', '.join(hardware.processor_flags)}")
    return Finding(
        "processor",
        "optional",
        "has no AVX2, which the ready-made engine for x86 is built for",
        "Build the engine package from source, or use a newer processor.",
    )
