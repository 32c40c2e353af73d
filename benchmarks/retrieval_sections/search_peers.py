"""Peers that rank the same chunks: BM25 with jieba, LanceDB's hybrid search, vectors alone."""

from __future__ import annotations

import importlib.util
import logging
import tempfile
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from open_autoglm.evaluation.rag.retrieval_score import LOOKED_AT
from open_autoglm.knowledge.embedding.embedder import Embedder
from open_autoglm.knowledge.store.base_store import StoredChunk
from retrieval_sections.measured_base import Asked, MeasuredBase

Rankings = list[list[StoredChunk]]


def rank_with_peers(
    base: MeasuredBase, asked: Sequence[Asked], embedder: Embedder
) -> Mapping[str, Rankings | str]:
    """By name; where a peer is not installed, what to install."""
    peers: dict[str, tuple[str, Callable[[], Rankings]]] = {
        "bm25s + jieba": ("bm25s", lambda: _bm25s(base, asked)),
        "LanceDB hybrid (jieba, RRF)": ("lancedb", lambda: _lancedb(base, asked, embedder)),
        "vectors of whole chunks": ("numpy", lambda: _vectors(base, asked, embedder)),
    }
    return {
        name: rank() if importlib.util.find_spec(needed) else f"not installed: pip install {needed}"
        for name, (needed, rank) in peers.items()
    }


def whole_text(chunk: StoredChunk) -> str:
    return "\n".join((*chunk.chunk.headings, chunk.chunk.text))


def words_of(text: str) -> list[str]:
    import jieba

    jieba.setLogLevel(logging.WARNING)
    return [word for word in jieba.lcut_for_search(text.lower()) if word.strip()]


def _bm25s(base: MeasuredBase, asked: Sequence[Asked]) -> Rankings:
    import bm25s

    index = bm25s.BM25()
    index.index([words_of(whole_text(chunk)) for chunk in base.chunks], show_progress=False)
    places, _ = index.retrieve(
        [words_of(one.question) or [" "] for one in asked],
        k=min(LOOKED_AT, len(base.chunks)),
        show_progress=False,
    )
    return [[base.chunks[place] for place in row] for row in places]


def _vectors(base: MeasuredBase, asked: Sequence[Asked], embedder: Embedder) -> Rankings:
    chunks = embedder.embed_passages([whole_text(chunk) for chunk in base.chunks])
    cosines = embedder.embed_queries([one.question for one in asked]) @ chunks.T
    order = np.argsort(-cosines, axis=1)[:, :LOOKED_AT]
    return [[base.chunks[place] for place in row] for row in order]


def _lancedb(base: MeasuredBase, asked: Sequence[Asked], embedder: Embedder) -> Rankings:
    """Its own full-text index over jieba's words, its own fusion by reciprocal ranks."""
    import lancedb
    from lancedb.rerankers import RRFReranker

    vectors = embedder.embed_passages([whole_text(chunk) for chunk in base.chunks])
    questions = embedder.embed_queries([one.question for one in asked])
    rows = [
        {"place": place, "words": " ".join(words_of(whole_text(chunk))), "vector": vector}
        for place, (chunk, vector) in enumerate(zip(base.chunks, vectors, strict=True))
    ]
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        table = lancedb.connect(folder).create_table("chunks", rows)
        table.create_fts_index("words", base_tokenizer="whitespace", stem=False, remove_stop_words=False)
        found = []
        for one, vector in zip(asked, questions, strict=True):
            query = table.search(query_type="hybrid").vector(vector).text(" ".join(words_of(one.question)))
            hits = query.rerank(RRFReranker()).limit(LOOKED_AT).to_list()
            found.append([base.chunks[hit["place"]] for hit in hits])
    return found
