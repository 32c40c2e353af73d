"""Which detector a name means here: one of the catalogue that is installed, a file, or none at all."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from open_autoglm.errors import InputMissing, UsageError
from open_autoglm.local.catalog import Catalog
from open_autoglm.local.model_store import ModelStore
from open_autoglm.tasks.document_result import ModelUsed
from open_autoglm.video.analysis import DetectorChoice

DetectorBackend = Literal["onnxruntime", "openvino"]

NONE = "none"
CAPABILITY = "detect"


@dataclass(frozen=True, slots=True)
class ChosenDetector:
    """``choice`` is None where nothing is to be detected: still objects and the camera are watched alone."""

    choice: DetectorChoice | None
    used: ModelUsed


def choose_detector(
    asked: str, catalog: Catalog, store: ModelStore, backend: DetectorBackend = "onnxruntime"
) -> ChosenDetector:
    """Raises UnknownModel with the nearest names, ModelNotInstalled with the command that mends it,
    UsageError for a model that is no detector, and InputMissing for a file that is not there."""
    if asked == NONE:
        used = ModelUsed(asked=asked, name=NONE, reason="nothing is detected, as asked", engine="none")
        return ChosenDetector(None, used)
    path = Path(asked).expanduser()
    known = any(model.name == asked for model in catalog.models)
    if not known and (path.suffix.lower() == ".onnx" or path.exists()):
        if not path.is_file():
            raise InputMissing(f"There is no detector file {asked}.", hint="Check --detector.")
        reason = f"{path.name}, a detector file given by path"
        return ChosenDetector(
            DetectorChoice(path.stem, path.resolve(), backend=backend),
            ModelUsed(asked=asked, name=path.stem, reason=reason, engine=backend),
        )
    model = catalog.model(asked)
    if CAPABILITY not in model.capabilities:
        raise UsageError(
            f"Model {asked!r} is no detector.", hint="Name one with --detector, for example nanodet-coco-416."
        )
    installed = store.installed(model.name)
    if installed is None:
        raise store.not_installed(model.name)
    weights = installed.weights
    return ChosenDetector(
        DetectorChoice(model.name, weights.path, weights.sha256, backend),
        ModelUsed(asked=asked, name=model.name, reason=f"{asked}: as the settings say", engine=backend),
    )
