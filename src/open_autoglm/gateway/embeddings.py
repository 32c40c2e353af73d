"""The embedding model behind the routes of every dialect, one request at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import anyio
import anyio.to_thread

from open_autoglm.errors import MissingPiece, OpenAutoGLMError, QueueFull, UnknownModel, UsageError
from open_autoglm.knowledge.embedding.choose_embedder import ChosenEmbedder
from open_autoglm.knowledge.embedding.model_embedder import Embedded, ModelEmbedder, Role
from open_autoglm.serving.model_facts import ModelFacts

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

TEXTS_AT_ONCE = 32
"""After which another request has its turn: half a second on two cores."""
MOST_WAITING = 64
_QUOTED_CHARS = 100
_RETRY_AFTER_S = 5


class Embeddings:
    """All methods belong to one event loop; the model computes in threads, for one request at a time."""

    def __init__(self, asked: str, choose: Callable[[], ChosenEmbedder], embedder: ModelEmbedder) -> None:
        """``asked`` is the setting, ``choose`` looks up what it means now, ``embedder`` is what it means,
        which others use too and is theirs to close."""
        self._asked = asked
        self._choose = choose
        self._embedder = embedder
        self._turn = anyio.Lock()
        self._waiting = 0

    async def facts(self) -> ModelFacts | None:
        """What can be said of the model; None where none would answer, or where it is an upstream's."""
        try:
            chosen = await anyio.to_thread.run_sync(self._choose)
        except OpenAutoGLMError:
            return None
        return None if chosen.held_elsewhere else _facts(chosen)

    async def embed(self, name: str, texts: Sequence[str], role: Role) -> Embedded:
        """Raises UnknownModel where ``name`` is not the embedding model, ModelNotInstalled with the command
        that installs it, QueueFull, and what loading and computing raise."""
        import numpy as np

        await self._require(name)
        if self._waiting >= MOST_WAITING:
            raise QueueFull(
                f"{MOST_WAITING} requests for embeddings wait already.", retry_after_s=_RETRY_AFTER_S
            )
        self._waiting += 1
        try:
            found: list[Embedded] = []
            for start in range(0, len(texts), TEXTS_AT_ONCE):
                async with self._turn:
                    part = texts[start : start + TEXTS_AT_ONCE]
                    found.append(await anyio.to_thread.run_sync(self._embedder.embed, part, role))
        finally:
            self._waiting -= 1
        vectors = [one.vectors for one in found]
        return Embedded(
            np.concatenate(vectors) if vectors else np.empty((0, 0), np.float32),
            sum(one.tokens for one in found),
            tuple(n * TEXTS_AT_ONCE + place for n, one in enumerate(found) for place in one.cut),
        )

    async def _require(self, name: str) -> None:
        try:
            chosen = await anyio.to_thread.run_sync(self._choose)
        except MissingPiece as error:
            if name == self._asked:
                raise
            raise _unknown(name, f"The setting embedding_model is {self._asked}. {error}") from error
        if name not in (chosen.name, self._asked):
            raise _unknown(name, f"The one here is {chosen.name}.")


def require_dimensions(vectors: NDArray[np.float32], wanted: int | None) -> None:
    """Vectors are never shortened: few models are made for that, and of others the parts mean nothing."""
    if wanted is not None and len(vectors) and wanted != vectors.shape[1]:
        raise UsageError(
            f"dimensions is {wanted}, but the vectors of this model have {vectors.shape[1]} numbers.",
            hint="Leave dimensions out, or send that number.",
        )


def _unknown(name: str, hint: str) -> UnknownModel:
    return UnknownModel(f"No embedding model is named {name[:_QUOTED_CHARS]!r}.", hint=hint)


def _facts(chosen: ChosenEmbedder) -> ModelFacts:
    known = chosen.catalog_model
    return ModelFacts(
        name=chosen.name,
        title=chosen.title,
        kind="model",
        means=chosen.name,
        size_bytes=chosen.size_bytes,
        sha256=chosen.sha256,
        modified=chosen.modified,
        family=known.family if known else "",
        context_length=known.context_length if known else 0,
        capabilities=("embed",),
        licence=known.licence if known else "",
    )
