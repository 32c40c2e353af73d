"""The bases of this server: what their owners do with them over HTTP and on the page.

What is uploaded lies in a folder of the base under the data folder, and is read like any other folder. A
file is named as a person sees it: its path within the folder that brought it. Only what a base holds has a
name, so that no name leads anywhere else.
"""

from __future__ import annotations

import hashlib
import logging
import secrets
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Literal

from open_autoglm.errors import LimitExceeded, NotFound, UsageError
from open_autoglm.gateway.knowledge.answers import AskedBase, KnowledgeQuestions
from open_autoglm.gateway.knowledge.kept import KeptBase, KeptBases
from open_autoglm.gateway.knowledge.kept_up import MOST_FOLLOWED, Following, Looking, Need, TakingUp
from open_autoglm.gateway.knowledge.page_picture import PagePicture, PictureMaker
from open_autoglm.gateway.knowledge.shown_names import UPLOADS, ShownNames
from open_autoglm.knowledge.hit import Found
from open_autoglm.knowledge.store.base_store import BaseCounts, FileRecord
from open_autoglm.tasks.answer_question import AnswerOptions

MAX_FILE_NAME = 200
MAX_FILES_SHOWN = 10_000

logger = logging.getLogger(__name__)

FileNow = Literal["read", "failed", "waiting"]


@dataclass(frozen=True, slots=True)
class KnownFile:
    """A file of a base as its owner sees it; ``waiting``: it is there, and not read yet."""

    name: str
    state: FileNow
    reason: str = ""
    media_type: str = ""
    size: int = 0
    pages: int = 0
    chunks: int = 0


@dataclass(frozen=True, slots=True)
class BaseState:
    name: str
    counts: BaseCounts
    folders: tuple[str, ...]
    """Of this machine, beside what was uploaded."""
    waiting: int
    """Files that are still to be read."""
    reading: bool


