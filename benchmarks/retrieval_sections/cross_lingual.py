"""Across languages: asked in one language, found in the manual of the other, beside peers."""

from __future__ import annotations

from document_sections.section import Options, Section
from retrieval_sections.beside_peers import COLUMNS, put_rows
from retrieval_sections.manuals import LANGUAGES, NAMES, manual_bases, section_questions
from retrieval_sections.measured_base import opened_embedder


def measure(options: Options) -> Section:
    del options
    section = Section("Across languages: is the section that answers found?", COLUMNS)
    with opened_embedder() as embedder:
        for written_in, base in manual_bases(section, embedder):
            asked_in = LANGUAGES[1 - LANGUAGES.index(written_in)]
            name = f"{NAMES[asked_in]}, found in {NAMES[written_in]}"
            put_rows(section, name, base, section_questions(asked_in), embedder)
    return section
