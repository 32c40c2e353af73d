"""Ingest: how fast files become chunks and chunks vectors, and how soon an edit is found."""

from __future__ import annotations

import shutil
import tempfile
import time
from contextlib import closing
from pathlib import Path

from document_sections.section import Options, Section
from open_autoglm.config import load_settings
from open_autoglm.knowledge.bases import Bases
from open_autoglm.runtime import Runtime
from retrieval_sections.manuals import NoManuals, manuals

MODEL = "multilingual-e5-small-int8"
OWNER, NAME = "benchmark", "manuals"
QUICK_FILES = 3
EDIT = "The password of the tea kitchen is marzipan. "


def measure(options: Options) -> Section:
    section = Section("Ingest of Debian's reference manual in English", ("figure", "value"))
    try:
        files = sorted(manuals("en"))[: QUICK_FILES if options.quick else None]
    except NoManuals as error:
        section.notes.append(str(error))
        return section
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        documents = Path(folder) / "documents"
        documents.mkdir()
        for file in files:
            (documents / Path(file).name).write_bytes(Path(file).read_bytes())
        # The bases are thrown away afterwards, and embed with the model that is installed.
        installed = load_settings().values.data_dir / "models" / MODEL
        if not installed.is_dir():
            section.notes.append(f"not measured: open-autoglm-cli pull {MODEL}")
            return section
        shutil.copytree(installed, Path(folder) / "data" / "models" / MODEL)
        settings = load_settings(flags={"data_dir": Path(folder) / "data"}).values
        _put(section, Runtime(settings).knowledge_bases(), documents)
    return section


def _put(section: Section, bases: Bases, documents: Path) -> None:
    with closing(bases):
        bases.create(OWNER, NAME)
        bases.add_folder(OWNER, NAME, documents)
        began = time.monotonic()
        read: list[float] = []
        result = bases.look(
            OWNER,
            NAME,
            on_progress=lambda progress: read.append(time.monotonic()) if progress.stage == "read" else None,
        )
        whole, words = time.monotonic() - began, read[-1] - began
        section.rows += [
            ("files", f"{result.read}"),
            ("chunks", f"{result.chunks:,}"),
            ("vectors", f"{result.vectors:,}"),
            ("s until all words are found", f"{words:.1f}"),
            ("s until all vectors are there", f"{whole:.1f}"),
            ("chunks/s, embedding included", f"{result.chunks / whole:.1f}"),
        ]
        _edit(section, bases, documents)


def _edit(section: Section, bases: Bases, documents: Path) -> None:
    file = min(documents.iterdir(), key=lambda one: one.stat().st_size)
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("</body>", f"<p>{EDIT}</p></body>"), encoding="utf-8")
    began = time.monotonic()
    bases.look(OWNER, NAME)
    with bases.opened(OWNER, NAME) as base:
        found = base.retriever.search("What is the password of the tea kitchen?", 1)
    right = bool(found.hits) and EDIT.strip() in found.hits[0].found.chunk.text
    section.rows.append(
        ("s from an edit to its hit", f"{time.monotonic() - began:.1f}" if right else "not found")
    )
