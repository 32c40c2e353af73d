"""Formulas set by TeX and by a browser, and read back."""
