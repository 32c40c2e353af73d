"""The index of nearest vectors is derived: it grows with the base, and is made again when it is not right."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from base_samples import chunk, record
from numpy.typing import NDArray

from open_autoglm.knowledge.store import index_file, vector_index
from open_autoglm.knowledge.store.base_store import Filters
from open_autoglm.knowledge.store.quantize import quantized, restored
from open_autoglm.knowledge.store.sqlite_store import SqliteStore

DIMENSIONS = 48
EXACT_ROWS = 100


def unit(rows: int, seed: int = 0) -> NDArray[np.float32]:
    """Vectors that point about the same way, as those of embedding models do."""
    random = np.random.default_rng(seed)
    vectors = random.standard_normal((rows, DIMENSIONS)) + 2.0
    made: NDArray[np.float32] = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    return made


def fill(store: SqliteStore, files: int, vectors: NDArray[np.float32], first: int = 0) -> None:
    """Files of ten chunks with one window each."""
    for number in range(first, first + files):
        store.put_file(record(f"/{number}.md"), [chunk(f"Chunk {place} of {number}.") for place in range(10)])
    rows = iter(vectors)
    while waiting := store.to_embed(500):
        store.put_vectors({(one.chunk_id, one.window): next(rows) for one in waiting})


def exact(store: SqliteStore, query: NDArray[np.float32], limit: int) -> list[int]:
    """Of all chunks, by the vectors that the store itself gives."""
    ids = [row for row, _ in store.by_words(["chunk"], 10_000)]
    cosines = {chunk_id: float((windows @ query).max()) for chunk_id, windows in store.vectors(ids).items()}
    return sorted(cosines, key=lambda chunk_id: (-cosines[chunk_id], chunk_id))[:limit]


def found(store: SqliteStore, query: NDArray[np.float32], limit: int = 10) -> list[int]:
    return [chunk_id for chunk_id, _ in store.by_meaning(query, limit)]


def eventually(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


@pytest.fixture
def store(tmp_path: Path) -> SqliteStore:
    return SqliteStore(tmp_path, exact_rows=EXACT_ROWS)


def test_a_vector_in_8_bits_is_nearly_the_same() -> None:
    vectors = unit(50)
    parts = [quantized(vector) for vector in vectors]
    back = restored(np.array([scale for scale, _ in parts], np.float32), np.array([row for _, row in parts]))
    assert np.abs(back @ vectors.T - vectors @ vectors.T).max() < 0.003
    assert quantized(np.full(4, np.nan, np.float32))[0] == 0.0


def test_a_small_base_has_no_index_file_and_exact_answers(store: SqliteStore, tmp_path: Path) -> None:
    fill(store, 10, unit(100))
    [query] = unit(1, seed=5)
    assert found(store, query) == exact(store, query, 10)
    assert not list(tmp_path.glob("vectors-*"))
    store.close()


def test_a_larger_one_has_one_and_finds_what_came_after_it_too(store: SqliteStore, tmp_path: Path) -> None:
    fill(store, 60, unit(600))
    assert len(list(tmp_path.glob("vectors-*.usearch"))) == 1
    fill(store, 5, unit(50, seed=2), first=60)
    for seed in range(5, 15):
        [query] = unit(1, seed=seed)
        assert len(set(found(store, query)) & set(exact(store, query, 10))) >= 9
    newest = store.to_embed(1)
    assert newest == []
    store.close()


def test_rows_that_are_gone_are_not_found(store: SqliteStore) -> None:
    vectors = unit(600)
    fill(store, 60, vectors)
    [best] = found(store, vectors[7], 1)
    [stored] = store.chunks([best])
    store.remove_files([stored.file.path])
    assert best not in found(store, vectors[7], 10)
    store.close()


@pytest.mark.parametrize(
    "damage",
    [
        lambda folder: next(folder.glob("vectors-*.usearch")).unlink(),
        lambda folder: next(folder.glob("vectors-*.usearch")).write_bytes(b"nonsense" * 1000),
        lambda folder: (folder / "vectors.json").write_text("{"),
        lambda folder: (folder / "vectors.json").write_text(
            json.dumps({"last": 1, "rows": 1, "dimensions": 3, "digest": "../../x", "mean": [0, 0, 0]})
        ),
        lambda folder: (folder / "vectors.json").unlink(),
    ],
    ids=["missing", "garbage", "no json", "foreign json", "no facts"],
)
def test_a_damaged_index_is_made_again_and_answers_stay_right(
    store: SqliteStore, tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    fill(store, 60, unit(600))
    store.close()
    damage(tmp_path)
    again = SqliteStore(tmp_path, exact_rows=EXACT_ROWS)
    [query] = unit(1, seed=9)
    assert found(again, query) == exact(again, query, 10)  # row by row, meanwhile
    eventually(lambda: (facts := vector_index.read_facts(tmp_path)) is not None and facts.rows == 600)
    assert len(set(found(again, query)) & set(exact(again, query, 10))) >= 9
    again.close()


def test_one_that_another_process_replaces_as_it_is_opened_is_opened_the_next_time(
    store: SqliteStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(store, 40, unit(400))
    facts = index_file.read_facts(tmp_path)
    assert facts is not None
    empty = index_file._empty_index
    with monkeypatch.context() as patched:

        def replaced(dimensions: int) -> object:
            index_file.remove_index(tmp_path)
            return empty(dimensions)

        patched.setattr(index_file, "_empty_index", replaced)
        assert index_file.open_index(tmp_path, facts) is None
    [query] = unit(1, seed=5)
    assert found(store, query) == exact(store, query, 10)
    store.close()


def test_a_program_that_ends_while_an_index_is_made_ends_quietly(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path, exact_rows=100_000)
    fill(store, 600, unit(6_000))
    store.close()
    program = """if True:
        import sys, time
        from pathlib import Path
        import numpy as np
        from open_autoglm.knowledge.store.sqlite_store import SqliteStore
        store = SqliteStore(Path(sys.argv[1]), exact_rows=100)
        store.by_meaning(np.ones(48, np.float32), 5)
        time.sleep(0.3)
    """
    for _ in range(3):
        ended = subprocess.run(
            [sys.executable, "-c", program, str(tmp_path)], capture_output=True, text=True, check=False
        )
        assert (ended.returncode, ended.stderr) == (0, "")


def test_it_is_made_anew_when_much_of_it_is_gone(store: SqliteStore, tmp_path: Path) -> None:
    fill(store, 60, unit(600))
    store.remove_files([f"/{number}.md" for number in range(40)])
    fill(store, 11, unit(110, seed=3), first=100)
    facts = vector_index.read_facts(tmp_path)
    assert facts is not None
    assert facts.rows == 310
    store.close()


def test_vectors_of_a_new_model_with_other_dimensions_replace_it(store: SqliteStore, tmp_path: Path) -> None:
    fill(store, 60, unit(600))
    store.forget_vectors()
    assert found(store, unit(1)[0]) == []
    while waiting := store.to_embed(500):
        store.put_vectors({(one.chunk_id, 0): np.eye(1, 16, dtype=np.float32)[0] for one in waiting})
    facts = vector_index.read_facts(tmp_path)
    assert facts is not None
    assert facts.dimensions == 16
    assert found(store, unit(1)[0]) == []  # a question of the old model meets nothing
    assert len(found(store, np.eye(1, 16, dtype=np.float32)[0])) == 10
    store.close()


def test_filters_hold_over_the_index(store: SqliteStore, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(store, 60, unit(600))
    [query] = unit(1, seed=4)
    few = store.by_meaning(query, 10, Filters(folder="/3.md"))
    assert {stored.file.path for stored in store.chunks([one for one, _ in few])} == {"/3.md"}
    assert len(few) == 10
    many = store.by_meaning(query, 10, Filters(media_types=("text/plain",)))
    assert [one for one, _ in many] == found(store, query)
    store.close()


def test_one_process_makes_it_and_another_reads_it(store: SqliteStore, tmp_path: Path) -> None:
    other = SqliteStore(tmp_path, exact_rows=EXACT_ROWS)
    fill(store, 60, unit(600))
    [query] = unit(1, seed=6)
    assert found(other, query) == found(store, query)
    fill(store, 60, unit(600, seed=8), first=60)
    assert found(other, query) == found(store, query)
    other.close()
    store.close()
