"""Formulas on a page: display and inline, as LaTeX from glyph positions or a formula model."""

from open_autoglm.documents.formulas.find import find_formulas
from open_autoglm.documents.formulas.model import FormulaModel

__all__ = ["FormulaModel", "find_formulas"]
