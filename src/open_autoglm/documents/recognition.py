"""How pictures of text and formulas are recognized: the same for every page of a file."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

OcrBackend = Literal["onnxruntime", "openvino"]


class Recognition(BaseModel):
    """Chosen by the settings ``ocr_backend`` and ``formula_model``; carried to the worker processes."""

    model_config = ConfigDict(frozen=True, extra="forbid", protected_namespaces=())

    ocr_backend: OcrBackend = "onnxruntime"
    formula_model: Path | None = None
    """Folder of the formula model's files; None: pictures of formulas are not read as LaTeX."""

    def as_options(self) -> dict[str, str]:
        """What a finished page depends on, for the page store."""
        return {key: str(value) for key, value in self.model_dump().items() if value is not None}
