"""Tables on a page: found by rulings or by alignment, read into a grid of cells."""

from __future__ import annotations

from open_autoglm.documents.tables.finder import find_tables

__all__ = ["find_tables"]
