"""What turns texts into vectors, whoever computes them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Embedder(Protocol):
    """Vectors are of length one, so that their dot product is the cosine. Safe to use from any thread."""

    @property
    def identity(self) -> str:
        """Model and weights, for example ``multilingual-e5-small-int8@<12 digits of its digest>``.

        Vectors of different identities can't be compared; a base remembers the one it was made with.
        """
        ...

    @property
    def dimensions(self) -> int: ...

    def embed_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """``(len(texts), dimensions)``; texts beyond the model's window are cut there."""
        ...

    def embed_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """The same for questions, which some models want introduced in another way."""
        ...

    def close(self) -> None:
        """Safe to call twice."""
        ...
