"""Run as a program of its own by ``hubs.py``: talk to one hub through its client library.

    python -m open_autoglm.local.hub_client KIND REPOSITORY REVISION FILE FOLDER ANSWER

Writes to the file ANSWER, as JSON, first what the hub states about the file and at the end where the
download lies in FOLDER, or the error. In a process of its own because the libraries can't be interrupted
within a transfer, and because their faults must stay theirs.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any


def _hugging_face(repo: str, revision: str, file: str, folder: Path, answer: Answer) -> str:
    from huggingface_hub import get_hf_file_metadata, hf_hub_download, hf_hub_url

    stated = get_hf_file_metadata(hf_hub_url(repo, file, revision=revision))
    # Large files carry their sha256 as the entity tag; small ones a git object id of 40 digits.
    digest = stated.etag if stated.etag and len(stated.etag) == 64 else None
    answer.stated(stated.size, digest)
    return str(hf_hub_download(repo, file, revision=stated.commit_hash or revision, local_dir=folder))


def _modelscope(repo: str, revision: str, file: str, folder: Path, answer: Answer) -> str:
    # ModelScope's hub client alone: a thirtieth of the `modelscope` package, which builds on it.
    from modelscope_hub import HubApi, RepoType  # type: ignore[import-not-found,unused-ignore]

    hub = HubApi()
    listing = hub.list_repo_files(repo, RepoType.MODEL, revision=revision)
    stated = next((row for row in listing if row.path == file), None)
    if stated is None:
        raise FileNotFoundError(f"{repo} holds no {file}")
    answer.stated(stated.size, stated.sha256)
    return str(
        hub.download_file(
            repo, RepoType.MODEL, file, revision=revision, local_dir=folder, file_size=stated.size
        )
    )


class Answer:
    """The answer file: rewritten whole each time, so that a reader never sees half of one."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._value: dict[str, Any] = {}

    def stated(self, size: int | None, sha256: str | None) -> None:
        self._put(size=size, sha256=sha256)

    def done(self, path: str) -> None:
        self._put(path=path)

    def failed(self, error: Exception) -> None:
        text = " ".join(str(error).split())
        self._put(error=f"{type(error).__name__}: {text[:600]}")

    def _put(self, **values: Any) -> None:
        self._value.update(values)
        neighbor = self._path.with_name(self._path.name + ".new")
        neighbor.write_text(json.dumps(self._value), encoding="utf-8")
        neighbor.replace(self._path)


def main(arguments: list[str]) -> int:
    kind, repo, revision, file, folder, answer_path = arguments
    answer = Answer(Path(answer_path))
    hub = {"hugging_face": _hugging_face, "modelscope": _modelscope}[kind]
    try:
        answer.done(hub(repo, revision, file, Path(folder), answer))
    except Exception as error:  # noqa: BLE001  the edge of this process: whatever a hub library raises
        answer.failed(error)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
