"""Tables: questions whose answer is a row of a table in the manual, beside peers."""

from __future__ import annotations

from document_sections.section import Options, Section
from retrieval_sections.beside_peers import COLUMNS, put_rows
from retrieval_sections.manuals import LANGUAGES, NAMES, NoManuals, manuals, table_questions
from retrieval_sections.measured_base import made_base, opened_embedder


def measure(options: Options) -> Section:
    del options
    section = Section("Tables: is the piece with the row that answers found?", COLUMNS)
    with opened_embedder() as embedder:
        for language in LANGUAGES:
            try:
                documents = manuals(language)
            except NoManuals as error:
                section.notes.append(str(error))
                continue
            with made_base(documents, embedder) as base:
                put_rows(section, NAMES[language], base, table_questions(language), embedder)
    return section
