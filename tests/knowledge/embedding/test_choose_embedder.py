"""What the setting ``embedding_model`` means, and what is said where it means nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from model_samples import catalog_of, gguf_bytes, make_model

from open_autoglm.config import Settings
from open_autoglm.errors import (
    InputMissing,
    ModelFileRejected,
    ModelNotInstalled,
    UnknownModel,
    UsageError,
)
from open_autoglm.knowledge.embedding.choose_embedder import ChosenEmbedder, choose_embedder
from open_autoglm.local.catalog import CatalogFile, PathSource, Tier
from open_autoglm.local.model_store import ModelStore

Choose = Callable[..., ChosenEmbedder]


@pytest.fixture
def store(tmp_path: Path, small_e5: Path) -> ModelStore:
    data = small_e5.read_bytes()
    file = CatalogFile(
        name="tiny-e5.onnx",
        role="weights",
        size=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        sources=(PathSource(path=small_e5),),
    )
    embedder = make_model(
        "tiny-e5", data, file.sources, capabilities=("embed",), context_length=512, files=(file,)
    )
    writer = make_model("tiny-writer", b"x", file.sources)
    tier = Tier(name="tier", title="A tier", models=("tiny-writer",))
    return ModelStore(tmp_path / "data", catalog_of(embedder, writer, tiers=(tier,)))


@pytest.fixture
def choose(store: ModelStore) -> Choose:
    def choose(asked: str, **settings: object) -> ChosenEmbedder:
        values = Settings.model_validate({"embedding_model": asked, **settings})
        return choose_embedder(values, store.catalog, store, threads=1)

    return choose


def test_a_model_of_the_catalogue_is_opened_with_the_digest_in_its_identity(
    choose: Choose, store: ModelStore
) -> None:
    store.pull("tiny-e5")
    chosen = choose("tiny-e5")
    assert (chosen.name, chosen.size_bytes) == ("tiny-e5", store.catalog.model("tiny-e5").size)
    with closing(chosen.open()) as embedder:
        assert embedder.identity == f"tiny-e5@{chosen.sha256[:12]}"
        assert embedder.embed_passages(["员工"]).shape == (1, 64)


def test_what_is_not_installed_is_refused_with_the_command(choose: Choose) -> None:
    with pytest.raises(ModelNotInstalled, match="open-autoglm-cli pull tiny-e5"):
        choose("tiny-e5")


def test_an_unknown_name_is_refused_with_the_nearest(choose: Choose) -> None:
    with pytest.raises(UnknownModel, match="Did you mean tiny-e5"):
        choose("tiny-e6")


@pytest.mark.parametrize("name", ["tiny-writer", "tier"])
def test_a_model_that_writes_is_refused(choose: Choose, name: str) -> None:
    with pytest.raises(UsageError, match="turns no texts into vectors"):
        choose(name)


def test_an_upstream_is_asked_for_nothing_before_the_first_text(choose: Choose) -> None:
    upstreams = {"far": {"url": "http://127.0.0.1:9/v1", "model": "bge-m3", "api_key": "secret"}}
    chosen = choose("far", upstreams=upstreams)
    assert chosen.held_elsewhere
    with closing(chosen.open()) as embedder:
        assert embedder.identity == "bge-m3@http://127.0.0.1:9/v1"


def test_a_gguf_file_has_an_identity_of_its_own_wherever_it_lies(choose: Choose, tmp_path: Path) -> None:
    path = tmp_path / "bge.gguf"
    path.write_bytes(gguf_bytes(padding=10))
    assert choose(str(path)).name == "bge"
    assert not choose(str(path)).held_elsewhere


def test_a_path_that_holds_no_model_is_refused(choose: Choose, tmp_path: Path) -> None:
    (tmp_path / "text.gguf").write_text("not a model at all, but long enough", encoding="utf-8")
    with pytest.raises(ModelFileRejected):
        choose(str(tmp_path / "text.gguf"))
    with pytest.raises(InputMissing, match="embedding_model"):
        choose(str(tmp_path / "absent.gguf"))
    with pytest.raises(InputMissing):
        choose(str(tmp_path))
