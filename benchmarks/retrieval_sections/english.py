"""English: our own questions on Debian's reference manual, by the section that answers, beside peers."""

from __future__ import annotations

from document_sections.section import Options, Section
from retrieval_sections.beside_peers import COLUMNS, put_rows
from retrieval_sections.manuals import NAMES, manual_bases, section_questions
from retrieval_sections.measured_base import opened_embedder


def measure(options: Options) -> Section:
    del options
    section = Section("Technical pages: is the section that answers found?", COLUMNS)
    with opened_embedder() as embedder:
        for language, base in manual_bases(section, embedder):
            put_rows(section, NAMES[language], base, section_questions(language), embedder)
            section.notes.append(f"{NAMES[language]}: {len(base.chunks):,} chunks.")
    return section
