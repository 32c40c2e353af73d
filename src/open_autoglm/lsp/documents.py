"""A document as it stands in the editor, saved or not, in the terms of the rest of the program."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pygls.uris import to_fs_path

from open_autoglm.code.languages import Language, language_named, language_of
from open_autoglm.code.source import Source
from open_autoglm.lsp.positions import TextPlaces

MAX_CHARACTERS = 2_000_000
"""As much as a source file may have; what is larger is neither checked nor completed."""


@dataclass(frozen=True, slots=True)
class EditorDocument:
    """One version of an open document."""

    uri: str
    version: int | None
    path: Path | None
    """None for what lies on no disk, for example a new buffer."""
    folder: Path | None
    """Of the project it belongs to; None without a path."""
    name: str
    """Relative to the project, with ``/``."""
    language: Language | None
    places: TextPlaces

    @property
    def text(self) -> str:
        """With ``\\n`` between its lines."""
        return self.places.plain

    @property
    def source(self) -> Source:
        return Source(self.name, self.text)

    @property
    def is_code(self) -> bool:
        """Whether it is in a known language, and small enough to be looked at."""
        return self.language is not None and sum(map(len, self.places.lines)) <= MAX_CHARACTERS


def path_of_uri(uri: str) -> Path | None:
    """None where it is no file of this machine."""
    path = to_fs_path(uri)
    return Path(path) if path else None


def language_of_document(language_id: str | None, name: str) -> Language | None:
    """The editor's word counts for documents whose name says nothing."""
    return language_of(name) or (language_named(language_id) if language_id else None)
