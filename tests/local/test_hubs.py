"""Hubs: what the hub states is what must arrive. A stand-in takes the place of each client library."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from model_samples import catalog_of, gguf_bytes, make_model

from open_autoglm.errors import DownloadFailed, ExtraMissing, ModelFileRejected
from open_autoglm.local.catalog import CatalogFile, HuggingFaceSource, ModelScopeSource
from open_autoglm.local.model_store import ModelStore

DATA = gguf_bytes(padding=20_000)
DIGEST = hashlib.sha256(DATA).hexdigest()

HUGGING_FACE = """
import os
from pathlib import Path
from types import SimpleNamespace

def hf_hub_url(repo_id, filename, revision): return f"{repo_id}/{revision}/{filename}"
def get_hf_file_metadata(url):
    return SimpleNamespace(size=int(os.environ["SIZE"]), etag=os.environ["DIGEST"] or None, commit_hash="c0")
def hf_hub_download(repo_id, filename, revision, local_dir):
    assert revision == "c0"
    if "FAIL" in os.environ: raise ConnectionError(os.environ["FAIL"])
    path = Path(local_dir, filename)
    path.write_bytes(Path(os.environ["DATA"]).read_bytes())
    return path
"""
MODELSCOPE = """
import os
from pathlib import Path
from types import SimpleNamespace

RepoType = SimpleNamespace(MODEL="model")

class HubApi:
    def list_repo_files(self, repo_id, repo_type, *, revision):
        rows = [("README.md", 1, "0"), ("m.gguf", int(os.environ["SIZE"]), os.environ["DIGEST"].upper())]
        return [SimpleNamespace(path=path, size=size, sha256=digest) for path, size, digest in rows]

    def download_file(self, repo_id, repo_type, file_path, *, revision, local_dir, file_size):
        print("Downloading", file_path)
        path = Path(local_dir, file_path)
        path.write_bytes(Path(os.environ["DATA"]).read_bytes())
        return path
"""


@pytest.fixture
def libraries(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Stand-ins for both client libraries; they give DATA and state its size and digest."""
    place = tmp_path / "libraries"
    place.mkdir()
    (place / "huggingface_hub.py").write_text(HUGGING_FACE, encoding="utf-8")
    (place / "modelscope_hub.py").write_text(MODELSCOPE, encoding="utf-8")
    (tmp_path / "data.gguf").write_bytes(DATA)
    values = {"PYTHONPATH": place, "DATA": tmp_path / "data.gguf", "SIZE": len(DATA), "DIGEST": DIGEST}
    for name, value in values.items():
        monkeypatch.setenv(name, str(value))
    monkeypatch.syspath_prepend(place)
    return monkeypatch


def store_with(tmp_path: Path, source: HuggingFaceSource | ModelScopeSource) -> ModelStore:
    file = CatalogFile(name="m.gguf", role="weights", size=999, sha256=None, sources=(source,))
    return ModelStore(tmp_path / "store", catalog_of(make_model("m", DATA, [source], files=(file,))))


BOTH = [HuggingFaceSource(repo="a/b", file="m.gguf"), ModelScopeSource(repo="a/b", file="m.gguf")]


@pytest.mark.parametrize("source", BOTH)
def test_what_the_hub_states_is_checked_and_recorded(
    tmp_path: Path, libraries: pytest.MonkeyPatch, source: HuggingFaceSource | ModelScopeSource
) -> None:
    store = store_with(tmp_path, source)
    installed = store.pull("m")
    assert (installed.weights.sha256, installed.weights.source) == (DIGEST, str(source))
    assert installed.weights.path.read_bytes() == DATA
    assert sorted(path.name for path in (store.folder / "m").iterdir()) == ["installed.json", "m.gguf"]
    assert store.pull("m").weights.sha256 == DIGEST


@pytest.mark.parametrize("source", BOTH)
def test_other_bytes_than_stated_are_refused(
    tmp_path: Path, libraries: pytest.MonkeyPatch, source: HuggingFaceSource | ModelScopeSource
) -> None:
    libraries.setenv("DIGEST", "0" * 64)
    store = store_with(tmp_path, source)
    with pytest.raises(ModelFileRejected, match=f"sha256 {DIGEST} where {'0' * 64} is right"):
        store.pull("m")
    assert store.installed("m") is None


def test_without_a_stated_digest_nothing_is_trusted(tmp_path: Path, libraries: pytest.MonkeyPatch) -> None:
    libraries.setenv("DIGEST", "")
    with pytest.raises(DownloadFailed, match="can't be verified"):
        store_with(tmp_path, BOTH[0]).pull("m")


def test_the_library_s_own_reason_is_passed_on(tmp_path: Path, libraries: pytest.MonkeyPatch) -> None:
    libraries.setenv("FAIL", "no route to the hub")
    with pytest.raises(DownloadFailed, match="ConnectionError: no route to the hub"):
        store_with(tmp_path, BOTH[0]).pull("m")


def test_a_missing_library_names_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda module: None)
    with pytest.raises(ExtraMissing, match=r"open-autoglm-pc\[hubs\]"):
        store_with(tmp_path, BOTH[0]).pull("m")


def test_no_hub_host_is_written_in_the_code() -> None:
    import open_autoglm.local

    folder = Path(open_autoglm.local.__path__[0])
    hosts = ("huggingface.co", "modelscope.cn", "pypi.org", "hf-mirror")
    for path in folder.iterdir():
        if path.suffix in (".py", ".yaml"):
            text = path.read_text(encoding="utf-8")
            assert not [host for host in hosts if host in text], path.name
