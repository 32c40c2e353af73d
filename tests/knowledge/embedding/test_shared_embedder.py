"""One loaded model serves all who embed, and leaves the memory when nobody does."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from open_autoglm.errors import EngineUnavailable, ModelNotInstalled
from open_autoglm.knowledge.embedding.model_embedder import Embedded, ModelEmbedder, Role
from open_autoglm.knowledge.embedding.shared_embedder import SharedEmbedder

IDLE_S = 0.2
WAIT_S = 20.0


class Model(ModelEmbedder):
    """Waits while ``go`` is not set."""

    identity = ""
    dimensions = 2

    def __init__(self, identity: str = "one@1") -> None:
        self.identity = identity
        self.closed = False
        self.begun = threading.Event()
        self.go = threading.Event()
        self.go.set()

    def embed(self, texts: Sequence[str], role: Role) -> Embedded:
        self.begun.set()
        assert self.go.wait(WAIT_S)
        assert not self.closed
        return Embedded(np.ones((len(texts), 2), np.float32), len(texts))

    def close(self) -> None:
        self.closed = True


class Models:
    """Opens one after the other, and remembers them."""

    def __init__(self) -> None:
        self.opened: list[Model] = []
        self.identity = "one@1"
        self.missing = False

    def open(self) -> Model:
        if self.missing:
            raise ModelNotInstalled("It is not here.", hint="Pull it.")
        self.opened.append(Model(self.identity))
        return self.opened[-1]


@pytest.fixture
def models() -> Models:
    return Models()


@pytest.fixture
def shared(models: Models) -> Iterator[SharedEmbedder]:
    shared = SharedEmbedder(models.open, IDLE_S)
    yield shared
    shared.close()


def wait_for(come: Callable[[], bool]) -> None:
    until = time.monotonic() + WAIT_S
    while not come():
        assert time.monotonic() < until
        time.sleep(0.01)


def test_it_is_loaded_once_for_all_and_not_before_it_is_needed(models: Models) -> None:
    shared = SharedEmbedder(models.open)
    assert not models.opened
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(shared.embed_passages, [["a"]] * 32))
    assert (len(models.opened), shared.identity, shared.dimensions) == (1, "one@1", 2)
    shared.close()
    assert models.opened[0].closed


def test_it_is_unloaded_when_idle_and_loaded_again(models: Models, shared: SharedEmbedder) -> None:
    shared.embed_queries(["a"])
    wait_for(lambda: models.opened[0].closed)
    assert shared.identity == "one@1"
    assert len(models.opened) == 1
    assert shared.embed_queries(["a"]).shape == (1, 2)
    wait_for(lambda: models.opened[1].closed)


def test_in_use_it_stays(models: Models, shared: SharedEmbedder) -> None:
    shared.load()
    models.opened[0].go.clear()
    with ThreadPoolExecutor(1) as pool:
        vectors = pool.submit(shared.embed_queries, ["a"])
        assert models.opened[0].begun.wait(WAIT_S)
        time.sleep(3 * IDLE_S)
        assert not models.opened[0].closed
        models.opened[0].go.set()
        assert vectors.result().shape == (1, 2)


def test_zero_seconds_mean_for_ever(models: Models) -> None:
    before = set(threading.enumerate())
    shared = SharedEmbedder(models.open, 0)
    shared.load()
    assert set(threading.enumerate()) <= before
    shared.close()


def test_what_is_in_use_is_closed_after_its_last_use(models: Models, shared: SharedEmbedder) -> None:
    shared.load()
    models.opened[0].go.clear()
    with ThreadPoolExecutor(2) as pool:
        vectors = pool.submit(shared.embed_queries, ["a"])
        assert models.opened[0].begun.wait(WAIT_S)
        closing = pool.submit(shared.close)
        models.opened[0].go.set()
        closing.result()
        assert vectors.result().shape == (1, 2)
    assert models.opened[0].closed


def test_one_that_is_missing_is_looked_for_at_every_use(models: Models, shared: SharedEmbedder) -> None:
    models.missing = True
    for _ in range(2):
        with pytest.raises(ModelNotInstalled):
            shared.load()
    models.missing = False
    assert shared.identity == "one@1"


def test_another_model_than_before_is_never_taken_for_it(models: Models, shared: SharedEmbedder) -> None:
    shared.load()
    shared.close()
    models.identity = "two@2"
    with pytest.raises(EngineUnavailable, match="one@1 was exchanged for two@2"):
        shared.embed_passages(["a"])
    assert models.opened[1].closed
