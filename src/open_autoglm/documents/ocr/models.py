"""Loads the recognition networks that the ``rapidocr`` wheel carries. Nothing is ever downloaded.

Only the weight files of that package are used: its own code, which may download, is never imported.
"""

from __future__ import annotations

import base64
import hashlib
import importlib.metadata
import importlib.util
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from open_autoglm.documents.recognition import OcrBackend
from open_autoglm.errors import ExtraMissing, ModelFileRejected
from open_autoglm.onnx_network import onnxruntime_session, openvino_network

PACKAGE = "rapidocr"
REMEDY = "Install it again: pip install --force-reinstall 'rapidocr>=3.10,<4'"

FloatArray: TypeAlias = NDArray[np.float32]


class OcrModel(StrEnum):
    """Weight files inside the package (PP-OCRv6 small, Apache-2.0)."""

    DETECTION = "PP-OCRv6_det_small.onnx"
    RECOGNITION = "PP-OCRv6_rec_small.onnx"


@dataclass(frozen=True, slots=True)
class OcrSettings:
    """``backend`` is a declared choice: ``openvino`` needs that package and more memory."""

    backend: OcrBackend = "onnxruntime"
    threads: int = 2
    """Threads inside one operator. They sleep while they wait: spinning would cost as much as work."""


class Network(Protocol):
    """A loaded model with one input and one output."""

    @property
    def characters(self) -> str:
        """The alphabet that a recognition model carries, one character a line; else empty."""
        ...

    def __call__(self, pixels: FloatArray) -> FloatArray:
        """Input of shape (batch, 3, height, width)."""
        ...


def model_path(model: OcrModel) -> Path:
    """Where the installed package keeps this model.

    Raises:
        ExtraMissing: the package, or the file inside it, is not installed.
        ModelFileRejected: the file is no longer the one that was installed.
    """
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise ExtraMissing(f"Reading pictures needs the package {PACKAGE}, which is missing.", hint=REMEDY)
    path = Path(spec.submodule_search_locations[0]) / "models" / model.value
    if not path.is_file():
        raise ExtraMissing(f"The installed package {PACKAGE} lacks the file {model.value}.", hint=REMEDY)
    expected = _recorded_digest(model)
    if expected is not None and _digest(path) != expected:
        raise ModelFileRejected(f"{path} differs from what was installed: it is damaged.", hint=REMEDY)
    return path


def load_network(model: OcrModel, settings: OcrSettings) -> Network:
    """The model, ready to run; takes about 0.1 s.

    Raises:
        ExtraMissing: the weights or the backend are not installed.
        ModelFileRejected: the file is damaged or not a model.
    """
    path = model_path(model)
    kind = _OpenVinoNetwork if settings.backend == "openvino" else _OnnxRuntimeNetwork
    return kind(path, settings.threads)


class _OnnxRuntimeNetwork:
    def __init__(self, path: Path, threads: int) -> None:
        # Every line has another width.
        self._session = onnxruntime_session(path, threads, _no_model(path), shapes_vary=True)
        self._input = self._session.get_inputs()[0].name
        self.characters = str(self._session.get_modelmeta().custom_metadata_map.get("character", ""))

    def __call__(self, pixels: FloatArray) -> FloatArray:
        output: FloatArray = self._session.run(None, {self._input: pixels})[0]
        return output


class _OpenVinoNetwork:
    def __init__(self, path: Path, threads: int) -> None:
        read, compiled = openvino_network(path, threads, _no_model(path))
        self._request = compiled.create_infer_request()
        framework = read.get_rt_info()
        # The runtime-information object has no get().
        entry = framework["framework"] if "framework" in framework else {}  # noqa: SIM401
        self.characters = str(entry["character"].value) if "character" in entry else ""

    def __call__(self, pixels: FloatArray) -> FloatArray:
        self._request.infer([pixels])
        # The tensor is reused by the next call.
        return np.array(self._request.get_output_tensor().data, dtype=np.float32)


def _no_model(path: Path) -> ModelFileRejected:
    return ModelFileRejected(f"{path} is not a model that can be loaded.", hint=REMEDY)


def _recorded_digest(model: OcrModel) -> str | None:
    """The SHA-256 that the installer wrote down; None where the package came without such a record."""
    try:
        files = importlib.metadata.files(PACKAGE) or []
    except importlib.metadata.PackageNotFoundError:
        return None
    for file in files:
        if file.name == model.value and file.hash is not None and file.hash.mode == "sha256":
            return file.hash.value
    return None


def _digest(path: Path) -> str:
    digest = hashlib.sha256(path.read_bytes()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
