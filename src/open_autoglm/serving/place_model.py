"""How large a served model runs beside those that are loaded already: its slots and its window."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from open_autoglm.config import Settings
from open_autoglm.errors import ConfigurationError, EngineStartFailed
from open_autoglm.local.gguf import read_gguf
from open_autoglm.local.hardware import Hardware
from open_autoglm.local.placement import (
    DEFAULT_TOKENS,
    LEAST_DEFAULT_WINDOW,
    Placement,
    plan_placement,
)
from open_autoglm.local.tiers import ChosenModel
from open_autoglm.serving.model_pool import NoRoom

MOST_SLOTS = 8
ROOMY_WINDOW = 8192
ROOMY_SHARE = 0.5
"""Slots have a window of that size, or larger, where the model then takes half of the free memory at most."""


def place_model(
    chosen: ChosenModel, hardware: Hardware, settings: Settings, others: Sequence[Placement]
) -> Placement:
    """The slots that the settings ask for, or as many as have a window of 4096 tokens, at most 8.

    ``hardware`` was measured with ``others`` loaded. Raises NoRoom where the model would run well if some
    of them were not; else it takes what there is, or raises what ``plan_placement`` raises.
    """
    beside = _without_mapped_files(hardware, others)
    placement = _first_that_fits(chosen, beside, settings)
    if placement is not None:
        return placement
    if others and _first_that_fits(chosen, _without_models(hardware, others), settings) is not None:
        raise NoRoom(f"{chosen.name} does not fit beside the {len(others)} models that are loaded.")
    return _plan(chosen, beside, settings, settings.slots or 1, settings.context_window)


def _first_that_fits(chosen: ChosenModel, hardware: Hardware, settings: Settings) -> Placement | None:
    for slots, window, share in _wishes(read_gguf(chosen.path).context_length, settings):
        try:
            placement = _plan(chosen, hardware, settings, slots, window)
        except (EngineStartFailed, ConfigurationError):
            continue
        if placement.memory_bytes <= share * _free(hardware, placement):
            return placement
    return None


def _wishes(trained: int, settings: Settings) -> Iterator[tuple[int, int, float]]:
    """Slots, window of each, and the share of the free memory that they may take; the best comes first."""
    counts = range(MOST_SLOTS, 0, -1) if settings.slots is None else [settings.slots]
    longest = trained or DEFAULT_TOKENS
    if settings.context_window is None:
        roomy = max(ROOMY_WINDOW, DEFAULT_TOKENS // counts[0])
        yield counts[0], min(roomy, longest), ROOMY_SHARE
    for slots in counts:
        yield slots, settings.context_window or min(LEAST_DEFAULT_WINDOW, longest), 1.0


def _plan(
    chosen: ChosenModel, hardware: Hardware, settings: Settings, slots: int, window: int | None
) -> Placement:
    return plan_placement(
        chosen,
        hardware,
        device_map=settings.device_map,
        context_window=window,
        threads=settings.threads,
        slots=slots,
        kv_cache_type=settings.kv_cache_type,
    )


def _free(hardware: Hardware, placement: Placement) -> int:
    gpu = hardware.best_gpu
    return gpu.free_bytes if gpu is not None and placement.gpu_layers else hardware.available_memory


def _without_mapped_files(hardware: Hardware, others: Sequence[Placement]) -> Hardware:
    """A loaded model's file is mapped, and the system counts its pages as free: it could drop them and
    read them again. Every token needs all of them, so they are not free."""
    mapped = sum(int(other.weights_bytes * (1 - _on_card(other))) for other in others)
    return replace(hardware, available_memory=max(0, hardware.available_memory - mapped))


def _without_models(hardware: Hardware, others: Sequence[Placement]) -> Hardware:
    """The machine as it would be if the others were unloaded."""
    on_machine = on_card = 0
    for other in others:
        share = _on_card(other)
        on_card += int(other.memory_bytes * share)
        on_machine += int((other.kv_cache_bytes + other.overhead_bytes) * (1 - share))
    return replace(
        hardware,
        available_memory=min(hardware.total_memory, hardware.available_memory + on_machine),
        gpus=tuple(
            replace(gpu, free_bytes=min(gpu.total_bytes, gpu.free_bytes + on_card)) for gpu in hardware.gpus
        ),
    )


def _on_card(placement: Placement) -> float:
    """Share of the layers that lie on the graphics card."""
    return placement.gpu_layers / max(1, placement.total_layers)
