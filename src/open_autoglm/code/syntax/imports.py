"""What a text brings in from elsewhere, and under which names."""

from __future__ import annotations

from dataclasses import dataclass

from tree_sitter import QueryCursor

from open_autoglm.code.syntax.grammars import load_query
from open_autoglm.code.syntax.parse import SyntaxTree


@dataclass(frozen=True, slots=True)
class Import:
    """One name from one module, or the module itself where ``name`` is None."""

    module: str
    """As it is written: ``os.path``, ``.pages``, ``./app.js``, ``<stdio.h>``, ``crate::page``."""
    name: str | None
    """As the module calls it; ``*`` for all of them; a default import goes by its name here."""
    here: str | None
    """What it is called in this text; None where that is not told."""
    line: int


def imports(tree: SyntaxTree) -> tuple[Import, ...]:
    """In the order of the text."""
    query = load_query(tree.language.grammar, "imports")
    found = []
    for _, captures in QueryCursor(query).matches(tree.root):
        module = captures["module"][0]
        name, alias = (
            tree.node_text(captures[part][0]) if captures.get(part) else None for part in ("name", "alias")
        )
        line, _ = tree.position(module.start_byte)
        found.append((module.start_byte, Import(tree.node_text(module), name, alias or name, line)))
    return tuple(one for _, one in sorted(found, key=lambda item: item[0]))
