"""Opens ONNX networks with ONNX Runtime or OpenVINO: sparing of threads, and every refusal one error."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

from open_autoglm.errors import ExtraMissing, ModelFileRejected


def onnxruntime_session(
    model: Path | bytes,
    threads: int,
    refused: ModelFileRejected,
    *,
    shapes_vary: bool = False,
    keep_memory: bool = False,
) -> Any:
    """An ``InferenceSession`` with ``threads`` inside one operator; they sleep while they wait.

    ``shapes_vary``: inputs have another shape with every call. ``keep_memory``: still the memory of the
    largest call is kept for the next, which is much faster where no call is large.
    Raises ``refused`` for what is no network.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    # Spinning would cost as much as work.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 4
    if shapes_vary:
        # Plans and arenas kept for each shape would only grow.
        options.enable_mem_pattern = False
        options.enable_cpu_mem_arena = keep_memory
    source = model if isinstance(model, bytes) else str(model)
    try:
        return onnxruntime.InferenceSession(source, options, providers=["CPUExecutionProvider"])
    except _refusals() as error:
        raise refused from error


def openvino_network(model: Path | bytes, threads: int, refused: ModelFileRejected) -> tuple[Any, Any]:
    """The network as it was read, and compiled.

    Raises ``refused`` for what is no network, and ExtraMissing where OpenVINO is not installed.
    """
    try:
        openvino = importlib.import_module("openvino")
    except ImportError as error:
        raise ExtraMissing(
            "The backend openvino was chosen, but the package openvino is missing.",
            hint="Install it with: pip install openvino, or choose the backend onnxruntime.",
        ) from error
    try:
        read = openvino.Core().read_model(model)
        hints = {"INFERENCE_NUM_THREADS": threads, "PERFORMANCE_HINT": "LATENCY"}
        return read, openvino.compile_model(read, "CPU", hints)
    except RuntimeError as error:
        raise refused from error


def _refusals() -> tuple[type[Exception], ...]:
    """ONNX Runtime has an exception for each status code, and none above them."""
    from onnxruntime.capi import onnxruntime_pybind11_state as state

    own = [kind for kind in vars(state).values() if isinstance(kind, type) and issubclass(kind, Exception)]
    return (RuntimeError, ValueError, *own)
