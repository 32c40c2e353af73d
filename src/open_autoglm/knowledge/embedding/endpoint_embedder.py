"""Embeddings of a server that speaks OpenAI's format: another machine, or llama.cpp in a child process.

Texts are sent as they are: how a model wants them introduced is not known here.
"""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Awaitable, Callable, Sequence
from threading import Lock
from typing import TYPE_CHECKING, Any, TypeVar

from anyio.from_thread import BlockingPortal, start_blocking_portal

from open_autoglm.engine.openai_client import OpenAIClient
from open_autoglm.errors import EngineError, EngineUnavailable
from open_autoglm.knowledge.embedding.model_embedder import Embedded, ModelEmbedder, Role

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Result = TypeVar("Result")

TEXTS_AT_ONCE = 32
MOST_DIMENSIONS = 65_536
_PROBE = "dimensions"


class EndpointEmbedder(ModelEmbedder):
    """Sends texts in requests of ``TEXTS_AT_ONCE``. Raises what the engine's clients raise."""

    def __init__(self, model: str, identity: str) -> None:
        self._model = model
        self._identity = identity
        self._dimensions: int | None = None
        self._lock = Lock()
        self._running = start_blocking_portal()
        self._portal: BlockingPortal | None = self._running.__enter__()

    @abstractmethod
    def _client(self) -> OpenAIClient:
        """To whom the next request goes."""

    @property
    def identity(self) -> str:
        return self._identity

    @property
    def dimensions(self) -> int:
        """Learned by embedding one word, where nothing was embedded before."""
        if self._dimensions is None:
            self.embed([_PROBE], "plain")
        assert self._dimensions is not None  # noqa: S101 - the call above has learned it
        return self._dimensions

    def embed(self, texts: Sequence[str], role: Role) -> Embedded:  # noqa: ARG002 - sent as they are
        import numpy as np

        answers = [
            self._embed(texts[start : start + TEXTS_AT_ONCE]) for start in range(0, len(texts), TEXTS_AT_ONCE)
        ]
        if not answers:
            return Embedded(np.empty((0, self.dimensions), np.float32), 0)
        vectors = np.concatenate([one.vectors for one in answers])
        cut = tuple(number * TEXTS_AT_ONCE + place for number, one in enumerate(answers) for place in one.cut)
        return Embedded(vectors, sum(one.tokens for one in answers), cut)

    def close(self) -> None:
        with self._lock:
            portal, self._portal = self._portal, None
        if portal is not None:
            portal.call(self._client().close)
            self._running.__exit__(None, None, None)

    def _embed(self, texts: Sequence[str]) -> Embedded:
        given, cut = self._input(texts)
        body = {"model": self._model, "input": given, "encoding_format": "float"}
        answer = self._call(self._client().post, "/embeddings", body)
        try:
            vectors = _vectors(answer["data"], len(texts))
            usage = answer.get("usage") or {}
            tokens = int(usage.get("prompt_tokens") or 0)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise EngineError(
                f"The embedding model {self._model!r} gave no embeddings: {error}.",
                hint="Name a model that embeds in the setting embedding_model.",
            ) from error
        self._require_same(vectors.shape[1])
        return Embedded(vectors, tokens, tuple(cut))

    def _input(self, texts: Sequence[str]) -> tuple[list[Any], list[int]]:
        """What is sent for the texts, and the places of those that are cut."""
        return list(texts), []

    def _call(self, function: Callable[..., Awaitable[Result]], *arguments: Any) -> Result:
        portal = self._portal
        if portal is None:
            raise EngineUnavailable(f"The embedding model {self._model!r} was closed.")
        return portal.call(function, *arguments)

    def _require_same(self, dimensions: int) -> None:
        with self._lock:
            if self._dimensions not in (None, dimensions):
                raise EngineError(
                    f"The embedding model {self._model!r} gave vectors of {dimensions} numbers after some of "
                    f"{self._dimensions}: it was exchanged."
                )
            self._dimensions = dimensions


def _vectors(rows: Sequence[Any], count: int) -> NDArray[np.float32]:
    """In the order of the texts, at length one. Raises ValueError for what are no vectors."""
    import numpy as np

    if len(rows) != count:
        raise ValueError(f"{len(rows)} vectors for {count} texts")
    by_place = {int(row["index"]): row["embedding"] for row in rows}
    vectors = np.array([by_place[place] for place in range(count)], np.float32)
    if vectors.ndim != 2 or not 0 < vectors.shape[1] <= MOST_DIMENSIONS:
        raise ValueError(f"vectors of the shape {vectors.shape}")
    sizes = np.linalg.norm(vectors, axis=1, keepdims=True)
    if not (np.isfinite(sizes).all() and sizes.min() > math.ulp(0.0)):
        raise ValueError("vectors that are no directions")
    directions: NDArray[np.float32] = vectors / sizes
    return directions
