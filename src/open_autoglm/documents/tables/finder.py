"""Every table of a page: first those with lines around their cells, then those that only align."""

from __future__ import annotations

from open_autoglm.documents.content import FoundTable, PageContent, PageRaster
from open_autoglm.documents.tables.borderless import find_aligned, find_between_rules
from open_autoglm.documents.tables.grid import to_found_table
from open_autoglm.documents.tables.lattice import SNAP, Segment, lattices_of, segments_of, stack
from open_autoglm.documents.tables.ruled import inside, read_lattice, with_unshaded_ends
from open_autoglm.documents.tables.tokens import tokens_of

MOST_RULINGS = 20_000
"""Lines on a page beyond which it is a drawing; tables are then found by alignment only."""


def find_tables(content: PageContent, raster: PageRaster) -> list[FoundTable]:
    """Every table on an upright page, from top to bottom, boxes never overlapping.

    The text is that of ``content``; a page whose lines are too many says so in its warnings.
    """
    del raster
    rulings = content.rulings
    if len(rulings) > MOST_RULINGS:
        content.warnings.append(
            f"Page {content.number} has {len(rulings):,} drawn lines, more than {MOST_RULINGS:,}: "
            "tables were looked for without them."
        )
        rulings = []
    tokens = tokens_of(content)
    horizontal = segments_of(rulings, horizontal=True)
    vertical = segments_of(rulings, horizontal=False)
    found: list[FoundTable] = []
    taken: set[int] = set()
    for drawn in sorted(stack(lattices_of(horizontal, vertical)), key=lambda one: -_area(one.box)):
        lattice = with_unshaded_ends(drawn, tokens)
        free = [token for token in inside(tokens, lattice.box) if id(token) not in taken]
        table = read_lattice(lattice, free)
        if table is not None:
            found.append(to_found_table(table.grid, table.certainty))
            taken.update(id(token) for token in inside(tokens, table.grid.box))
    for find in (find_between_rules, find_aligned):
        free = [token for token in tokens if id(token) not in taken]
        rules = [rule for rule in horizontal if not _is_taken(rule, found)]
        for aligned in find(free, rules):
            if not any(aligned.grid.box.overlap(other.box) > 1.0 for other in found):
                found.append(to_found_table(aligned.grid, aligned.certainty))
                taken.update(id(token) for token in inside(tokens, aligned.grid.box))
    return sorted(found, key=lambda table: (table.box.y0, table.box.x0))


def _is_taken(rule: Segment, found: list[FoundTable]) -> bool:
    """Whether the rule lies in a table already found."""
    x = (rule.start + rule.end) / 2
    return any(
        table.box.x0 <= x <= table.box.x1 and table.box.y0 - SNAP <= rule.at <= table.box.y1 + SNAP
        for table in found
    )


def _area(box: tuple[float, float, float, float]) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])
