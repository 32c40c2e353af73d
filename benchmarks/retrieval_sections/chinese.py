"""Chinese: questions and passages of CMRC 2018 (trial part), beside peers on the same chunks."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from document_sections.section import Options, Section
from open_autoglm.knowledge.store.base_store import StoredChunk
from retrieval_sections.beside_peers import COLUMNS, put_rows
from retrieval_sections.measured_base import Asked, made_base, one_paragraph, opened_embedder

QUICK = 200


def measure(options: Options) -> Section:
    section = Section("Chinese passages: is the one that answers found?", COLUMNS)
    passages, asked = read_cmrc(options.data / "retrieval" / "cmrc2018_trial.json")
    asked = asked[:: len(asked) // QUICK] if options.quick else asked
    with opened_embedder() as embedder:
        documents = {f"/{place}.txt": one_paragraph(text, str(place)) for place, text in enumerate(passages)}
        with made_base(documents, embedder) as base:
            put_rows(section, "CMRC 2018", base, asked, embedder)
            section.notes.append(
                f"{len(passages)} passages, {len(base.chunks)} chunks. Weights were tuned here."
            )
    return section


def read_cmrc(file: Path) -> tuple[list[str], list[Asked]]:
    """The passages, and the questions that have text, each with its passage."""
    passages: list[str] = []
    asked: list[Asked] = []
    for article in json.loads(file.read_text(encoding="utf-8"))["data"]:
        for paragraph in article["paragraphs"]:
            answers = is_passage(len(passages))
            asked += [Asked(one["question"], answers) for one in paragraph["qas"] if one["question"].strip()]
            passages.append(paragraph["context"])
    return passages, asked


def is_passage(place: int) -> Callable[[StoredChunk], bool]:
    return lambda chunk: chunk.file.path == f"/{place}.txt"
