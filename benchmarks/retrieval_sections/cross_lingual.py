"""Across languages: asked in one language, found in the manual of the other, beside peers."""

from __future__ import annotations

from document_sections.section import Options, Section
from retrieval_sections.beside_peers import COLUMNS, put_rows
from retrieval_sections.manuals import LANGUAGES, NAMES, NoManuals, manuals, section_questions
from retrieval_sections.measured_base import made_base, opened_embedder


def measure(options: Options) -> Section:
    del options
    section = Section("Across languages: is the section that answers found?", COLUMNS)
    with opened_embedder() as embedder:
        for asked_in, written_in in (LANGUAGES, LANGUAGES[::-1]):
            try:
                documents = manuals(written_in)
            except NoManuals as error:
                section.notes.append(str(error))
                continue
            with made_base(documents, embedder) as base:
                name = f"{NAMES[asked_in]}, found in {NAMES[written_in]}"
                put_rows(section, name, base, section_questions(asked_in), embedder)
    return section
