"""What an interpreter and the system's programs need to be able to read, and the environment they get."""

from __future__ import annotations

import functools
import glob
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

_SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib64", "/lib32", "/opt/homebrew", "/nix/store")
_SETTINGS = (
    "/etc/ld.so.cache",
    "/etc/alternatives",
    "/etc/localtime",
    "/etc/mime.types",
    "/etc/java*",
    "/etc/ssl/openssl.cnf",
)
"""Of /etc only what programs fail without; no names, keys or addresses of this machine."""


@functools.cache
def readable_system() -> list[str]:
    found = [path for path in _SYSTEM if Path(path).exists()]
    return found + [path for pattern in _SETTINGS for path in glob.glob(pattern)]  # noqa: PTH207


def without_dots(path: Path) -> Path:
    """Absolute and without ``..``, which leads through folders that are not shown; links are kept."""
    return Path(os.path.abspath(path))  # noqa: PTH100 - pathlib keeps ".."


@functools.lru_cache(maxsize=32)
def program_folders(executable: Path) -> tuple[Path, ...]:
    """Where a program's own files lie: of a Python its environment and the installation below it."""
    if executable == without_dots(Path(sys.executable)):
        return tuple(dict.fromkeys([without_dots(Path(sys.prefix)), without_dots(Path(sys.base_prefix))]))
    environment = executable.parent.parent
    base = _base_of(environment)
    found = [_installation(executable.resolve())]
    if base is not None:
        found += [environment, base]
    elif not executable.is_relative_to(found[0]):
        found.append(executable)  # a link to it
    return tuple(dict.fromkeys(found))


def _installation(executable: Path) -> Path:
    """The folder above ``bin``, save where that is the user's home, which no program brings with it."""
    above = executable.parent.parent
    if executable.parent.name != "bin" or Path.home().is_relative_to(above):
        return executable
    return above


def _base_of(environment: Path) -> Path | None:
    """The installation below a virtual environment."""
    try:
        text = (environment / "pyvenv.cfg").read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None
    for line in text.splitlines():
        name, _, value = line.partition("=")
        if name.strip() == "home":
            return Path(value.strip()).parent
    return None


def search_path(interpreter: Path) -> str:
    return os.pathsep.join([str(interpreter.parent), *os.defpath.split(os.pathsep)])


def environment(interpreter: Path, variables: Mapping[str, str]) -> dict[str, str]:
    """Made from nothing, so no secret of ours can be in it. Places for files are added where it starts."""
    made = {
        "PATH": search_path(interpreter),
        "LANG": "C.UTF-8",
        "LC_ALL": "C.UTF-8",
        "TZ": "UTC",
        "USER": "nobody",
        "LOGNAME": "nobody",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONUNBUFFERED": "1",
        "PYTHONIOENCODING": "utf-8",
        "PYTHONHASHSEED": "0",
        "PYTHONNOUSERSITE": "1",
    }
    return made | dict(variables)


def shown_paths(executable: Path, interpreter: Path, readable: Sequence[Path]) -> list[str]:
    folders = [
        *program_folders(interpreter),
        *program_folders(executable),
        *map(Path.absolute, readable),
    ]
    return list(dict.fromkeys([*readable_system(), *map(str, folders)]))
