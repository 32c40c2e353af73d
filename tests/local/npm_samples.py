"""An npm registry of the test's own: a folder of archives, and a program named npm that packs from it."""

from __future__ import annotations

import io
import os
import stat
import sys
import tarfile
from collections.abc import Mapping
from pathlib import Path

import pytest

NPM = """#!{python}
import pathlib, shutil, sys
index = pathlib.Path({index!r})
(index / "asked.txt").write_text(" ".join(sys.argv[1:]))
name, _, version = sys.argv[2].rpartition("@")
archive = index / (name.lstrip("@").replace("/", "-") + "-" + version + ".tgz")
if sys.argv[1] != "pack" or not archive.exists():
    sys.exit("npm error code E404\\nnpm error 404 Not Found - GET " + sys.argv[2])
shutil.copy(archive, sys.argv[sys.argv.index("--pack-destination") + 1])
print(archive.name)
"""


def serve_packages(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder for archives; from now on they are all that ``npm pack`` finds."""
    index, programs = folder / "npm-index", folder / "programs"
    index.mkdir()
    programs.mkdir()
    program = programs / "npm"
    program.write_text(NPM.format(python=sys.executable, index=str(index)), encoding="utf-8")
    program.chmod(program.stat().st_mode | stat.S_IEXEC)
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")
    return index


def pack(archive: Path, members: Mapping[str, bytes], *, links: Mapping[str, str] | None = None) -> int:
    """Write an archive as npm packs them; answers its size."""
    with tarfile.open(archive, "w:gz") as file:
        for path, target in (links or {}).items():
            entry = tarfile.TarInfo(f"package/{path}")
            entry.type, entry.linkname = tarfile.SYMTYPE, target
            file.addfile(entry)
        for path, data in members.items():
            entry = tarfile.TarInfo(f"package/{path}")
            entry.size = len(data)
            file.addfile(entry, io.BytesIO(data))
    return archive.stat().st_size
