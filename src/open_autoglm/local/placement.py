"""Where a model runs and how much it may take: threads, layers on the graphics card, context, slots."""

from __future__ import annotations

import glob
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from open_autoglm.errors import ConfigurationError, EngineStartFailed
from open_autoglm.local.disk import megabytes
from open_autoglm.local.gguf import GgufFacts, read_gguf
from open_autoglm.local.hardware import Gpu, Hardware
from open_autoglm.local.tiers import ChosenModel

KvCacheType = Literal["f16", "q8_0"]
KV_VALUE_BYTES: Mapping[KvCacheType, Fraction] = {"f16": Fraction(2), "q8_0": Fraction(34, 32)}
"""Bytes of one key or value. q8_0 holds 32 values in a byte each and one scale of two bytes."""
COMPUTE_ROWS = 512
"""Tokens computed at once (llama.cpp's ``n_ubatch``); a graphics card holds one row of logits for each."""
RUNTIME_BYTES = 150_000_000
REARRANGED_SHARE = 0.55
"""Beside the mapped file the processor keeps a rearranged copy of its weights: measured with llama.cpp,
590 MB of 1117 for Q4_K_M, less for formats it does not rearrange."""
SMALLEST_WINDOW = 1024
WINDOW_STEP = 256
DEFAULT_TOKENS = 32_768
"""Without a setting the windows of all slots together hold this many tokens: their memory is taken at
the start, used or not, so more would cost everyone for the few who need it."""
LEAST_DEFAULT_WINDOW = 4096
MEMORY_SHARE = 0.85
"""Of the free memory, what a model may plan for; the rest is for reading documents and the system."""


@dataclass(frozen=True, slots=True)
class Placement:
    """How the engine is to be started. Bytes are estimates made before loading."""

    threads: int
    gpu_layers: int
    total_layers: int
    context_window: int
    """Tokens of one slot, prompt and answer together."""
    slots: int
    weights_bytes: int
    kv_cache_bytes: int
    overhead_bytes: int
    device: str
    """``cpu``, or the name of the graphics card that takes the layers."""
    note: str = ""
    """What was decided for the user, in one sentence; empty when nothing was."""

    @property
    def memory_bytes(self) -> int:
        return self.weights_bytes + self.kv_cache_bytes + self.overhead_bytes


def plan_placement(
    chosen: ChosenModel,
    hardware: Hardware,
    *,
    device_map: str | Mapping[str, int] = "auto",
    context_window: int | None = None,
    threads: int | None = None,
    slots: int = 1,
    kv_cache_type: KvCacheType = "f16",
) -> Placement:
    """Fit the model into this machine.

    ``context_window`` None: what the model was trained for and memory allows, at most 32,768 tokens
    over all slots.
    ``threads`` None: the free physical cores.
    Raises ConfigurationError for a setting this machine can't meet, EngineStartFailed when the model does
    not fit, each with what is needed, what is free and the remedy.
    """
    facts = read_gguf(chosen.path)
    weights = _weights_bytes(chosen)
    gpu, why_not = _usable_gpu(hardware)
    asked_layers = _layers_asked(device_map, facts, gpu, why_not)
    layers = (
        asked_layers
        if asked_layers is not None
        else _layers_that_fit(
            _Sizes(weights, facts, slots, facts.layers + 1, kv_cache_type), gpu, context_window
        )
    )
    sizes = _Sizes(weights, facts, slots, layers, kv_cache_type)
    free = _free_for(layers, sizes, hardware, gpu)
    window = _window(chosen, sizes, free, context_window)
    thread_count, thread_note = _threads(threads, hardware)
    notes = [thread_note]
    if context_window is None and window < facts.context_length:
        notes.append(
            f"The context window is {window} of the {facts.context_length} tokens it was trained for."
        )
    if facts.kv_values_per_token == 0:
        notes.append("The file does not state its shape, so memory for its context is not counted.")
    return Placement(
        threads=thread_count,
        gpu_layers=layers,
        total_layers=sizes.layers,
        context_window=window,
        slots=slots,
        weights_bytes=weights,
        kv_cache_bytes=sizes.kv_cache(window),
        overhead_bytes=sizes.overhead,
        device=gpu.name if gpu is not None and layers else "cpu",
        note=" ".join(filter(None, notes)),
    )


def _weights_bytes(chosen: ChosenModel) -> int:
    """All files that are loaded: the pieces of a divided model and the picture encoder too."""
    first, sign, count = chosen.path.name.partition("-00001-of-")
    pieces = chosen.path.parent.glob(f"{glob.escape(first)}-*-of-{count}") if sign else [chosen.path]
    return sum(path.stat().st_size for path in (*pieces, chosen.mmproj) if path is not None)


