"""One row for this program and one for each peer."""

from __future__ import annotations

from collections.abc import Sequence

from document_sections.section import Section
from open_autoglm.knowledge.embedding.embedder import Embedder
from retrieval_sections.measured_base import Asked, MeasuredBase, figures, own_rankings, ranks
from retrieval_sections.search_peers import rank_with_peers

COLUMNS = ("questions of", "search", "questions", "hit@1", "hit@5", "MRR")
OWN = "this program"


def put_rows(
    section: Section, name: str, base: MeasuredBase, asked: Sequence[Asked], embedder: Embedder
) -> None:
    section.rows.append((name, OWN, *figures(ranks(asked, own_rankings(base, asked)))))
    for peer, rankings in rank_with_peers(base, asked, embedder).items():
        if isinstance(rankings, str):
            section.rows.append((name, peer, rankings, "", "", ""))
        else:
            section.rows.append((name, peer, *figures(ranks(asked, rankings))))
