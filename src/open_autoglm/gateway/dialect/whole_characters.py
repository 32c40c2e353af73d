"""Half a character is no text: JSON can write it, but no prompt, file or answer can hold it.

JSON writes what lies beyond 16 bits as two escapes (RFC 8259, section 7). One without the other becomes a
string that fails wherever it is first encoded, so it is refused here for all dialects.
"""

from __future__ import annotations

import re

from fastapi import Request

from open_autoglm.errors import UsageError

_SUSPECT = re.compile(rb"\\u[dD][89a-fA-F]")
_ESCAPE = re.compile(
    rb"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(?P<half>u[dD][89a-fA-F][0-9a-fA-F]{2})|.)",
    re.DOTALL,
)


async def require_whole_characters(request: Request) -> None:
    """Raises UsageError where the JSON body writes one half of a surrogate pair."""
    if "json" not in request.headers.get("content-type", ""):
        return
    half = half_character(await request.body())
    if half is not None:
        raise UsageError(
            f"The JSON of the request writes {half}, which is half a character.",
            hint="Write both halves of a surrogate pair, or the character itself in UTF-8.",
        )


def half_character(text: bytes) -> str | None:
    """The first escape of JSON text that stands for half a surrogate pair."""
    if _SUSPECT.search(text) is None:
        return None
    halves = (match["half"] for match in _ESCAPE.finditer(text))
    return next((f"\\{half.decode('ascii')}" for half in halves if half is not None), None)
