"""Which names a request may ask for, and what they mean."""

from __future__ import annotations

from pathlib import Path

import pytest
from model_samples import catalog_of, gguf_bytes, make_machine, make_model

from open_autoglm.config import Settings
from open_autoglm.errors import ModelFileRejected, ModelNotInstalled, UnknownModel
from open_autoglm.local.catalog import PathSource, Tier
from open_autoglm.local.model_store import ModelStore
from open_autoglm.serving.model_directory import ModelDirectory

TEMPLATE = "{{ messages }}"


class Shelf:
    """A catalogue of two models, of which ``tiny-1.5b-q4_k_m`` is installed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        data = gguf_bytes(template=TEMPLATE)
        source = folder / "source.gguf"
        source.write_bytes(data)
        self.installed = make_model("tiny-1.5b-q4_k_m", data, [PathSource(path=source)])
        self.missing = make_model("large-70b", data, [PathSource(path=folder / "nowhere.gguf")])
        tier = Tier(name="small", title="Small", models=(self.installed.name,))
        self.catalog = catalog_of(self.installed, self.missing, tiers=(tier,))
        self.store = ModelStore(folder / "data", self.catalog)
        self.store.pull(self.installed.name)

    def directory(self, **settings: object) -> ModelDirectory:
        chosen = Settings.model_validate({"model_path": "small", **settings})
        return ModelDirectory(chosen, self.catalog, self.store, make_machine)


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path)


def test_a_name_of_the_catalogue_is_that_model_and_no_other(shelf: Shelf) -> None:
    served = shelf.directory().resolve("tiny-1.5b-q4_k_m")
    assert served.name == "tiny-1.5b-q4_k_m"
    assert served.digest == shelf.installed.weights.sha256
    with pytest.raises(ModelNotInstalled, match="large-70b"):
        shelf.directory().resolve("large-70b")


def test_a_tier_and_its_model_share_what_is_loaded(shelf: Shelf) -> None:
    tier, model = (shelf.directory().resolve(name) for name in ("small", "tiny-1.5b-q4_k_m"))
    assert tier.key == model.key
    assert tier.reason.startswith("small: tiny-1.5b-q4_k_m")


def test_an_unknown_name_is_refused_with_the_nearest(shelf: Shelf) -> None:
    with pytest.raises(UnknownModel, match=r"Did you mean tiny-1\.5b-q4_k_m\?"):
        shelf.directory().resolve("tiny-1.5b")
    with pytest.raises(UnknownModel, match=r"It can be one of: small, tiny"):
        shelf.directory().resolve("gpt-4o")


def test_without_any_model_the_remedy_is_named(tmp_path: Path) -> None:
    catalog = catalog_of()
    directory = ModelDirectory(Settings(), catalog, ModelStore(tmp_path, catalog), make_machine)
    with pytest.raises(UnknownModel, match="open-autoglm-cli pull"):
        directory.resolve("gpt-4o")


def test_the_file_that_the_settings_name_can_be_asked_for(shelf: Shelf) -> None:
    own = shelf.folder / "own-7b-q8_0.gguf"
    own.write_bytes(gguf_bytes())
    directory = shelf.directory(model_path=str(own))
    by_path, by_name = directory.resolve(str(own)), directory.resolve("own-7b-q8_0")
    assert by_path.key == by_name.key
    assert "own-7b-q8_0" in {facts.name for facts in directory.facts()}


def test_another_file_of_this_machine_can_not(shelf: Shelf) -> None:
    other = shelf.folder / "other.gguf"
    other.write_bytes(gguf_bytes())
    with pytest.raises(UnknownModel):
        shelf.directory().resolve(str(other))


def test_a_file_of_the_settings_that_is_no_model_is_named_as_such(shelf: Shelf) -> None:
    broken = shelf.folder / "broken.gguf"
    broken.write_text("not a model at all, and long enough to be read", encoding="utf-8")
    with pytest.raises(ModelFileRejected, match="not a GGUF model"):
        shelf.directory(model_path=str(broken)).resolve(str(broken))


def test_a_changed_file_is_another_model(shelf: Shelf) -> None:
    own = shelf.folder / "own.gguf"
    own.write_bytes(gguf_bytes())
    directory = shelf.directory(model_path=str(own))
    before = directory.resolve("own").digest
    own.write_bytes(gguf_bytes(padding=10))
    assert directory.resolve("own").digest != before


def test_an_upstream_has_its_name_and_nothing_of_it_is_kept(shelf: Shelf) -> None:
    directory = shelf.directory(upstreams={"far": {"url": "http://10.0.0.5:8000/v1"}})
    served = directory.resolve("far")
    assert (served.upstream, served.chosen, served.digest) == ("far", None, "")
    assert "10.0.0.5" not in served.reason


def test_the_list_holds_all_that_would_be_answered_and_nothing_else(shelf: Shelf) -> None:
    directory = shelf.directory(upstreams={"far": {"url": "http://10.0.0.5:8000/v1"}})
    kinds = {facts.name: (facts.kind, facts.means) for facts in directory.facts()}
    assert kinds == {
        "far": ("upstream", "far"),
        "small": ("tier", "tiny-1.5b-q4_k_m"),
        "tiny-1.5b-q4_k_m": ("model", "tiny-1.5b-q4_k_m"),
    }


@pytest.mark.parametrize(
    ("capability", "context", "said"),
    [("detect", 0, "'eye' finds objects in pictures"), ("embed", 512, "'eye' turns texts into vectors")],
)
def test_what_is_no_language_model_answers_nobody_though_it_is_installed(
    shelf: Shelf, capability: str, context: int, said: str
) -> None:
    drawn = shelf.folder / "source.gguf"
    row = make_model(
        "eye",
        drawn.read_bytes(),
        [PathSource(path=drawn)],
        capabilities=(capability,),
        context_length=context,
    )
    shelf.catalog = catalog_of(*shelf.catalog.models, row, tiers=shelf.catalog.tiers)
    shelf.store = ModelStore(shelf.folder / "data", shelf.catalog)
    shelf.store.pull("eye")
    assert "eye" not in [facts.name for facts in shelf.directory().facts()]
    with pytest.raises(UnknownModel, match=said):
        shelf.directory().resolve("eye")


def test_the_facts_of_a_model_are_those_of_catalogue_and_file(shelf: Shelf) -> None:
    facts = shelf.directory().describe("tiny-1.5b-q4_k_m")
    assert (facts.parameters, facts.quantization) == ("1.5B", "Q4_K_M")
    assert (facts.family, facts.licence, facts.context_length) == ("test", "Apache-2.0", 32768)
    assert facts.size_bytes == len(gguf_bytes(template=TEMPLATE))
    assert facts.sha256 == shelf.installed.weights.sha256
    assert facts.modified is not None
    assert facts.modified.tzinfo is not None
    assert facts.capabilities == ("completion", "chat", "tools")
    assert facts.template == TEMPLATE
