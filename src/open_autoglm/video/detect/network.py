"""Runs an ONNX network with ONNX Runtime or OpenVINO; several threads may call it at once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from open_autoglm.errors import InputMissing, ModelFileRejected, UsageError
from open_autoglm.onnx_network import onnxruntime_session, openvino_network

Backend = Literal["onnxruntime", "openvino"]
FloatArray: TypeAlias = NDArray[np.float32]
MAX_FILE_BYTES = 1 << 30
REMEDY = "Choose a detector with --detector, for example nanodet-coco-416."


@dataclass(frozen=True, slots=True)
class Port:
    """An input or output: its name and its shape; None for a size that may vary."""

    name: str
    shape: tuple[int | None, ...]


class Network(Protocol):
    inputs: tuple[Port, ...]
    outputs: tuple[Port, ...]

    def run(self, pixels: FloatArray) -> dict[str, FloatArray]:
        """Every output by its name for one input."""
        ...


def load_network(path: Path, backend: str, threads: int) -> Network:
    """The network in ``path``, on ``threads`` threads for each call.

    Raises InputMissing, ModelFileRejected for what is no ONNX file, and ExtraMissing for an absent backend.
    """
    if not path.is_file():
        raise InputMissing(f"There is no detector file {path}.", hint=REMEDY)
    if path.stat().st_size > MAX_FILE_BYTES:
        raise ModelFileRejected(f"{path} is too large for a detector ({path.stat().st_size} bytes).")
    return _kind(backend)(path, path, threads)


def load_network_bytes(model: bytes, path: Path, backend: str, threads: int) -> Network:
    """As ``load_network``; ``path`` is where ``model`` came from, for messages."""
    return _kind(backend)(model, path, threads)


def _kind(backend: str) -> Callable[[Path | bytes, Path, int], Network]:
    kinds: dict[str, Callable[[Path | bytes, Path, int], Network]] = {
        "onnxruntime": _OnnxRuntimeNetwork,
        "openvino": _OpenVinoNetwork,
    }
    if backend not in kinds:
        raise UsageError(f"There is no backend {backend!r}.", hint="Choose onnxruntime or openvino.")
    return kinds[backend]


class _OnnxRuntimeNetwork:
    def __init__(self, model: Path | bytes, path: Path, threads: int) -> None:
        self._session = onnxruntime_session(model, threads, _no_network(path))
        self.inputs = tuple(Port(one.name, _shape(one.shape)) for one in self._session.get_inputs())
        self.outputs = tuple(Port(one.name, _shape(one.shape)) for one in self._session.get_outputs())
        self._names = [port.name for port in self.outputs]

    def run(self, pixels: FloatArray) -> dict[str, FloatArray]:
        found = self._session.run(self._names, {self.inputs[0].name: pixels})
        return dict(zip(self._names, found, strict=True))


class _OpenVinoNetwork:
    def __init__(self, model: Path | bytes, path: Path, threads: int) -> None:
        _, self._compiled = openvino_network(model, threads, _no_network(path))
        self.inputs = tuple(_openvino_port(one) for one in self._compiled.inputs)
        self.outputs = tuple(_openvino_port(one) for one in self._compiled.outputs)
        self._requests = threading.local()

    def run(self, pixels: FloatArray) -> dict[str, FloatArray]:
        # A request holds the tensors of one call, so each thread has its own.
        request = getattr(self._requests, "request", None)
        if request is None:
            request = self._requests.request = self._compiled.create_infer_request()
        request.infer([pixels])
        return {
            port.name: np.array(request.get_output_tensor(number).data, np.float32)
            for number, port in enumerate(self.outputs)
        }


def _shape(sizes: list[Any]) -> tuple[int | None, ...]:
    return tuple(size if isinstance(size, int) else None for size in sizes)


def _openvino_port(port: Any) -> Port:
    sizes = [size.get_length() if size.is_static else None for size in port.get_partial_shape()]
    return Port(port.get_any_name(), tuple(sizes))


def _no_network(path: Path) -> ModelFileRejected:
    return ModelFileRejected(f"{path} is not an ONNX network that can be loaded.", hint=REMEDY)
