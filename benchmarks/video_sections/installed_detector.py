"""The detector that the sections measure with, where ``open-autoglm-cli pull`` put it."""

from __future__ import annotations

from pathlib import Path

import platformdirs

DETECTOR = "nanodet-coco-416"


def weights() -> Path:
    """Its file; the program ends in one sentence where it is not there."""
    folder = platformdirs.user_data_path("open-autoglm", appauthor=False) / "models" / DETECTOR
    if not (found := sorted(folder.glob("*.onnx"))):
        raise SystemExit(f"{DETECTOR} is not installed: open-autoglm-cli pull {DETECTOR}")
    return found[0]
