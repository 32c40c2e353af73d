"""Sections of the document benchmark: each module has ``measure(options) -> Section``."""
