"""A detector out of a file."""

from __future__ import annotations

from pathlib import Path

from open_autoglm.errors import ModelFileRejected
from open_autoglm.video.detect.detector import Detector
from open_autoglm.video.detect.nanodet import MIN_SCORE, NanoDet, is_nanodet
from open_autoglm.video.detect.network import REMEDY, load_network
from open_autoglm.video.detect.resized import resized_network

SUPPORTED = "NanoDet with the 80 COCO classes, as its own exporter or TensorFlow.js writes it"


def open_detector(
    path: Path, *, backend: str = "onnxruntime", threads: int = 1, min_score: float = MIN_SCORE
) -> Detector:
    """Raises InputMissing, ModelFileRejected for a file that is no detector of a kind that is known, and
    ExtraMissing for a backend that is not installed. ``threads``: for one call."""
    network = load_network(path, backend, threads)
    if is_nanodet(network):
        return NanoDet(
            network,
            min_score=min_score,
            resized=lambda size: resized_network(path, backend, threads, size),
        )
    outputs = ", ".join(f"{port.name} {_sizes(port.shape)}" for port in network.outputs[:8])
    raise ModelFileRejected(
        f"{path.name} is a network of an unknown kind; its outputs are {outputs}. Supported: {SUPPORTED}.",
        hint=REMEDY,
    )


def _sizes(shape: tuple[int | None, ...]) -> str:
    return "×".join("?" if size is None else str(size) for size in shape)
