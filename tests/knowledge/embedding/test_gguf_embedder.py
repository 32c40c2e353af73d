"""A GGUF model turns texts into vectors in a child process."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from model_samples import gguf_bytes

from open_autoglm.errors import EngineStartFailed, ModelFileRejected
from open_autoglm.knowledge.embedding.gguf_embedder import MOST_WINDOW, GgufEmbedder


@pytest.mark.model
def test_a_model_that_writes_embeds_by_the_mean_of_its_tokens(small_model_path: Path) -> None:
    with closing(GgufEmbedder(small_model_path, "small@1")) as embedder:
        texts = ["The cat sat on the mat.", "A cat was sitting on a mat.", "Taxes are due in April."]
        vectors = embedder.embed_passages(texts)
        assert (embedder.identity, vectors.shape) == ("small@1", (3, embedder.dimensions))
        np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
        assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2]
        read = embedder.embed(["short", "word " * 5000], "passage")
        assert read.cut == (1,)
        assert MOST_WINDOW - 10 < read.tokens < MOST_WINDOW + 10
    embedder.close()


def test_what_is_no_model_is_refused(tmp_path: Path) -> None:
    (tmp_path / "bad.gguf").write_bytes(b"no model at all, whatever it is called")
    with pytest.raises(ModelFileRejected):
        GgufEmbedder(tmp_path / "bad.gguf", "x")


def test_a_file_without_weights_says_so_and_leaves_no_process(tmp_path: Path) -> None:
    (tmp_path / "empty.gguf").write_bytes(gguf_bytes())
    with pytest.raises(EngineStartFailed, match="could not be loaded"):
        GgufEmbedder(tmp_path / "empty.gguf", "x")
