"""What every embedding model of this program offers beside the protocol: how much was read, and how."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Role = Literal["query", "passage", "plain"]
"""What a text is. ``plain``: the caller doesn't say, or introduces it as the model wants it."""


@dataclass(frozen=True, slots=True)
class Embedded:
    """``vectors`` are ``(texts, dimensions)``, each of length one."""

    vectors: NDArray[np.float32]
    tokens: int
    """That the model has read, of all texts together."""
    cut: tuple[int, ...] = ()
    """Places of the texts that are longer than the model's window; only their beginning was read."""


class ModelEmbedder(ABC):
    """An ``Embedder``. Safe to use from any thread."""

    @property
    @abstractmethod
    def identity(self) -> str: ...

    @property
    @abstractmethod
    def dimensions(self) -> int: ...

    @abstractmethod
    def embed(self, texts: Sequence[str], role: Role) -> Embedded:
        """All of ``texts``, in their order."""

    @abstractmethod
    def close(self) -> None:
        """Safe to call twice."""

    def embed_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return self.embed(texts, "passage").vectors

    def embed_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return self.embed(texts, "query").vectors
