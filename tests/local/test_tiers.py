"""Which model a name means: by memory, by graphics card, by what is installed; always said."""

from __future__ import annotations

from pathlib import Path

import pytest
from model_samples import catalog_of, gguf_bytes, make_machine, make_model

from open_autoglm.errors import InputError, ModelFileRejected, ModelNotInstalled, UnknownModel
from open_autoglm.local.catalog import Catalog, PathSource, Tier
from open_autoglm.local.hardware import Gpu
from open_autoglm.local.model_store import ModelStore
from open_autoglm.local.obtain import obtain_model
from open_autoglm.local.pull_progress import PullProgress
from open_autoglm.local.tiers import choose_model

CARD = Gpu("Card", 12_000_000_000, 11_000_000_000)


@pytest.fixture
def files(tmp_path: Path) -> Path:
    for name in ("seeing", "middle", "little"):
        (tmp_path / f"{name}.gguf").write_bytes(gguf_bytes(padding=1_000))
    return tmp_path


@pytest.fixture
def catalog(files: Path) -> Catalog:
    def row(name: str, memory: int, *, needs_gpu: bool):  # type: ignore[no-untyped-def]
        path = files / f"{name}.gguf"
        data = path.read_bytes()
        return make_model(name, data, [PathSource(path=path)], memory_bytes=memory, needs_gpu=needs_gpu)

    models = (
        row("seeing", 9_000_000_000, needs_gpu=True),
        row("middle", 2_000_000_000, needs_gpu=False),
        row("little", 1_000_000_000, needs_gpu=False),
    )
    return catalog_of(*models, tiers=(Tier(name="large", title="", models=("seeing", "middle", "little")),))


@pytest.fixture
def store(tmp_path: Path, catalog: Catalog) -> ModelStore:
    return ModelStore(tmp_path / "data", catalog)


def pull_all(store: ModelStore) -> None:
    for model in store.catalog.models:
        store.pull(model.name)


def test_with_a_graphics_card_the_first_is_taken(catalog: Catalog, store: ModelStore) -> None:
    pull_all(store)
    chosen = choose_model("large", catalog, store, make_machine(gpus=(CARD,)))
    assert (chosen.asked, chosen.name, chosen.reason) == ("large", "seeing", "large: seeing (1 MB)")
    assert chosen.path == store.path_of("seeing")


def test_without_one_the_next_is_taken_and_the_reason_says_so(catalog: Catalog, store: ModelStore) -> None:
    pull_all(store)
    chosen = choose_model("large", catalog, store, make_machine())
    assert chosen.reason == (
        "large: middle (1 MB; seeing needs a graphics card with 9.0 GB, this machine has none)"
    )


def test_a_card_too_small_is_named(catalog: Catalog, store: ModelStore) -> None:
    pull_all(store)
    small = Gpu("Little Card", 4_000_000_000, 4_000_000_000)
    chosen = choose_model("large", catalog, store, make_machine(gpus=(small,)))
    assert "Little Card has 4.0 GB" in chosen.reason


def test_little_memory_takes_the_little_model(catalog: Catalog, store: ModelStore) -> None:
    pull_all(store)
    chosen = choose_model("large", catalog, store, make_machine(memory=2_500_000_000))
    assert chosen.name == "little"
    assert "middle needs 2.0 GB" in chosen.reason


def test_what_is_free_now_does_not_change_the_choice(catalog: Catalog, store: ModelStore) -> None:
    pull_all(store)
    busy = make_machine(available=500_000_000)
    assert choose_model("large", catalog, store, busy).name == "middle"


def test_an_installed_model_is_used_and_the_better_one_is_named(catalog: Catalog, store: ModelStore) -> None:
    store.pull("little")
    chosen = choose_model("large", catalog, store, make_machine())
    assert chosen.name == "little"
    assert "middle fits but is not installed: open-autoglm-cli pull middle" in chosen.reason


