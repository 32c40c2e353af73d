"""Speed: time of a query and memory at 50,000 chunks, the question's vector included, no answer written.

The chunks are passages of CMRC 2018, cut to sentences and put together anew; their windows' vectors are those
of the sentences with a little noise, since making 200,000 of them with the model takes most of an hour.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import psutil

from document_sections.section import Options, Section
from open_autoglm.knowledge.chunk import Chunk, Place
from open_autoglm.knowledge.chunking.sentences import sentence_spans
from open_autoglm.knowledge.chunking.windows import windows_of
from open_autoglm.knowledge.embedding.embedder import Embedder
from open_autoglm.knowledge.retrieval.hybrid import HybridRetriever
from open_autoglm.knowledge.store.base_store import FileRecord
from open_autoglm.knowledge.store.sqlite_store import SqliteStore
from retrieval_sections.chinese import read_cmrc
from retrieval_sections.measured_base import opened_embedder
from serving_sections.percentiles import milliseconds, percentile

CHUNKS, QUICK_CHUNKS = 50_000, 5_000
CHUNKS_OF_A_FILE = 500
QUERIES = 300
WARM = 20
NOISE = 0.4
"""Length of what is added to a vector of length one."""
CHARACTERS = 400


@dataclass(frozen=True)
class Sentences:
    texts: list[str]
    vectors: np.ndarray


def measure(options: Options) -> Section:
    chunks = QUICK_CHUNKS if options.quick else CHUNKS
    section = Section(f"A query at {chunks:,} chunks", ("figure", "value"))
    file = options.data / "retrieval" / "cmrc2018_trial.json"
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        with opened_embedder() as embedder:
            began = time.monotonic()
            windows = fill(Path(folder), file, embedder, chunks)
            section.notes.append(f"Filled in {time.monotonic() - began:.0f} s without making vectors.")
        command = [sys.executable, "-m", "retrieval_sections.speed", folder, str(file)]
        done = subprocess.run(
            command, check=True, capture_output=True, text=True, cwd=Path(__file__).resolve().parents[1]
        )
    measured = json.loads(done.stdout)
    section.rows = [
        ("windows", f"{windows:,}"),
        ("P50 ms", milliseconds(measured["p50"])),
        ("P95 ms", milliseconds(measured["p95"])),
        ("first query ms, model loaded", milliseconds(measured["first"])),
        ("resident MB, model included", f"{measured['rss'] / 1e6:.0f}"),
        ("of that, without mapped files", f"{measured['own'] / 1e6:.0f}"),
    ]
    return section


def fill(folder: Path, file: Path, embedder: Embedder, chunks: int) -> int:
    """How many windows the base has."""
    chance, noise = random.Random(1), np.random.default_rng(1)
    passages, _ = read_cmrc(file)
    texts = [text[start:end] for text in passages for start, end in sentence_spans(text) if end - start > 8]
    sentences = Sentences(texts, embedder.embed_passages(texts))
    with closing(SqliteStore(folder, threads=2)) as store:
        for number in range(0, chunks, CHUNKS_OF_A_FILE):
            made = [_chunk(sentences, chance) for _ in range(min(CHUNKS_OF_A_FILE, chunks - number))]
            record = FileRecord(f"/{number}.txt", "0" * 64, 1, 1, "text/plain", pages=1)
            store.put_file(record, [chunk for chunk, _ in made])
            waiting = store.to_embed(CHUNKS_OF_A_FILE * 20)
            vectors = sentences.vectors[[chance.choice(made[0][1]) for _ in waiting]]
            vectors = vectors + noise.normal(0, NOISE / np.sqrt(vectors.shape[1]), vectors.shape)
            vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
            store.put_vectors(
                {(one.chunk_id, one.window): vector for one, vector in zip(waiting, vectors, strict=True)}
            )
        store.put_note("embedder", embedder.identity)
        return store.counts().windows


def _chunk(sentences: Sentences, chance: random.Random) -> tuple[Chunk, list[int]]:
    """With the places of its sentences."""
    text, places = "", []
    while len(text) < CHARACTERS:
        places.append(chance.randrange(len(sentences.texts)))
        text += sentences.texts[places[-1]]
    return Chunk(text, "text", (), (Place(1, None),), windows_of(text, "text")), places


def ask(folder: Path, file: Path) -> dict[str, float]:
    """In a process of its own, so that its memory is that of searching alone."""
    _, asked = read_cmrc(file)
    questions = [one.question for one in random.Random(2).sample(asked, QUERIES + WARM)]
    with opened_embedder() as embedder, closing(SqliteStore(folder)) as store:
        retriever = HybridRetriever(store, embedder)
        seconds = []
        for question in questions:
            began = time.perf_counter()
            retriever.search(question)
            seconds.append(time.perf_counter() - began)
        memory = psutil.Process().memory_info()
        return {
            "first": seconds[0],
            "p50": percentile(seconds[WARM:], 0.5),
            "p95": percentile(seconds[WARM:], 0.95),
            "rss": memory.rss,
            "own": memory.rss - getattr(memory, "shared", 0),
        }


if __name__ == "__main__":
    print(json.dumps(ask(Path(sys.argv[1]), Path(sys.argv[2]))))
