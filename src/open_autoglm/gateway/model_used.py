"""What a result says of the model that the service answered with."""

from __future__ import annotations

from open_autoglm.serving.served_model import ServedModel
from open_autoglm.tasks.document_result import ModelUsed


def model_used(asked: str, served: ServedModel, device: str) -> ModelUsed:
    """What a result says of its model; results leave this machine, so a file is named without its folder."""
    by_path = served.chosen is not None and served.chosen.catalog_model is None
    return ModelUsed(
        asked=served.name if by_path else asked,
        name=served.name,
        reason=served.reason,
        engine="another server" if served.upstream is not None else f"llama.cpp on {device or 'cpu'}",
    )
