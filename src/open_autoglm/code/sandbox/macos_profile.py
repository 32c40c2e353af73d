"""Confinement on macOS: a profile for sandbox-exec, which comes with the system."""

from __future__ import annotations

from pathlib import Path

from open_autoglm.code.sandbox.confined import Start
from open_autoglm.code.sandbox.isolation import Isolation

SANDBOX_EXEC = Path("/usr/bin/sandbox-exec")

_RULES = """\
(version 1)
(allow default)
(deny network*)
(allow network* (local ip "localhost:*") (remote ip "localhost:*"))
(deny file-write*)
(allow file-write* (literal "/dev/null") (literal "/dev/zero") (literal "/dev/tty"))
(deny file-read* (subpath "/Users") (subpath "/Volumes") (subpath "/private/var/root"))
(allow file-read-metadata)
(deny signal)
(allow signal (target same-sandbox))
(deny mach-lookup)
(deny appleevent-send)
"""


def profile(start: Start) -> str:
    """The default is to allow, because what a program needs of the system differs from release to release."""
    written = [start.folder, start.own_folder]
    rules = [f"(allow file-read* (subpath {_quoted(path)}))" for path in start.readable]
    rules += [f"(allow file-read* file-write* (subpath {_quoted(str(path))}))" for path in written]
    return _RULES + "\n".join(rules)


def macos_isolation(*, profiled: bool) -> Isolation:
    if profiled:
        return Isolation(held=("network", "files", "limits"), missing=("processes", "system_calls"))
    return Isolation(
        held=("limits",),
        missing=("network", "files", "processes", "system_calls"),
        remarks=("this macOS has no sandbox-exec",),
    )


def _quoted(path: str) -> str:
    escaped = path.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
