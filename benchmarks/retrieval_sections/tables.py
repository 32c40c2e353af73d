"""Tables: questions whose answer is a row of a table in the manual, beside peers."""

from __future__ import annotations

from document_sections.section import Options, Section
from retrieval_sections.beside_peers import COLUMNS, put_rows
from retrieval_sections.manuals import NAMES, manual_bases, table_questions
from retrieval_sections.measured_base import opened_embedder


def measure(options: Options) -> Section:
    del options
    section = Section("Tables: is the piece with the row that answers found?", COLUMNS)
    with opened_embedder() as embedder:
        for language, base in manual_bases(section, embedder):
            put_rows(section, NAMES[language], base, table_questions(language), embedder)
    return section
