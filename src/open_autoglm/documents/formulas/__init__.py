"""Formulas on a page: display and inline, as LaTeX from glyph positions or a formula model."""

from open_autoglm.documents.formulas.find import find_formulas

__all__ = ["find_formulas"]
