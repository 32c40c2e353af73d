"""Groups lines into regions, names their types and puts them in reading order."""

from __future__ import annotations

from collections.abc import Sequence

from open_autoglm.documents.content import FoundFormula, FoundTable, PageContent
from open_autoglm.documents.model import Region


def lay_out(
    content: PageContent, tables: Sequence[FoundTable], formulas: Sequence[FoundFormula]
) -> list[Region]:
    """Regions of one page in reading order."""
    del content, tables, formulas
    return []