class Knowledge:
    """Safe to use from any thread; ``close`` ends what is being read at its next file."""

    def __init__(
        self,
        bases: KeptBases,
        questions: KnowledgeQuestions,
        pictures: PictureMaker,
        data_dir: Path,
        max_file_bytes: int,
    ) -> None:
        self.questions = questions
        self._bases = bases
        self._pictures = pictures
        self._folder = data_dir / "knowledge_uploads"
        self._max_file_bytes = max_file_bytes
        self._looking = Looking(bases)
        self._following = Following(bases)
        self._taking_up = TakingUp(bases, self._need_of, self._looking, self._following)

    def take_up(self) -> None:
        """From now on what changes in the folders of all bases is in them a moment later, and what is to be
        read or embedded since an earlier run is taken up. To be called once."""
        self._taking_up.start()

    def close(self) -> None:
        self._taking_up.close()
        self._looking.close()
        self._following.close()
        self._bases.close()

    def names(self, owner: str) -> Sequence[str]:
        return self._bases.names(owner)

    def states(self, owner: str) -> list[BaseState]:
        return [self.state(owner, name) for name in self._bases.names(owner)]

    def create(self, owner: str, name: str) -> BaseState:
        self._bases.create(owner, name)
        self._bases.add_folder(owner, name, self._made_uploads(owner, name))
        return self.state(owner, name)

    def delete(self, owner: str, name: str) -> None:
        """Raises NotFound."""
        self.require(owner, name)
        self._looking.forget(owner, name)
        self._following.forget(owner, name)
        self._bases.remove(owner, name)
        shutil.rmtree(self._uploads(owner, name), ignore_errors=True)

    def require(self, owner: str, name: str) -> None:
        """Raises NotFound for a base that ``owner`` does not have."""
        if name not in self._bases.names(owner):
            raise NotFound(f"There is no knowledge base {name[:100]!r}.", hint="GET /v1/kb lists yours.")

    def state(self, owner: str, name: str) -> BaseState:
        with self._opened(owner, name) as base:
            uploads = self._uploads(owner, name).as_posix()
            return BaseState(
                name=name,
                counts=base.store.counts(),
                folders=tuple(folder for folder in base.folders if folder != uploads),
                waiting=len(self._waiting(owner, name, base.store.files())),
                reading=self._looking.is_busy(owner, name),
            )

    def files(self, owner: str, name: str) -> list[KnownFile]:
        """Those that are read or failed, and those uploaded ones that wait; by name."""
        with self._opened(owner, name) as base:
            records = base.store.files()
            shown = ShownNames(base.folders)
            known = [
                KnownFile(
                    name=shown.of(record.path),
                    state=record.state,
                    reason=record.reason,
                    media_type=record.media_type,
                    size=record.size,
                    pages=record.pages,
                    chunks=record.chunks,
                )
                for record in records
            ]
            waiting = [
                KnownFile(name=shown.of(path.as_posix()), state="waiting", size=path.stat().st_size)
                for path in self._waiting(owner, name, records)
            ]
        return sorted([*known, *waiting], key=lambda file: file.name)[:MAX_FILES_SHOWN]

    def upload(self, owner: str, name: str, file_name: str, data: IO[bytes]) -> KnownFile:
        """Puts a file into the base; one of the same name is replaced. Raises UsageError, LimitExceeded."""
        self.require(owner, name)
        target = self._made_uploads(owner, name) / _plain_name(file_name)
        part = target.parent.with_name(f"{secrets.token_hex(8)}.part")  # where nobody reads it half
        try:
            with part.open("wb") as stream:
                size = _copy(data, stream, self._max_file_bytes, target.name)
            part.replace(target)
        finally:
            part.unlink(missing_ok=True)
        self._looking.look(owner, name)
        return KnownFile(target.name, "waiting", size=size)

    def remove_file(self, owner: str, name: str, file: str) -> None:
        """Raises NotFound, and UsageError for a file of a folder on this machine, which is not ours."""
        uploads = self._uploads(owner, name)
        with self._opened(owner, name) as base:
            target = uploads / file if _is_plain(file) else None
            if target is None or not target.is_file():
                if any(known.name == file for known in self.files(owner, name)):
                    raise UsageError(
                        f"{file!r} lies in a folder of this machine.",
                        hint="Delete or move it there; the base follows.",
                    )
                raise _no_file(file)
            target.unlink()
            base.store.remove_files([target.as_posix()])

    def add_folder(self, owner: str, name: str, folder: str) -> None:
        """Raises InputMissing, NotFound."""
        self.require(owner, name)
        self._bases.add_folder(owner, name, Path(folder).expanduser().absolute())
        self._looking.look(owner, name)
        if not self._following.follow(owner, name):
            logger.warning("base %r is not followed: %d are already", name, MOST_FOLLOWED)

    def search(
        self, owner: str, name: str, question: str, limit: int, folder: str = ""
    ) -> tuple[Found, dict[str, str]]:
        """What is found, and the names of its files by their paths."""
        with self._opened(owner, name) as base:
            shown = ShownNames(base.folders)
            found = base.retriever.search(question, limit, shown.filters(folder, base.store))
            paths = {stored.file.path for hit in found.hits for stored in (hit.found, *hit.around, *hit.same)}
            return found, {path: shown.of(path) for path in paths}

    @contextmanager
    def asked_base(self, owner: str, name: str, folder: str = "") -> Iterator[AskedBase]:
        """The base as a question meets it. Raises NotFound."""
        with self._opened(owner, name) as base:
            shown = ShownNames(base.folders)
            options = AnswerOptions(
                filters=shown.filters(folder, base.store), embedder=base.embedder, name=shown.of
            )
            yield AskedBase(base.retriever, options)

    def page(self, owner: str, name: str, file: str, page: int) -> PagePicture:
        """A page of a file of the base, drawn. Raises NotFound."""
        with self._opened(owner, name) as base:
            shown = ShownNames(base.folders)
            record = next((one for one in base.store.files() if shown.of(one.path) == file), None)
        if record is None:
            raise _no_file(file)
        return self._pictures.picture(record, page)

    def _need_of(self, owner: str, name: str) -> Need:
        """What is uploaded changes through this program alone: it needs no following."""
        with self._opened(owner, name) as base:
            if set(base.folders) - {self._uploads(owner, name).as_posix()}:
                return "follow"
            left = base.store.counts().without_vector or self._waiting(owner, name, base.store.files())
            return "look" if left else "nothing"

    @contextmanager
    def _opened(self, owner: str, name: str) -> Iterator[KeptBase]:
        self.require(owner, name)
        with self._bases.opened(owner, name) as base:
            yield base

    def _uploads(self, owner: str, name: str) -> Path:
        """A folder that no name can lead out of."""
        digest = hashlib.sha256(f"{owner}\n{name}".encode("utf-8", "surrogatepass")).hexdigest()[:32]
        return (self._folder / digest / UPLOADS).absolute()

    def _made_uploads(self, owner: str, name: str) -> Path:
        folder = self._uploads(owner, name)
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return folder

    def _waiting(self, owner: str, name: str, records: Sequence[FileRecord]) -> list[Path]:
        """Uploaded files that the base has not read, or not as they are now."""
        folder = self._uploads(owner, name)
        seen = {record.path: record for record in records}
        found = []
        for path in sorted(folder.iterdir()) if folder.is_dir() else ():
            record = seen.get(path.as_posix())
            if path.name.startswith("."):
                continue
            there = path.stat()
            if record is None or (record.size, record.modified_ns) != (there.st_size, there.st_mtime_ns):
                found.append(path)
        return found


def _plain_name(name: str) -> str:
    """Of an upload; a browser may send a path. Raises UsageError."""
    plain = PurePosixPath(name.replace("\\", "/")).name
    if not _is_plain(plain):
        raise UsageError(f"A file can't be named {plain[:100]!r} here.", hint="Rename it.")
    return plain


def _is_plain(name: str) -> bool:
    """Whether it can be the name of a file on every system, and of no other place."""
    return (
        0 < len(name.encode("utf-8", "replace")) <= MAX_FILE_NAME
        and name.isprintable()
        and not name.startswith(".")
        and not set(name) & set('/\\:*?"<>|')
        and name == name.strip(" .")
    )


def _copy(data: IO[bytes], stream: IO[bytes], most: int, name: str) -> int:
    size = 0
    while piece := data.read(1 << 20):
        size += len(piece)
        if size > most:
            raise LimitExceeded(
                f"{name} is larger than {most >> 20} MB.", hint="Raise the setting max_file_mb, or divide it."
            )
        stream.write(piece)
    return size


def _no_file(file: str) -> NotFound:
    return NotFound(f"The base has no file {file[:200]!r}.", hint="GET /v1/kb/{name}/files lists them.")
