"""Multilingual E5 on this machine, as ``local/convert_e5.py`` writes it.

Texts are computed one by one, several at a time where there are threads: the network scales its numbers by
the largest of a run, so that a vector must not depend on what else is embedded, and no time goes into
padding. Source: https://arxiv.org/abs/2402.05672.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

from open_autoglm.errors import ModelFileRejected
from open_autoglm.knowledge.embedding.e5_tokenizer import E5Tokenizer, Tokens
from open_autoglm.knowledge.embedding.model_embedder import Embedded, ModelEmbedder, Role
from open_autoglm.local.convert_e5 import INPUT, OUTPUT, TOKENIZER
from open_autoglm.onnx_network import onnxruntime_session

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

WINDOW = 512
"""Tokens, with the marks of beginning and end; the model knows no more places."""
INTRODUCTIONS: Mapping[Role, str] = {"query": "query: ", "passage": "passage: ", "plain": "query: "}
"""What the model was trained to find before a text; before texts that are to be compared with each other, the
one of questions."""


class E5Embedder(ModelEmbedder):
    """Loaded by its constructor, in about a second. Raises ModelFileRejected for another file."""

    def __init__(self, weights: Path, identity: str, threads: int = 1) -> None:
        refused = ModelFileRejected(
            f"{weights} is no embedding model of the form that is known here.",
            hint="Name one of the catalogue, for example multilingual-e5-small-int8.",
        )
        # One thread inside each run: runs of a few milliseconds share their work badly.
        self._session = onnxruntime_session(weights, 1, refused, shapes_vary=True, keep_memory=True)
        try:
            facts = self._session.get_modelmeta().custom_metadata_map[TOKENIZER]
            self._tokenizer = E5Tokenizer(facts, WINDOW)
            (self._dimensions,) = (int(size) for size in self._output_shape())
        except (KeyError, TypeError, ValueError) as error:
            raise refused from error
        self._identity = identity
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="embedding") if threads > 1 else None

    @property
    def identity(self) -> str:
        return self._identity

    @property
    def dimensions(self) -> int:
        return self._dimensions

    def embed(self, texts: Sequence[str], role: Role) -> Embedded:
        import numpy as np

        tokens = [self._tokenizer.tokens(_introduced(text, role)) for text in texts]
        pool = self._pool if len(texts) > 1 else None
        rows = list(map(self._vector, tokens) if pool is None else pool.map(self._vector, tokens))
        vectors = np.stack(rows) if rows else np.empty((0, self._dimensions), np.float32)
        cut = tuple(place for place, one in enumerate(tokens) if one.cut)
        return Embedded(vectors, sum(len(one.ids) for one in tokens), cut)

    def close(self) -> None:
        if self._pool is not None:
            self._pool.shutdown()

    def _vector(self, tokens: Tokens) -> NDArray[np.float32]:
        import numpy as np

        vector: NDArray[np.float32] = self._session.run([OUTPUT], {INPUT: np.array(tokens.ids, np.int64)})[0]
        return vector

    def _output_shape(self) -> Sequence[Any]:
        outputs = {one.name: one.shape for one in self._session.get_outputs()}
        shape: Sequence[Any] = outputs[OUTPUT]
        return shape


def _introduced(text: str, role: Role) -> str:
    """``plain`` texts that a client has introduced as the model's authors say are taken as they are."""
    if role == "plain" and text.startswith(tuple(INTRODUCTIONS.values())):
        return text
    return INTRODUCTIONS[role] + text
