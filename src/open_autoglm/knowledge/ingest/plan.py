"""What is to be done so that a base holds what lies in its folders: from sizes, times and digests."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from open_autoglm.knowledge.ingest.folder_walk import FoundFile
from open_autoglm.knowledge.store.base_store import FileRecord


@dataclass(slots=True)
class Plan:
    to_read: list[FoundFile] = field(default_factory=list)
    renamed: list[tuple[FileRecord, FoundFile]] = field(default_factory=list)
    touched: list[tuple[FileRecord, FoundFile]] = field(default_factory=list)
    """Those with another time and the same content."""
    removed: list[str] = field(default_factory=list)
    unchanged: int = 0


def make_plan(
    known: Iterable[FileRecord],
    found: Mapping[str, FoundFile],
    digest: Callable[[FoundFile], str | None],
    *,
    stays: Callable[[str], bool] = lambda _: False,
) -> Plan:
    """``digest`` gives the SHA-256 of a file, None where it can't be read; it is asked where sizes agree.

    ``stays`` names what is not removed though it was not found.
    """
    records = {record.path: record for record in known}
    plan = Plan()
    gone = [record for path, record in records.items() if path not in found and not stays(path)]
    new: list[FoundFile] = []
    for path, file in found.items():
        record = records.get(path)
        if record is None:
            new.append(file)
        elif _is_same(record, file):
            plan.unchanged += 1
        elif record.sha256 and record.size == file.size and digest(file) == record.sha256:
            plan.touched.append((record, file))
        else:
            plan.to_read.append(file)
    kept = _match_renamed(plan, gone, new, digest)
    plan.removed = [record.path for record in gone if record.path not in kept]
    plan.to_read.sort(key=lambda file: file.path)
    return plan


def _is_same(record: FileRecord, file: FoundFile) -> bool:
    """A file that could not even be opened, or was over a limit, is tried every time: that costs little."""
    if not record.sha256:
        return False
    return (record.size, record.modified_ns) == (file.size, file.modified_ns)


def _match_renamed(
    plan: Plan,
    gone: Sequence[FileRecord],
    new: Sequence[FoundFile],
    digest: Callable[[FoundFile], str | None],
) -> set[str]:
    """Puts new files to those that are gone with the same content; answers the old paths of these."""
    by_size: dict[int, list[FileRecord]] = defaultdict(list)
    for record in gone:
        if record.state == "read" and record.sha256:
            by_size[record.size].append(record)
    kept: set[str] = set()
    for file in new:
        candidates = [record for record in by_size.get(file.size, ()) if record.path not in kept]
        own = digest(file) if candidates else None
        match = next((record for record in candidates if record.sha256 == own), None)
        # What a file is may follow from its extension.
        if match is None or _extension(match.path) != _extension(file.path):
            plan.to_read.append(file)
        else:
            plan.renamed.append((match, file))
            kept.add(match.path)
    return kept


def _extension(path: str) -> str:
    return path.rsplit("/", 1)[-1].rpartition(".")[2].lower()
