"""Names of files that hold the saved state of a slot."""

from __future__ import annotations

import re

from open_autoglm.errors import UsageError

SLOT_FILE = re.compile(r"[a-z0-9][a-z0-9-]{0,127}\.slot")


def require_slot_file(name: str) -> str:
    """The name, if it is one of ours: it reaches a file system, so it names no folder and no other file."""
    if SLOT_FILE.fullmatch(name) is None:
        raise UsageError(
            f"{name!r} is no name for a saved slot.", hint="Use a-z, 0-9 and -, and end it with .slot."
        )
    return name
