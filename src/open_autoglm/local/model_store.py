"""The model files on this machine: installed, verified, pulled, removed.

<data_dir>/models/<name>/<file>           a file gets its name only after its digest was right
<data_dir>/models/<name>/installed.json   what was verified: size, sha256, time, source
<data_dir>/models/<name>/.pull/           partial downloads; nothing here is ever loaded
<data_dir>/models/.locks/<name>.lock      one pull or removal at a time
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from open_autoglm.errors import (
    DownloadFailed,
    ExtraMissing,
    ModelFileRejected,
    ModelNotInstalled,
    OpenAutoGLMError,
)
from open_autoglm.local.catalog import Catalog, CatalogFile, CatalogModel, PathSource, Source
from open_autoglm.local.disk import read_json, sha256_of, write_json, writing
from open_autoglm.local.fetch import Expected, FetchRequest
from open_autoglm.local.file_lock import exclusive_lock
from open_autoglm.local.gguf import check_gguf
from open_autoglm.local.pull_progress import PullProgress, ReportProgress
from open_autoglm.local.sources import fetch, why_unusable

RECORD_NAME = "installed.json"
RECORD_VERSION = 1
PARTIAL_SUFFIX = ".part"


@dataclass(frozen=True, slots=True)
class InstalledFile:
    """A file that was verified when it was installed."""

    path: Path
    role: str
    size: int
    sha256: str
    modified_ns: int
    source: str
    installed_at: str

    def unchanged(self) -> bool:
        """Cheap: same size and time of change. ``ModelStore.verify`` reads every byte."""
        try:
            stat = self.path.stat()
        except OSError:
            return False
        return stat.st_size == self.size and stat.st_mtime_ns == self.modified_ns


@dataclass(frozen=True, slots=True)
class InstalledModel:
    name: str
    files: tuple[InstalledFile, ...]

    @property
    def weights(self) -> InstalledFile:
        return next(file for file in self.files if file.role == "weights")

    @property
    def mmproj(self) -> InstalledFile | None:
        return next((file for file in self.files if file.role == "mmproj"), None)


class ModelStore:
    """The folder of models under ``data_dir``. Nothing is made before it is needed."""

    def __init__(self, data_dir: Path, catalog: Catalog) -> None:
        self.folder = data_dir / "models"
        self.catalog = catalog

    def installed(self, name: str) -> InstalledModel | None:
        """The model, if all its files are there and unchanged since they were verified."""
        model = self.catalog.model(name)
        record = self._record(name)
        files = [self._installed_file(model, file, record) for file in model.files]
        if any(file is None or not file.unchanged() for file in files):
            return None
        return InstalledModel(name, tuple(file for file in files if file is not None))

    def path_of(self, name: str) -> Path:
        """The weights of an installed model. Raises UnknownModel or ModelNotInstalled."""
        if (model := self.installed(name)) is not None:
            return model.weights.path
        raise self.not_installed(name)

    def not_installed(self, name: str) -> ModelNotInstalled:
        changed = any((self._folder_of(name) / file.name).exists() for file in self.catalog.model(name).files)
        state = "is incomplete or was changed since it was verified" if changed else "is not installed"
        return ModelNotInstalled(f"Model {name!r} {state}.", hint=f"Run `open-autoglm-cli pull {name}`.")

    def verify(self, name: str, progress: ReportProgress = lambda _: None) -> InstalledModel:
        """Read every byte and compare. A damaged file loses its record, so that it is never loaded."""
        installed = self.installed(name)
        if installed is None:
            raise self.not_installed(name)
        for file in installed.files:
            found = self._digest(file.path, file.size, progress)
            if found != file.sha256:
                (self._folder_of(name) / RECORD_NAME).unlink(missing_ok=True)
                raise ModelFileRejected(
                    f"{file.path} has sha256 {found}, it must be {file.sha256}: the file is damaged.",
                    hint=f"Run `open-autoglm-cli pull {name}` to mend it.",
                )
        return installed

    def why_unobtainable(self, name: str, *, offline: bool) -> str | None:
        """Why a pull can't even begin here, or None. No network is used to find out."""
        if offline:
            return "offline is set"
        for file in self.catalog.model(name).files:
            reasons = [why_unusable(source) for source in file.sources]
            if all(reason is not None for reason in reasons):
                return " ".join(dict.fromkeys(str(reason) for reason in reasons))
        return None

    def received_bytes(self, name: str) -> int:
        """Bytes that an unfinished pull has kept."""
        work = self._folder_of(name) / ".pull"
        return sum(path.stat().st_size for path in work.rglob("*") if path.is_file())

    def pull(
        self,
        name: str,
        *,
        progress: ReportProgress = lambda _: None,
        offline: bool = False,
        given: Path | None = None,
    ) -> InstalledModel:
        """Make the model whole and verified; go on where an earlier pull stopped; mend what is damaged.

        ``given`` is a file, or a folder that holds the files, to take instead of the catalogue's sources;
        it is held to the same digest. Raises UnknownModel, ModelNotInstalled (offline), DownloadFailed,
        ExtraMissing, ModelFileRejected or OutputFailed; then nothing that can be loaded was left half done.
        """
        model = self.catalog.model(name)

        def on_wait(owner: str) -> None:
            progress(PullProgress(name, "waiting", 0, model.size, f"process {owner} is pulling it"))

        with exclusive_lock(self.folder / ".locks" / f"{name}.lock", on_wait):
            folder = self._folder_of(name)
            with writing(folder, model.size):
                (folder / ".pull").mkdir(parents=True, exist_ok=True)
                for leftover in (folder / ".pull").iterdir():
                    if leftover.is_dir():  # where a killed pull unpacked something
                        shutil.rmtree(leftover, ignore_errors=True)
            for file in model.files:
                if not self._keep_if_sound(model, file, progress):
                    sources = file.sources if given is None else (PathSource(path=given),)
                    self._obtain(model, file, sources, progress, offline=offline and given is None)
            shutil.rmtree(folder / ".pull", ignore_errors=True)
            installed = self.installed(name)
        if installed is None:
            raise self.not_installed(name)
        progress(PullProgress(name, "installed", model.size, model.size, str(installed.weights.path)))
        return installed

    def remove(self, name: str) -> int:
        """Delete the model and its partial downloads; answers the bytes that were freed."""
        self.catalog.model(name)
        folder = self._folder_of(name)
        if not folder.exists():
            raise ModelNotInstalled(f"Model {name!r} is not installed.", hint="Nothing was removed.")
        with exclusive_lock(self.folder / ".locks" / f"{name}.lock", lambda _: None):
            freed = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
            with writing(folder, 0):
                (folder / RECORD_NAME).unlink(missing_ok=True)
                shutil.rmtree(folder)
        return freed

    def _folder_of(self, name: str) -> Path:
        return self.folder / name

    def _record(self, name: str) -> Mapping[str, Any]:
        record = read_json(self._folder_of(name) / RECORD_NAME) or {}
        files = record.get("files")
        return files if record.get("version") == RECORD_VERSION and isinstance(files, dict) else {}

    def _installed_file(
        self, model: CatalogModel, file: CatalogFile, record: Mapping[str, Any]
    ) -> InstalledFile | None:
        row = record.get(file.name)
        if not isinstance(row, dict) or (file.sha256 and row.get("sha256") != file.sha256):
            return None
        try:
            return InstalledFile(
                path=self._folder_of(model.name) / file.name,
                role=file.role,
                size=int(row["size"]),
                sha256=str(row["sha256"]),
                modified_ns=int(row["modified_ns"]),
                source=str(row["source"]),
                installed_at=str(row["installed_at"]),
            )
        except (KeyError, TypeError, ValueError):
            return None

    def _keep_if_sound(self, model: CatalogModel, file: CatalogFile, progress: ReportProgress) -> bool:
        """Whether the file in place is the right one, by reading it. One that is not is deleted."""
        path = self._folder_of(model.name) / file.name
        if not path.is_file():
            return False
        row = self._installed_file(model, file, self._record(model.name))
        expected = row.sha256 if row else file.sha256
        if expected is not None and self._digest(path, path.stat().st_size, progress) == expected:
            self._write_record(model, file, expected, row.source if row else "found in place")
            return True
        with writing(path, 0):
            path.unlink()
        return False

    def _obtain(
        self,
        model: CatalogModel,
        file: CatalogFile,
        sources: tuple[Source, ...],
        progress: ReportProgress,
        *,
        offline: bool,
    ) -> None:
        """Try each source in order until one gives the right bytes."""
        if offline:
            raise ModelNotInstalled(
                f"Model {model.name!r} is not installed, and offline is set, so it can't be pulled.",
                hint="Unset offline, or take it from a disk: "
                f"`open-autoglm-cli pull {model.name} --from FOLDER`.",
            )
        failures: list[tuple[Source, OpenAutoGLMError]] = []
        for source in sources:
            try:
                self._obtain_from(source, model, file, progress)
                return
            except (DownloadFailed, ExtraMissing, ModelFileRejected) as error:
                failures.append((source, error))
        raise _all_failed(file, failures)

    def _obtain_from(
        self, source: Source, model: CatalogModel, file: CatalogFile, progress: ReportProgress
    ) -> None:
        partial = self._folder_of(model.name) / ".pull" / (file.name + PARTIAL_SUFFIX)
        resumed = partial.exists() and partial.stat().st_size > 0
        pinned_size = file.size if file.sha256 else None
        request = FetchRequest(file.name, partial, pinned_size or file.size, file.sha256, progress)
        expected = fetch(source, request)
        wrong = self._what_is_wrong(partial, expected, progress)
        if wrong is not None:
            _discard(partial)
            if resumed:
                # What an earlier pull left may have been the damaged half: once more from nothing.
                self._obtain_from(source, model, file, progress)
                return
            raise ModelFileRejected(f"{source} gave a file with {wrong}. It was discarded.")
        if file.name.endswith(".gguf"):  # what is pinned needs no other proof; what hubs give does
            check_gguf(partial)
        place = self._folder_of(model.name) / file.name
        with writing(place, expected.size):
            with partial.open("r+b") as file_on_disk:
                os.fsync(file_on_disk.fileno())
            partial.replace(place)
        self._write_record(model, file, expected.sha256 or "", str(source))
        _discard(partial)

    def _what_is_wrong(self, partial: Path, expected: Expected, progress: ReportProgress) -> str | None:
        size = partial.stat().st_size
        if size != expected.size:
            return f"{size} bytes where {expected.size} are right"
        found = self._digest(partial, size, progress)
        return None if found == expected.sha256 else f"sha256 {found} where {expected.sha256} is right"

    def _digest(self, path: Path, size: int, progress: ReportProgress) -> str:
        return sha256_of(
            path,
            lambda done: progress(
                PullProgress(path.name.removesuffix(PARTIAL_SUFFIX), "verifying", done, size)
            ),
        )

    def _write_record(self, model: CatalogModel, file: CatalogFile, sha256: str, source: str) -> None:
        path = self._folder_of(model.name) / file.name
        stat = path.stat()
        files = dict(self._record(model.name))
        files[file.name] = {
            "size": stat.st_size,
            "sha256": sha256,
            "modified_ns": stat.st_mtime_ns,
            "source": source,
            "installed_at": datetime.now(UTC).isoformat(timespec="seconds"),
        }
        write_json(
            self._folder_of(model.name) / RECORD_NAME,
            {"version": RECORD_VERSION, "model": model.name, "files": files},
        )


def _discard(partial: Path) -> None:
    for path in (partial, partial.with_name(partial.name + ".parts.json")):
        path.unlink(missing_ok=True)


def _all_failed(file: CatalogFile, failures: list[tuple[Source, OpenAutoGLMError]]) -> OpenAutoGLMError:
    if len(failures) == 1:
        return failures[0][1]
    reasons = "; ".join(f"{source}: {error}" for source, error in failures)
    kind = ExtraMissing if all(isinstance(error, ExtraMissing) for _, error in failures) else DownloadFailed
    error = kind(
        f"No source could give {file.name}. {reasons}",
        hint="What arrived is kept: pull again goes on from there.",
    )
    error.__cause__ = failures[0][1]
    return error
