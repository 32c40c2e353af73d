"""Bytes of a text file as text, whatever encoding they are in."""

from __future__ import annotations

from pathlib import Path

from open_autoglm.documents.limits import MarkupLimits
from open_autoglm.errors import DamagedInput, LimitExceeded
from open_autoglm.text_encoding import find_encoding


def read_text(path: Path) -> tuple[str, str]:
    """The text of a file and the name of its encoding; line ends are ``\\n``.

    Raises LimitExceeded for a file larger than a text file may be, DamagedInput when no encoding fits.
    """
    limit = MarkupLimits().max_text_bytes
    size = path.stat().st_size
    if size > limit:
        raise LimitExceeded(
            f"{path.name} has {size >> 20:,} MB of text; the limit is {limit >> 20:,} MB.",
            hint="Divide the file.",
        )
    data = path.read_bytes()
    encoding = find_encoding(data)
    if encoding is None:
        raise DamagedInput(
            f"{path.name} is not text in any encoding that is known here.", hint="Save it as UTF-8."
        )
    text = data.decode(encoding, errors="replace")
    return text.replace("\r\n", "\n").replace("\r", "\n"), encoding