def test_nothing_installed_names_the_model_and_the_command(catalog: Catalog, store: ModelStore) -> None:
    with pytest.raises(ModelNotInstalled) as caught:
        choose_model("large", catalog, store, make_machine())
    assert "middle is the one for this machine" in caught.value.message
    assert caught.value.hint == "Run `open-autoglm-cli pull large`."


def test_a_machine_too_small_for_all_says_each_reason(catalog: Catalog, store: ModelStore) -> None:
    with pytest.raises(ModelNotInstalled, match=r"seeing needs.*middle needs.*little needs"):
        choose_model("large", catalog, store, make_machine(memory=1_500_000_000))


def test_a_known_model_that_is_not_here_names_its_pull(catalog: Catalog, store: ModelStore) -> None:
    with pytest.raises(ModelNotInstalled) as caught:
        choose_model("middle", catalog, store, make_machine())
    assert caught.value.hint == "Run `open-autoglm-cli pull middle`."


def test_an_unknown_name_is_never_replaced(catalog: Catalog, store: ModelStore) -> None:
    pull_all(store)
    with pytest.raises(UnknownModel, match="middle"):
        choose_model("midle", catalog, store, make_machine())


def test_pulling_a_tier_passes_over_what_can_not_be_had(
    files: Path, catalog: Catalog, store: ModelStore
) -> None:
    (files / "seeing.gguf").unlink()
    said: list[PullProgress] = []
    machine = make_machine(gpus=(CARD,))
    installed = obtain_model("large", catalog, store, machine, progress=said.append)
    assert installed.name == "middle"
    assert [step.file for step in said if step.stage == "checking"] == ["seeing"]


# A model by path


def test_a_file_needs_no_catalogue(files: Path, catalog: Catalog, store: ModelStore) -> None:
    chosen = choose_model(str(files / "middle.gguf"), catalog, store, make_machine())
    assert (chosen.name, chosen.path) == ("middle", (files / "middle.gguf").resolve())
    assert "given by path" in chosen.reason
    assert str(files) not in chosen.reason


def test_the_suffix_does_not_matter_the_content_does(
    files: Path, catalog: Catalog, store: ModelStore
) -> None:
    model = (files / "middle.gguf").rename(files / "openglm-7b-int8.bin")
    assert choose_model(str(model), catalog, store, make_machine()).name == "openglm-7b-int8"
    model.write_bytes(b"not a model")
    with pytest.raises(ModelFileRejected, match="not a GGUF model"):
        choose_model(str(model), catalog, store, make_machine())


def test_a_folder_gives_its_one_model_and_its_picture_encoder(
    tmp_path: Path, catalog: Catalog, store: ModelStore
) -> None:
    folder = tmp_path / "glm"
    folder.mkdir()
    for name in ("glm.gguf", "mmproj-glm.gguf"):
        (folder / name).write_bytes(gguf_bytes())
    chosen = choose_model(str(folder), catalog, store, make_machine())
    assert (chosen.path.name, chosen.mmproj and chosen.mmproj.name) == ("glm.gguf", "mmproj-glm.gguf")


def test_a_folder_of_pieces_gives_the_first(tmp_path: Path, catalog: Catalog, store: ModelStore) -> None:
    folder = tmp_path / "pieces"
    folder.mkdir()
    for number in (1, 2):
        (folder / f"big-0000{number}-of-00002.gguf").write_bytes(gguf_bytes())
    chosen = choose_model(str(folder), catalog, store, make_machine())
    assert chosen.path.name == "big-00001-of-00002.gguf"


def test_a_folder_with_two_models_or_none_asks_which(
    files: Path, tmp_path: Path, catalog: Catalog, store: ModelStore
) -> None:
    with pytest.raises(ModelFileRejected, match="holds 3 models"):
        choose_model(str(files), catalog, store, make_machine())
    (tmp_path / "empty").mkdir()
    with pytest.raises((ModelFileRejected, InputError), match=r"no \.gguf"):
        choose_model(str(tmp_path / "empty"), catalog, store, make_machine())
