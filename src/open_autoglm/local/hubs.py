"""Model files from Hugging Face and ModelScope, through their own client libraries.

The libraries honor their own variables (``HF_ENDPOINT``, ``HF_TOKEN``, ``MODELSCOPE_DOMAIN`` …) and
resume a cut download by themselves. They run in a child process, see ``hub_client.py``.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from open_autoglm.errors import DownloadFailed, OutputFailed
from open_autoglm.local.catalog import HuggingFaceSource, ModelScopeSource
from open_autoglm.local.child_process import run_child
from open_autoglm.local.disk import read_json, require_room, writing
from open_autoglm.local.fetch import Expected, FetchRequest

_FULL = ("No space left on device", "File too large", "Disk quota exceeded")


def fetch(source: HuggingFaceSource | ModelScopeSource, request: FetchRequest) -> Expected:
    """Let the hub's library bring the file, then move it to ``request.partial``."""
    folder = request.partial.with_name(f"{source.kind}-{source.file}")
    with writing(folder, request.size or 0):
        folder.mkdir(parents=True, exist_ok=True)
    require_room(folder, max(0, (request.size or 0) - _bytes_in(folder)))
    answer_path = folder / "answer.json"
    answer_path.unlink(missing_ok=True)

    def on_tick(_: str) -> None:
        stated = read_json(answer_path) or {}
        total = stated.get("size") or request.size or 0
        request.report(min(_bytes_in(folder), total), total, str(source))

    module = [sys.executable, "-P", "-m", "open_autoglm.local.hub_client"]
    target = [source.kind, source.repo, source.revision, source.file, str(folder), str(answer_path)]
    result = run_child([*module, *target], folder, on_tick)
    answer = read_json(answer_path) or {}
    if result.exit_code != 0 or "path" not in answer:
        raise _failure(source, answer.get("error") or result.last_output[-400:])
    expected = _expected(source, request, answer)
    with writing(request.partial, expected.size):
        Path(answer["path"]).replace(request.partial)
    shutil.rmtree(folder, ignore_errors=True)
    return expected


def _expected(
    source: HuggingFaceSource | ModelScopeSource, request: FetchRequest, answer: dict[str, object]
) -> Expected:
    """The pinned digest where there is one; else what the hub states, which then must be complete."""
    if request.sha256 is not None and request.size is not None:
        return Expected(request.size, request.sha256)
    size, digest = answer.get("size"), answer.get("sha256")
    if not isinstance(size, int) or not isinstance(digest, str):
        raise DownloadFailed(f"{source} states no size and sha256, so the file can't be verified.")
    return Expected(size, digest.lower())


def _failure(source: HuggingFaceSource | ModelScopeSource, said: str) -> DownloadFailed | OutputFailed:
    said = " ".join(said.split()) or "its client library ended without a word"
    if any(text in said for text in _FULL):
        return OutputFailed(f"The disk filled up while fetching from {source}: {said}.")
    return DownloadFailed(f"{source} could not be fetched: {said}.")


def _bytes_in(folder: Path) -> int:
    total = 0
    for path in folder.rglob("*"):
        try:
            total += path.stat().st_size if path.is_file() else 0
        except OSError:
            continue  # moved away between the listing and the look
    return total
