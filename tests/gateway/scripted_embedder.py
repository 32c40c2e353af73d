"""An embedding model that needs no weights: vectors tell how long a text is."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import numpy as np

from open_autoglm.knowledge.embedding.model_embedder import Embedded, ModelEmbedder, Role

WINDOW = 1000
"""Characters."""


class ScriptedEmbedder(ModelEmbedder):
    """Remembers what it was asked; waits while ``go`` is not set."""

    identity = "vectors@test"
    dimensions = 3

    def __init__(self) -> None:
        self.asked: list[tuple[list[str], Role]] = []
        self.closed = 0
        self.go = threading.Event()
        self.go.set()

    def embed(self, texts: Sequence[str], role: Role) -> Embedded:
        self.asked.append((list(texts), role))
        assert self.go.wait(30)
        rows = np.array([[len(text), 1.0, -0.5] for text in texts], np.float32)
        cut = tuple(place for place, text in enumerate(texts) if len(text) > WINDOW)
        return Embedded(rows / np.linalg.norm(rows, axis=1, keepdims=True), sum(map(len, texts)), cut)

    def close(self) -> None:
        self.closed += 1