class _Sizes:
    """What each thing takes, in bytes. Layers count the output layer too, as llama.cpp does."""

    def __init__(
        self, weights: int, facts: GgufFacts, slots: int, gpu_layers: int, kv_cache_type: KvCacheType
    ) -> None:
        if slots < 1:
            raise ConfigurationError(f"slots is {slots}.", hint="Use at least 1.")
        self.weights = weights
        self.layers = facts.layers + 1
        self.trained = facts.context_length or DEFAULT_TOKENS
        self.slots = slots
        self._per_token = facts.kv_values_per_token * KV_VALUE_BYTES[kv_cache_type] * slots
        on_processor = 1 - gpu_layers / self.layers
        logits = COMPUTE_ROWS * max(facts.vocabulary, 32_000) * 4 if gpu_layers else 0
        self.overhead = RUNTIME_BYTES + logits + int(REARRANGED_SHARE * weights * on_processor)

    def kv_cache(self, window: int) -> int:
        return int(self._per_token * window)

    def total(self, window: int) -> int:
        return self.weights + self.kv_cache(window) + self.overhead

    def largest_window(self, memory: int) -> int:
        """Tokens that fit beside the weights, a multiple of 256; 0 when nothing does."""
        room = memory - self.weights - self.overhead
        tokens = room // self._per_token if self._per_token else self.trained
        return int(max(0, tokens)) // WINDOW_STEP * WINDOW_STEP


def _usable_gpu(hardware: Hardware) -> tuple[Gpu | None, str]:
    gpu = hardware.best_gpu
    if gpu is None:
        return None, "this machine has no graphics card that was found"
    if not hardware.engine_uses_gpu:
        return None, f"the installed engine was built for the processor only and can't use {gpu.name}"
    return gpu, ""


def _layers_asked(
    device_map: str | Mapping[str, int], facts: GgufFacts, gpu: Gpu | None, why_not: str
) -> int | None:
    """Layers for the graphics card as the setting says; None: what fits."""
    if isinstance(device_map, str):
        if device_map not in ("auto", "cpu", "gpu"):
            raise _bad_device_map(device_map)
        if device_map == "cpu" or (device_map == "auto" and gpu is None):
            return 0
        if gpu is None:
            raise ConfigurationError(
                f"device_map is 'gpu', but {why_not}.", hint="Set device_map to auto or cpu."
            )
        return None if device_map == "auto" else facts.layers + 1
    layers = device_map.get("gpu", 0)
    if set(device_map) - {"gpu", "cpu"} or layers < 0:
        raise _bad_device_map(device_map)
    if layers and gpu is None:
        raise ConfigurationError(
            f"device_map asks for {layers} layers on the graphics card, but {why_not}.",
            hint="Set device_map to auto or cpu.",
        )
    return min(layers, facts.layers + 1)


def _bad_device_map(value: object) -> ConfigurationError:
    return ConfigurationError(
        f"device_map is {value!r}.", hint="Use auto, cpu, gpu, or layers as in {gpu: 20}."
    )


def _layers_that_fit(sizes: _Sizes, gpu: Gpu | None, window: int | None) -> int:
    """As many whole layers as the card's free memory holds, with their share of the KV cache."""
    if gpu is None:
        return 0
    room = int(gpu.free_bytes * MEMORY_SHARE) - sizes.overhead
    planned = window or min(sizes.trained, 4096)
    per_layer = (sizes.weights + sizes.kv_cache(planned)) / sizes.layers
    return max(0, min(sizes.layers, int(room / per_layer)))


def _free_for(layers: int, sizes: _Sizes, hardware: Hardware, gpu: Gpu | None) -> int:
    """Memory the whole model may plan for: the machine's, the card's, or both when it is divided."""
    machine = int(hardware.available_memory * MEMORY_SHARE)
    if gpu is None or layers == 0:
        return machine
    card = int(gpu.free_bytes * MEMORY_SHARE)
    if gpu.unified or layers >= sizes.layers:
        return card
    # Divided: neither side may be asked for more than its share of the layers.
    on_card = layers / sizes.layers
    return int(min(card / on_card, machine / (1 - on_card)))


def _window(chosen: ChosenModel, sizes: _Sizes, free: int, asked: int | None) -> int:
    trained = sizes.trained
    if asked is not None and asked > trained:
        raise ConfigurationError(
            f"context_window is {asked}, but {chosen.name} was trained for {trained} tokens.",
            hint=f"Set it to {trained} or less.",
        )
    largest = min(sizes.largest_window(free), trained)
    wanted = asked if asked is not None else min(trained, SMALLEST_WINDOW)
    if largest < wanted and asked is not None and largest >= SMALLEST_WINDOW:
        raise ConfigurationError(
            f"context_window is {asked}: with it {chosen.name} needs {megabytes(sizes.total(asked))}, "
            f"and {megabytes(free)} can be used.",
            hint=f"Set it to {largest} or less, or close other programs.",
        )
    if largest < wanted:
        raise EngineStartFailed(
            f"{chosen.name} needs {megabytes(sizes.total(wanted))} of memory with {wanted} tokens of "
            f"context, and {megabytes(free)} can be used.",
            hint="Close other programs, or choose a smaller model: --model autoglm-small.",
        )
    default = max(LEAST_DEFAULT_WINDOW, DEFAULT_TOKENS // sizes.slots // WINDOW_STEP * WINDOW_STEP)
    return asked if asked is not None else min(largest, default)


def _threads(asked: int | None, hardware: Hardware) -> tuple[int, str]:
    """Never more than the free physical cores: threads that wait for each other are slower than fewer."""
    free = max(1, hardware.free_physical_cores)
    if asked is None:
        return free, ""
    if asked > free:
        return free, f"{asked} threads were asked for; {free} physical cores are free, so {free} are used."
    return asked, ""
