"""Debian's reference manual in both languages, from its packages; nothing of it is part of this repository.

It is by Osamu Aoki and its translators, GPL-2+. Fetched with ``apt-get download`` into a folder of the
system's for temporary files, where a second run finds it.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Literal

from document_sections.section import Section
from open_autoglm.config import load_settings
from open_autoglm.documents.model import Document
from open_autoglm.evaluation.question_file import KnownQuestion
from open_autoglm.evaluation.rag.questions import read_scored_questions
from open_autoglm.evaluation.rag.right_passage import stands_in
from open_autoglm.knowledge.embedding.embedder import Embedder
from open_autoglm.knowledge.store.base_store import StoredChunk
from open_autoglm.runtime import Runtime
from retrieval_sections.measured_base import Asked, MeasuredBase, made_base

Language = Literal["en", "zh"]
LANGUAGES: tuple[Language, Language] = ("en", "zh")
NAMES = {"en": "English", "zh": "Chinese"}
QUESTIONS = Path(__file__).resolve().parents[1] / "retrieval_questions"

_PACKAGES = {"en": "debian-reference-en", "zh": "debian-reference-zh-cn"}
_FILES = {"en": "ch*.en.html", "zh": "ch*.zh-cn.html"}
_FOLDER = Path(tempfile.gettempdir()) / "open-autoglm-manuals"


class NoManuals(Exception):
    """They can't be fetched here."""


@cache
def manuals(language: Language) -> Mapping[str, Document]:
    """Its chapters, read, by path. Raises NoManuals."""
    files = sorted(_fetched(language).rglob(_FILES[language]))
    reader = Runtime(load_settings().values).document_reader()
    with reader.series() as series:
        return {file.as_posix(): series.read(file) for file in files}


def manual_bases(section: Section, embedder: Embedder) -> Iterator[tuple[Language, MeasuredBase]]:
    """A base of the manual in each language; ``section`` notes what can't be fetched."""
    for language in LANGUAGES:
        try:
            documents = manuals(language)
        except NoManuals as error:
            section.notes.append(str(error))
            continue
        with made_base(documents, embedder) as base:
            yield language, base


def _fetched(language: Language) -> Path:
    folder = _FOLDER / language
    if any(folder.rglob(_FILES[language])):
        return folder
    folder.mkdir(parents=True, exist_ok=True)
    try:
        for command in (
            ["apt-get", "download", "-q", _PACKAGES[language]],
            ["sh", "-c", f"dpkg-deb -x {_PACKAGES[language]}_*.deb ."],
        ):
            subprocess.run(command, cwd=folder, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise NoManuals(f"Not measured: {_PACKAGES[language]} can't be fetched ({error}).") from error
    return folder


def section_questions(language: Language) -> list[Asked]:
    """Answered by a chunk of a section; sections have the same numbers in both languages."""
    return [Asked(one.question, _in_sections(one.sections)) for one in asked_in("manual", language)]


def table_questions(language: Language) -> list[Asked]:
    """Answered by a row of a table."""
    return [Asked(one.question, _holds(one.texts)) for one in asked_in("tables", language)]


def asked_in(name: str, language: str, kind: str = "") -> list[KnownQuestion]:
    """The questions of a file in one language, and of one kind where the file has several."""
    path = QUESTIONS / f"{name}.jsonl"
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return [
        question
        for question, row in zip(read_scored_questions(path), rows, strict=True)
        if row["language"] == language and row.get("kind", "") == kind
    ]


def _in_sections(sections: Sequence[str]) -> Callable[[StoredChunk], bool]:
    return lambda chunk: stands_in(chunk.chunk.headings, sections)


def _holds(words: Sequence[str]) -> Callable[[StoredChunk], bool]:
    return lambda chunk: chunk.chunk.kind == "table" and any(one in chunk.chunk.text for one in words)
